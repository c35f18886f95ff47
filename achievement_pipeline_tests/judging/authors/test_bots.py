"""Which authors are machines: accounts seen in public histories, and people who look like them."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from achievement_pipeline.judging.authors.bots import are_bots, known_bots
from achievement_pipeline.judging.rules import BotRules
from achievement_pipeline_tests.examples import examples

NO_RULES = BotRules()


def is_bot(name: str, email: str, rules: BotRules = NO_RULES) -> bool:
    return bool(are_bots(pd.Series([name], dtype="str"), pd.Series([email], dtype="str"), rules).iloc[0])


@pytest.mark.parametrize(
    ("name", "email"),
    [
        ("dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com"),
        ("dependabot-preview[bot]", "27856297+dependabot-preview[bot]@users.noreply.github.com"),
        ("Sudowoodo Release Bot", "88427002+sudowoodo-release-bot[bot]@users.noreply.github.com"),
        ("ESLint Jenkins", "eslint[bot]@users.noreply.github.com"),
        ("Devin AI", "158243242+devin-ai-integration[bot]@users.noreply.github.com"),
        ("Renovate Bot", "bot@renovateapp.com"),
        ("Greenkeeper", "support@greenkeeper.io"),
        ("greenkeeperio-bot", "support@greenkeeper.io"),
        ("semantic-release-bot", "semantic-release-bot@martynus.net"),
        ("semantic-release", "semantic-release"),
        ("semantic-release (via TravisCI)", "semantic-release@travis"),
        ("Snyk bot", "snyk-bot@snyk.io"),
        ("Snyk bot", "github+bot@snyk.io"),
        ("vue-bot", "bot@vuejs.org"),
        ("web3-bot", "81333946+web3-bot@users.noreply.github.com"),
        ("Angular Robot", "angular-robot@google.com"),
        ("OpenTelemetry Bot", "107717825+opentelemetrybot@users.noreply.github.com"),
        ("Houston (Bot)", "108291165+astrobot-houston@users.noreply.github.com"),
        ("Roller Bot", "42361097+roller-bot@users.noreply.github.com"),
        ("GoReleaser Bot", "29843943+goreleaserbot@users.noreply.github.com"),
        ("GitHub Action", "action@github.com"),
        ("actions-user", "actions@github.com"),
        ("ansibot", "ansibot@users.noreply.github.com"),
        ("ImgBotApp", "ImgBotHelp@gmail.com"),
        ("fossabot", "badges@fossa.io"),
        ("Copilot", "198982749+Copilot@users.noreply.github.com"),
        ("Claude", "noreply@anthropic.com"),
        ("Cursor Agent", "cursoragent@cursor.com"),
        ("GitHub", "noreply@github.com"),
        ("k8s-ci-robot", "k8s.ci.robot@gmail.com"),
    ],
)
def test_a_machine_account_of_a_public_history_is_a_bot(name: str, email: str) -> None:
    assert is_bot(name, email)


@pytest.mark.parametrize(
    ("name", "email"),
    [
        ("Theo", "theo@example.org"),
        ("Micah Abbott", "miabbott@redhat.com"),
        ("Ryan Talbot", "4523072+RyanTalbot@users.noreply.github.com"),
        ("Ben Bot", "ben.bot@example.nl"),
        ("JesseBot", "jessebot@linux.com"),
        ("rht", "rhtbot@gmail.com"),
        ("shoma", "shoma@catbot.net"),
        ("bot08", "71845954+bot08@users.noreply.github.com"),
        ("Marie Robot", "marie.robot@example.fr"),
        ("RobotScribe", "quentinso@example.fr"),
        ("BO41", "botbob@disroot.org"),
        ("Craig Younkins (bot)", "craig.younkins@example.org"),
        ("William Claude Tumeo", "tumeowilliam@gmail.com"),
        ("Claude", "claude@example.fr"),
        ("Codey Jenkins", "FourFifthsCode@users.noreply.github.com"),
        ("Evilebot Tnawi", "evilebottnawi@users.noreply.github.com"),
        ("Joshua Nelson", "jonelson+lerna-sr-travis-ci@atlassian.com"),
        ("", ""),
        ("", "no address"),
    ],
)
def test_a_person_with_a_name_like_a_bot_is_a_person(name: str, email: str) -> None:
    assert not is_bot(name, email)


@pytest.mark.parametrize("listed", ["Nightly Builder", "nightly@example.org", "nightly"])
def test_a_user_adds_a_bot_by_name_address_or_login(listed: str) -> None:
    assert is_bot("Nightly Builder", "nightly@example.org", BotRules(names=(listed,)))


@pytest.mark.parametrize("listed", ["Jan-Bot", "jan-bot@example.org", "JAN-BOT"])
def test_a_person_who_looks_like_a_bot_is_allowed_by_name_address_or_login(listed: str) -> None:
    assert is_bot("Jan-Bot", "jan-bot@example.org")
    assert not is_bot("Jan-Bot", "jan-bot@example.org", BotRules(allow=(listed,)))


def test_an_added_name_is_compared_as_a_whole() -> None:
    assert not is_bot("Nightly Builder", "n@example.org", BotRules(names=("Nightly",)))


def test_every_known_bot_is_recognised_by_each_of_its_names_and_addresses() -> None:
    for bot in known_bots():
        authors = [*((name, "") for name in bot.names), *(("", address) for address in bot.addresses)]
        names, emails = (pd.Series(texts, dtype="str") for texts in zip(*authors, strict=True))
        assert are_bots(names, emails, NO_RULES).all(), bot.service


@settings(deadline=None, max_examples=examples(30))
@given(st.lists(st.tuples(st.text(max_size=12), st.text(max_size=20)), max_size=8))
def test_an_author_is_judged_alike_alone_and_among_others(authors: list[tuple[str, str]]) -> None:
    names = pd.Series([name for name, _ in authors], dtype="str", index=range(100, 100 + len(authors)))
    emails = pd.Series([email for _, email in authors], dtype="str", index=names.index)
    together = are_bots(names, emails, NO_RULES)
    assert together.index.equals(names.index)
    assert together.tolist() == [is_bot(name, email) for name, email in authors]


@pytest.mark.parametrize(
    ("name", "email", "machine"),
    [
        ("release-token", "project_1234_bot_5f2c9e0d1a@noreply.gitlab.example.com", True),
        ("Group token", "group_77_bot_0a1b2c3d4e@noreply.gitlab.com", True),
        ("Service account", "service_account_group_9_0a1b2c@noreply.gitlab.com", True),
        ("Project Collection Build Service (acme)", "build@acme.visualstudio.example", True),
        ("bitbucket-pipelines", "commits-noreply@bitbucket.org", True),
        ("Scala Steward", "scala-steward@acme.example", True),
        ("argocd-image-updater", "noreply@argoproj.io", True),
        ("fluxcdbot", "fluxcdbot@users.noreply.github.com", True),
        ("aider (gpt-4o)", "aider@aider.chat", True),
        ("openhands", "openhands@all-hands.dev", True),
        ("pytest bot", "pytestbot@gmail.com", True),
        ("Loom Team Bot", "69177312+loom@users.noreply.github.com", True),
        ("Ann de Bot", "ann@example.com", False),
        ("PrometheusBot", "prometheus-team@googlegroups.com", True),
        ("Ann Talbot", "ann.talbot@example.com", False),
        ("Jan Bot", "jan.bot@example.com", False),
    ],
)
def test_machines_of_other_hosts_are_known(name: str, email: str, *, machine: bool) -> None:
    assert are_bots(pd.Series([name]), pd.Series([email]), BotRules()).tolist() == [machine]
