"""Every way out there is: none of them passes by the gate, and the same data gives the same bytes.

The renderers are found, not listed: one that is added is tested too.
"""

import ast
import datetime as dt
import importlib
import inspect
import pkgutil
import random
from pathlib import Path
from typing import Any

import pytest

from achievement_pipeline import cli, defs, publishing, web
from achievement_pipeline.publishing.documents.period import Period
from achievement_pipeline.publishing.documents.profile import Profile
from achievement_pipeline.publishing.documents.render import DOCUMENTS, About, save
from achievement_pipeline.publishing.gate.finished import Finished
from achievement_pipeline.publishing.gate.policy import Channel
from achievement_pipeline.publishing.gate.privacy import WAYS_OUT, PrivacyError, PublicAchievement
from achievement_pipeline.publishing.github_profile.pushing import ProfileRepository
from achievement_pipeline_tests.publishing.tokens import made_up_secrets, tell_tale
from achievement_pipeline_tests.publishing.views import NOON, PRIVATE, evidence, fit, public, view

MODULES = [
    importlib.import_module(module.name)
    for module in pkgutil.walk_packages(publishing.__path__, f"{publishing.__name__}.")
]
RENDERERS = [(channel, render) for channel, renders in WAYS_OUT.items() for render in renders]
ABOUT = About(profile=Profile(name="Ann Example"), period=Period(), resume={})
READS_WHAT_IS_STORED = {"privacy", "clearing"}
"""The gate, and what hands it what is stored."""


def written(channel: Channel, *views: Any, **changes: Any) -> str:
    return DOCUMENTS[channel].write(public(channel, *views, **changes), ABOUT)


class TestNoneOfThemPassesByTheGate:
    @pytest.mark.parametrize("channel", DOCUMENTS)
    def test_every_document_is_written_by_a_way_out_of_its_channel(self, channel: Channel) -> None:
        assert WAYS_OUT[channel]
        other = next(each for each in Channel if each is not channel)
        with pytest.raises(PrivacyError, match=f"cleared for {other} only"):
            DOCUMENTS[channel].write(public(other, view()), ABOUT)
        with pytest.raises(PrivacyError, match="not been through the gate"):
            DOCUMENTS[channel].write([view()], ABOUT)  # type: ignore[list-item]

    @pytest.mark.parametrize(("channel", "render"), RENDERERS)
    def test_every_renderer_takes_nothing_but_what_was_cleared(self, channel: Channel, render: Any) -> None:
        first, *_ = inspect.signature(render, eval_str=True).parameters.values()
        assert "PublicAchievement" in str(first.annotation)
        with pytest.raises(PrivacyError, match=f"{channel}: an achievement has not been through the gate"):
            render([view()])

    @pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__.rpartition(".")[2])
    def test_no_module_but_the_gate_reads_what_is_stored(self, module: Any) -> None:
        """A function that had an `AchievementView` could write it down uncleared."""
        imported = {
            name.name
            for node in ast.walk(ast.parse(Path(module.__file__).read_text(encoding="utf-8")))
            if isinstance(node, ast.ImportFrom) and node.module == "achievement_pipeline.store.reading"
            for name in node.names
        }
        assert not imported or module.__name__.rpartition(".")[2] in READS_WHAT_IS_STORED

    @pytest.mark.parametrize("channel", [channel for channel in DOCUMENTS if channel.outward])
    def test_no_document_for_strangers_tells_of_private_work(self, channel: Channel) -> None:
        secretive = view(
            "Fix Zephyr crash for acme-corp reported by @bob",
            PRIVATE,
            coauthors=["bob.smithson@acme-corp.com"],
            evidence=[evidence(f"git:{PRIVATE}@8f3c1d2", title="Fix Zephyr", url=f"https://{PRIVATE}/commit/8f3c1d2")],
        )
        policy = {"channels": {channel: {"private": "redact"}}}
        document = written(channel, secretive, view("Add a cache", number=8), policy=policy).casefold()
        assert "add" in document
        assert "crash" in document
        for word in ("zephyr", "acme", "bob", "smithson", "8f3c1d2"):
            assert word not in document

    @pytest.mark.parametrize("channel", [channel for channel in DOCUMENTS if not channel.outward])
    def test_no_document_has_a_secret(self, channel: Channel) -> None:
        secret = made_up_secrets(seed=3)["GitHub token"]
        document = written(channel, view(f"Rotate {secret}", description=f"It was {secret}."))
        assert "[secret]" in document.replace("\\", "")
        assert tell_tale(secret) not in document


LEAVES_BY = (save, ProfileRepository.show, ProfileRepository.push)
"""Where a text leaves the program for a file, or for a repository. Posts: `Outgoing.prepare` makes what is sent."""
HANDED_OUT = [
    module for package in (cli, defs, web) for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
]
"""The commands, the assets, the page."""


class TestNothingGoesOutUnread:
    @pytest.mark.parametrize("leave", LEAVES_BY)
    def test_nothing_but_a_finished_text_leaves(self, leave: Any) -> None:
        taken = [each for each in inspect.signature(leave).parameters.values() if each.name != "self"]
        # or what makes one at that moment
        assert str(taken[0].annotation).removeprefix("Callable[[], ").startswith("Finished[")

    def test_nobody_else_makes_a_finished_text(self) -> None:
        with pytest.raises(PrivacyError, match="read once more"):
            Finished(object(), "page", "text", {})

    @pytest.mark.parametrize("module", HANDED_OUT, ids=lambda module: module.name)
    def test_commands_assets_and_page_write_and_clear_nothing_themselves(self, module: pkgutil.ModuleInfo) -> None:
        """They have it from `ways_out` and `Outgoing.prepare`, finished."""
        renderers = {render.__name__ for renders in WAYS_OUT.values() for render in renders}
        spec = module.module_finder.find_spec(module.name, None)
        assert spec
        assert spec.origin
        nodes = [*ast.walk(ast.parse(Path(spec.origin).read_text(encoding="utf-8")))]
        named = {alias.name for node in nodes if isinstance(node, ast.ImportFrom | ast.Import) for alias in node.names}
        named |= {node.attr for node in nodes if isinstance(node, ast.Attribute)}
        assert not named & (renderers | {"DOCUMENTS", "WAYS_OUT", "clear", "clear_for", "clear_stored", "clear_views"})

    def test_posts_are_sent_from_one_place(self) -> None:
        senders = [module.__name__ for module in MODULES if "linkedin.post(" in inspect.getsource(module)]
        assert senders == ["achievement_pipeline.publishing.linkedin.posting"]


@pytest.mark.parametrize("channel", DOCUMENTS)
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
        document = DOCUMENTS[channel].write(shown, ABOUT)
        for seed in range(3):
            random.Random(seed).shuffle(shown)
            assert DOCUMENTS[channel].write(shown, ABOUT) == document

    def test_without_a_word_of_today(self, channel: Channel) -> None:
        today = dt.datetime.now(dt.UTC)
        document = DOCUMENTS[channel].write(self.some(channel), ABOUT)
        assert f"{today:%Y-%m-%d}" not in document
        assert f"{today.day} {today:%B %Y}" not in document

    def test_of_nothing_too(self, channel: Channel) -> None:
        assert DOCUMENTS[channel].write((), ABOUT)


def test_a_saved_document_has_the_same_bytes_everywhere_and_replaces_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "new" / "feed.xml"
    for text in ("old", "é\r\n\n"):
        save(fit(text), path)
    assert path.read_bytes() == b"\xc3\xa9\r\n\n"
    assert list(path.parent.iterdir()) == [path]
