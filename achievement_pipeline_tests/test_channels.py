"""The registry of channels: complete, closed to anything the gate has not cleared, and enough to add a channel."""

import ast
import dataclasses
import datetime as dt
import functools
import importlib
import inspect
import pkgutil
import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import sqlalchemy as sa

import achievement_pipeline
from achievement_pipeline import agent, channels, cli, defs, publishing, web
from achievement_pipeline.app.decide.decisions import Decisions
from achievement_pipeline.channels import BRAG, CHANNELS, FEED, UnknownChannelError, find_channel
from achievement_pipeline.defs.build import build_defs
from achievement_pipeline.defs.jobs import assets_of
from achievement_pipeline.publishing.channel import About, Channel, Format, Job, Rendered, Treatment
from achievement_pipeline.publishing.documents.period import Period
from achievement_pipeline.publishing.documents.profile import Profile
from achievement_pipeline.publishing.documents.saving import save
from achievement_pipeline.publishing.gate.finished import Finished
from achievement_pipeline.publishing.gate.formats import links_of_text, no_faults
from achievement_pipeline.publishing.gate.privacy import PrivacyError, PublicAchievement, write
from achievement_pipeline.publishing.github_profile.pushing import ProfileRepository
from achievement_pipeline.settings import load_settings
from achievement_pipeline_tests.cli.conftest import Run, run, settings_of_ann
from achievement_pipeline_tests.publishing.tokens import made_up_secrets, tell_tale
from achievement_pipeline_tests.publishing.views import NOON, PRIVATE, evidence, fit, public, view
from achievement_pipeline_tests.store.sample_pieces import REPOSITORY, Piece, by_the_rules, collect
from achievement_pipeline_tests.web.conftest import Site, serve

__all__ = ["run", "settings_of_ann"]

ALL = list(CHANNELS.values())
ABOUT = About(profile=Profile(name="Ann Example"), period=Period(), resume={})
ROOT = Path(achievement_pipeline.__file__).parent


def written(channel: Channel, *views: Any, **changes: Any) -> str:
    return write(channel, public(channel, *views, **changes), ABOUT).text


@functools.cache
def imports() -> Mapping[str, set[str]]:
    """Every name that a module of the package imports or takes from another module, by module."""
    found = {}
    for module in pkgutil.walk_packages([str(ROOT)], "achievement_pipeline."):
        spec = module.module_finder.find_spec(module.name, None)
        assert spec
        assert spec.origin
        nodes = [*ast.walk(ast.parse(Path(spec.origin).read_text(encoding="utf-8")))]
        names = {alias.name for node in nodes if isinstance(node, ast.ImportFrom | ast.Import) for alias in node.names}
        found[module.name] = names | {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    return found


class TestEveryChannelIsComplete:
    def test_its_record_is_found_by_its_name(self) -> None:
        assert all(find_channel(name) is channel and channel.name == name for name, channel in CHANNELS.items())
        with pytest.raises(UnknownChannelError, match=r"no channel 'brga'\. Did you mean brag\?"):
            find_channel("brga")

    def test_no_field_has_a_default(self) -> None:
        """So a record that lacks one does not pass the type checker."""
        missing = dataclasses.MISSING
        assert all(each.default is missing and each.default_factory is missing for each in dataclasses.fields(Channel))

    @pytest.mark.parametrize("channel", ALL, ids=str)
    def test_it_is_a_file_a_post_or_published_by_its_asset(self, channel: Channel) -> None:
        assert channel.is_file or channel.posts or channel.asset
        assert channel.label
        assert channel.summary
        assert written(channel, view())
        assert channel.private_work is Treatment.SHOW or channel.is_outward

    def test_file_names_and_labels_are_unique(self) -> None:
        files = [channel.file_name for channel in ALL if channel.file_name]
        assert len(set(files)) == len(files)
        assert len({channel.label for channel in ALL}) == len(ALL)

    def test_every_asset_is_defined_and_joins_the_job_of_its_record(self) -> None:
        definitions = build_defs(load_settings())
        of_group = dg.AssetSelection.groups("publishing").resolve(definitions.resolve_asset_graph())
        named = {channel.asset.name for channel in ALL if channel.asset}
        assert {key.to_user_string() for key in of_group} == named
        for job in Job:
            executed = definitions.resolve_job_def(job.value).asset_layer.executable_asset_keys
            assert {key.to_user_string() for key in executed} == set(assets_of(job))

    def test_no_other_module_has_a_table_of_channels(self) -> None:
        """Nothing but a record depends on which channel it is; assets name theirs, and the profile has a command."""
        constants = {name for name, value in vars(channels).items() if isinstance(value, Channel)}
        users = {module for module, imported in imports().items() if imported & constants - {"JSON", "CSV"}}
        users -= {channels.__name__}
        assert users == {
            "achievement_pipeline.agent.tools",
            "achievement_pipeline.app.decide.proposals",
            "achievement_pipeline.app.decide.wording",
            "achievement_pipeline.cli.publish.publish",
            "achievement_pipeline.defs.assets.publishing",
        }


class TestNothingPassesByTheGate:
    @pytest.mark.parametrize("channel", ALL, ids=str)
    def test_a_channel_shows_only_achievements_cleared_for_it(self, channel: Channel) -> None:
        other = next(each for each in ALL if each is not channel)
        with pytest.raises(PrivacyError, match=f"cleared for {other} only"):
            write(channel, public(other, view()), ABOUT)
        with pytest.raises(PrivacyError, match=f"cleared for {other} only"):
            write(channel, (), dataclasses.replace(ABOUT, earlier=public(other, view())))
        with pytest.raises(PrivacyError, match="not been through the gate"):
            write(channel, [view()], ABOUT)  # type: ignore[list-item]

    def test_renderers_are_called_by_the_gate_only(self) -> None:
        """The registry imports them, `privacy.write` calls them, and the outbox those of a publisher."""
        renderers = {name for name, value in vars(channels).items() if name.startswith("write_") and callable(value)}
        assert len(renderers) == 12
        # pyarrow has a write_csv too
        users = {module for module, imported in imports().items() if imported & (renderers - {"write_csv"})}
        assert users == {
            "achievement_pipeline.channels",
            "achievement_pipeline.publishing.brag",
            "achievement_pipeline.publishing.linkedin.publisher",
            "achievement_pipeline.publishing.portfolio",
            "achievement_pipeline.publishing.year",
        }

    @pytest.mark.parametrize(
        "module",
        [
            importlib.import_module(module.name)
            for module in pkgutil.walk_packages(publishing.__path__, f"{publishing.__name__}.")
        ],
        ids=lambda module: module.__name__.rpartition(".")[2],
    )
    def test_no_module_but_the_gate_reads_stored_achievements(self, module: Any) -> None:
        """A function that had an `AchievementView` could write it down uncleared."""
        imported = {
            name.name
            for node in ast.walk(ast.parse(Path(module.__file__).read_text(encoding="utf-8")))
            if isinstance(node, ast.ImportFrom) and node.module == "achievement_pipeline.store.reading"
            for name in node.names
        }
        assert not imported - {"AchievementFilter"} or module.__name__.rpartition(".")[2] in {"privacy", "clearing"}

    @pytest.mark.parametrize("channel", [each for each in ALL if each.is_outward], ids=str)
    def test_no_text_for_strangers_reveals_private_work(self, channel: Channel) -> None:
        secretive = view(
            "Fix Zephyr crash for acme-corp reported by @bob",
            PRIVATE,
            coauthors=["bob.smithson@acme-corp.com"],
            evidence=[evidence(f"git:{PRIVATE}@8f3c1d2", title="Fix Zephyr", url=f"https://{PRIVATE}/commit/8f3c1d2")],
        )
        policy = {"channels": {channel.name: {"private": "redact"}}}
        document = written(channel, secretive, view("Add a cache", number=8), policy=policy).casefold()
        assert "add" in document
        assert "crash" in document
        for word in ("zephyr", "acme", "bob", "smithson", "8f3c1d2"):
            assert word not in document

    @pytest.mark.parametrize("channel", [each for each in ALL if not each.is_outward], ids=str)
    def test_no_text_contains_a_secret(self, channel: Channel) -> None:
        secret = made_up_secrets(seed=3)["GitHub token"]
        document = written(channel, view(f"Rotate {secret}", description=f"It was {secret}."))
        assert "[secret]" in document.replace("\\", "")
        assert tell_tale(secret) not in document


class TestNothingIsPublishedUnchecked:
    @pytest.mark.parametrize("leave", [save, ProfileRepository.show, ProfileRepository.push])
    def test_only_a_finished_text_is_written_or_pushed(self, leave: Any) -> None:
        taken = [each for each in inspect.signature(leave).parameters.values() if each.name != "self"]
        # or a function that makes one at that moment
        assert str(taken[0].annotation).removeprefix("Callable[[], ").startswith("Finished[")

    def test_nobody_else_makes_a_finished_text(self) -> None:
        with pytest.raises(PrivacyError, match="was checked"):
            Finished(object(), "page", "text", {})

    @pytest.mark.parametrize(
        "module",
        [
            module
            for package in (agent, cli, defs, web)
            for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        ],
        ids=lambda module: module.name,
    )
    def test_commands_assets_and_page_clear_and_finish_nothing_themselves(self, module: pkgutil.ModuleInfo) -> None:
        """They get finished texts from `app.publish.rendering` and the outbox."""
        assert not imports()[module.name] & {"clear", "clear_for", "clear_views", "finish", "write_post"}

    def test_posts_are_sent_in_one_place(self) -> None:
        senders = [path.name for path in ROOT.rglob("*.py") if "session.send(" in path.read_text(encoding="utf-8")]
        assert senders == ["driver.py"]


@pytest.mark.parametrize("channel", [each for each in ALL if not each.posts], ids=str)
class TestSameDataSameBytes:
    @staticmethod
    def some(channel: Channel) -> list[PublicAchievement]:
        done = [
            view(
                f"Work {number}",
                number=number,
                category=["feature", "bugfix", "own", "testing"][number % 4],
                skills_demonstrated=[f"Skill {each}" for each in range(number % 5)],
                impact_score=float(number % 3 * 30),
                completed_at=NOON - dt.timedelta(days=30 * (number // 2)) if number % 7 else None,
                pinned=number % 11 == 0,
            )
            for number in range(40)
        ]
        return list(public(channel, *done))

    def test_in_whatever_order_they_come(self, channel: Channel) -> None:
        shown = self.some(channel)
        document = write(channel, shown, ABOUT)
        for seed in range(3):
            random.Random(seed).shuffle(shown)
            assert write(channel, shown, ABOUT) == document

    def test_without_a_word_of_today(self, channel: Channel) -> None:
        today = dt.datetime.now(dt.UTC)
        document = write(channel, self.some(channel), ABOUT).text
        assert f"{today:%Y-%m-%d}" not in document
        assert f"{today.day} {today:%B %Y}" not in document

    def test_of_nothing_too(self, channel: Channel) -> None:
        assert write(channel, (), ABOUT).text


POSTCARD = Channel(
    name="postcard",
    label="Postcard",
    summary="one line an achievement",
    is_outward=True,
    needs_approval=True,
    is_one_person=True,
    names_people=False,
    includes_own_resume=False,
    shows_notes=False,
    looks_back=False,
    private_work=Treatment.REDACT,
    file_name="postcard.txt",
    format=Format.TEXT,
    render=lambda shown, about: Rendered(
        f"Greetings from {about.profile.name}\n"
        + "".join(f"{each.title} {each.repository or ''} {each.url or ''}\n" for each in shown)
    ),
    as_read=lambda text: text,
    find_faults=no_faults,
    find_links=links_of_text,
    largest=10_000,
    usual_period=lambda _last_review, _today: Period(),
    warns_of_login=False,
    asset=None,
    publisher=None,
)
MINE = Piece(f"git:{REPOSITORY}@1111", impact=80, columns={"title": "Add a cache"})
HIDDEN = Piece(
    "git:github.com/acme/zephyr@2222",
    impact=70,
    columns={"title": "Fix a crash for acme", "repository": "github.com/acme/zephyr"},
)
SETTINGS = """
[me]
name = "Ann"
emails = ["ann@example.com"]

[[repositories]]
location = "https://github.com/acme/engine"
visibility = "public"
"""
BY_RULE = """
[privacy.channels.postcard.auto_approve]
portfolio_ready = false
public_only = false
"""


@pytest.mark.e2e
class TestAChannelThatIsAdded:
    """A record is all that a new channel needs: docs/architecture.md, "Add a channel"."""

    @pytest.fixture(autouse=True)
    def _added(self, settings_of_ann: Path, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(CHANNELS, POSTCARD.name, POSTCARD)
        settings_of_ann.write_text(SETTINGS)
        collect(engine, by_the_rules, git=(MINE, HIDDEN))

    @pytest.fixture
    def site(self, engine: sa.Engine) -> Iterator[Site]:
        with serve(Decisions(engine, load_settings())) as site:
            yield site

    def test_its_export_needs_approval(self, run: Run) -> None:
        assert run("export", "postcard").stdout == "Greetings from Ann\n"
        run("approve", MINE.key, "--channel", "postcard")
        assert run("export", "postcard").stdout == f"Greetings from Ann\nAdd a cache {REPOSITORY} \n"
        assert run("export", "postcard", "--author", "all").exit_code == 1
        assert "postcard   one line an achievement" in run("export", "--help").stdout

    def test_the_policy_approves_and_private_work_is_redacted(self, run: Run, settings_of_ann: Path) -> None:
        settings_of_ann.write_text(SETTINGS + BY_RULE)
        text = run("export", "postcard").stdout
        assert "Add a cache" in text
        assert "Fix a crash" in text
        assert "acme/zephyr" not in text
        assert "for acme" not in text

    def test_its_finished_text_is_checked(self, run: Run, settings_of_ann: Path) -> None:
        settings_of_ann.write_text(SETTINGS + BY_RULE + '[privacy]\ncode_names = ["Ann"]\n')
        refused = run("export", "postcard")
        assert (refused.exit_code, refused.stdout) == (1, "")
        assert "the name Ann in line 1" in refused.stderr

    def test_a_misspelt_name_in_the_settings_is_an_error(self, run: Run, settings_of_ann: Path) -> None:
        settings_of_ann.write_text(SETTINGS + BY_RULE.replace("postcard", "postcrad"))
        assert "Did you mean postcard?" in run("export", "postcard").stderr

    def test_the_page_lists_previews_and_decides_it(self, site: Site, run: Run) -> None:
        assert '<a href="/preview/postcard">Postcard</a>' in site.get("/previews")
        assert "not approved for postcard" in site.get("/preview/postcard")
        site.post("/decide", key=MINE.key, what="approve", channel="postcard")
        assert "Greetings from Ann" in site.get("/preview/postcard")
        assert 'Preview<span class="unseen"> of Postcard' in site.get(f"/achievement?key={MINE.key}")
        assert "postcard" in run("approve", MINE.key).stdout


def test_a_saved_document_has_the_same_bytes_everywhere_and_replaces_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "new" / "feed.xml"
    for text in ("old", "é\r\n\n"):
        save(fit(Rendered(text)), path)
    assert path.read_bytes() == b"\xc3\xa9\r\n\n"
    assert list(path.parent.iterdir()) == [path]


def test_channels_are_told_apart_by_identity() -> None:
    assert dataclasses.replace(FEED) != FEED
    assert (str(BRAG), repr(BRAG)) == ("brag", "<Channel brag>")
