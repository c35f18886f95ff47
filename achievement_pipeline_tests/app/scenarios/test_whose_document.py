"""A document carries one person's name, and holds that person's work only: on every channel, for every author."""

import dataclasses

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from achievement_pipeline.app.me import EVERYBODY, Author, find_author
from achievement_pipeline.app.publish.rendering import render
from achievement_pipeline.app.publish.selection import Selection
from achievement_pipeline.channels import BRAG, CHANNELS, FEED, RESUME
from achievement_pipeline.errors import PublishingError
from achievement_pipeline.publishing.channel import Channel
from achievement_pipeline.publishing.documents.period import Period
from achievement_pipeline.publishing.gate.policy import AutoApproval, ChannelPolicy, PrivacyPolicy, Visibility
from achievement_pipeline.settings import ConfigFile, Environment, RepositorySettings, Settings
from achievement_pipeline_tests.examples import examples
from achievement_pipeline_tests.store.sample_pieces import REPOSITORY, Piece, by_the_rules, collect

pytestmark = pytest.mark.e2e

NAMES = {"ann@example.com": "Ann Example", "bo@example.com": "Bo Builder", "eve@example.com": "Eve Else"}
MINE = "I build looms since 2001."
SETTINGS = Settings(
    environment=Environment(),
    config=ConfigFile.model_validate(
        {
            "me": {
                "name": "Ann Example",
                "emails": ["ann@example.com", "ann@old.example"],
                "summary": MINE,
                "label": "Weaver of looms",
                "url": "https://ann.example",
            },
            "repositories": [
                RepositorySettings(location=f"https://{REPOSITORY}", visibility=Visibility.PUBLIC).model_dump()
            ],
            "privacy": PrivacyPolicy(
                channels={name: ChannelPolicy(auto_approve=AutoApproval(portfolio_ready=False)) for name in CHANNELS}
            ).model_dump(),
        }
    ),
    config_path=None,
)
WORKS = st.lists(
    st.tuples(st.sampled_from(sorted(NAMES)), st.sets(st.sampled_from(sorted(NAMES)))), min_size=1, max_size=5
)


def pieces(works: list[tuple[str, set[str]]]) -> tuple[Piece, ...]:
    return tuple(
        Piece(
            f"git:{REPOSITORY}@{number}{'0' * 39}",
            columns={
                "title": f"Add part-{number} of it",
                "person": author,
                "person_name": NAMES[author],
                "coauthors": ",".join(sorted(others - {author})),
            },
        )
        for number, (author, others) in enumerate(works)
    )


def written(connection: sa.Connection, channel: Channel, author: Author) -> str:
    selection = Selection(author=author, period=Period())
    return render(connection, SETTINGS, channel, selection).finished.release().text


@settings(max_examples=examples(3), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(works=WORKS)
def test_a_document_holds_one_persons_work_under_their_name(
    engine: sa.Engine, works: list[tuple[str, set[str]]]
) -> None:
    collect(engine, by_the_rules, git=pieces(works))
    with engine.connect() as connection:
        named = {author for author, others in works} | {other for _, others in works for other in others}
        for address in named | {"ann@example.com"}:
            author = find_author(connection, SETTINGS, address)
            for channel in (each for each in CHANNELS.values() if each.is_file):
                text = written(connection, channel, author)
                for number, (first, others) in enumerate(works):
                    assert (f"part-{number} " in text) == (address in {first, *others}), (channel, address, text)
                if address != "ann@example.com":
                    for mine in (MINE, "Weaver of looms", "https://ann.example", "ann@old.example"):
                        assert mine not in text, (channel, address)
                if channel.is_one_person:
                    assert not any(name in text for other, name in NAMES.items() if other != address), (
                        channel,
                        address,
                    )


@settings(max_examples=examples(3), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(works=WORKS)
def test_a_document_of_everybody_names_the_author_of_each_item(
    engine: sa.Engine, works: list[tuple[str, set[str]]]
) -> None:
    collect(engine, by_the_rules, git=pieces(works))
    with engine.connect() as connection:
        for channel in (each for each in CHANNELS.values() if each.is_file):
            if channel.is_one_person:
                with pytest.raises(PublishingError, match="covers one person"):
                    written(connection, channel, EVERYBODY)
                continue
            text = written(connection, channel, EVERYBODY)
            assert all(f"part-{number} " in text for number in range(len(works)))
            assert all(NAMES[author] in text for author, _ in works), (channel, text)
            assert MINE not in text


def test_the_name_over_a_document_is_that_of_its_person(engine: sa.Engine) -> None:
    collect(engine, by_the_rules, git=pieces([("ann@example.com", set()), ("bo@example.com", set())]))
    with engine.connect() as connection:
        bo = find_author(connection, SETTINGS, "Bo Builder")
        assert written(connection, BRAG, bo).startswith("# Brag document: Bo Builder\n")
        assert '"name": "Bo Builder"' in written(connection, RESUME, bo)
        assert "Achievements of Bo Builder" in written(connection, FEED, bo)
        me = find_author(connection, SETTINGS, None)
        assert written(connection, BRAG, me).startswith("# Brag document: Ann Example\n")
        assert dataclasses.asdict(me)["is_me"]
