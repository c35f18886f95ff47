"""Finished texts: the last step before publishing. A text that was not checked, or failed a check, is not published.

`PublicAchievement` guarantees that a renderer only sees what the gate cleared. `Finished` guarantees that its output
was checked as a whole: files, posts and pushes accept nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from achievement_pipeline.errors import PublishingError
from achievement_pipeline.publishing.channel import Channel
from achievement_pipeline.publishing.gate.checking import Check, Problems, find_problems
from achievement_pipeline.publishing.gate.policy import PrivacyPolicy
from achievement_pipeline.publishing.gate.privacy import Known, PrivacyError

_Content = TypeVar("_Content")
_CHECKED = object()
"""Private to this module: without it nobody can make a `Finished`."""
_SHOWN = 10
_REMEDY = {
    Check.NOTHING_PRIVATE: "Edit or hide the achievement (`achievements list`, `edit`, `hide`), or change the setting.",
    Check.FORM: "Edit the achievement, or your own resume.",
    Check.LINKS: "Correct the address: `achievements edit`, or your settings.",
    Check.SIZE: "Choose a shorter --period, or hide less important work.",
}


@dataclass(frozen=True, kw_only=True)
class Reader:
    """What a finished text is checked against."""

    policy: PrivacyPolicy
    known: Known
    own: str = ""
    """Parts of the text that users wrote themselves; they may name anybody in it."""


class Finished(Generic[_Content]):
    """The output of a renderer, with its problems. Only `finish` makes one."""

    def __init__(self, checked: object, name: str, content: _Content, problems: Problems) -> None:
        """Refuse to be made without the checks."""
        if checked is not _CHECKED:
            raise PrivacyError("Only a text that was checked is finished: use finished.finish.")
        self.name = name
        """Its name, for people."""
        self.problems = problems
        self._content = content

    @property
    def is_fit(self) -> bool:
        """Whether it may be published."""
        return not any(self.problems.values())

    def release(self) -> _Content:
        """Return the content for publishing.

        Raises:
            PublishingError: It failed a check; the message has the reason and the remedy.
        """
        if not self.is_fit:
            raise PublishingError("\n".join(self.explain()))
        return self._content

    def faults_of_parts(self) -> list[str]:
        """Return all problems except the size, which no single achievement causes."""
        return [fault for check, faults in self.problems.items() if check is not Check.SIZE for fault in faults]

    def explain(self) -> Iterator[str]:
        """Explain in lines why it is not published, and what to do."""
        yield f"{self.name} is not published:"
        for check, problems in self.problems.items():
            for problem in problems[:_SHOWN]:
                yield f"  {check.replace('_', ' ')}: {problem}"
            if len(problems) > _SHOWN:
                yield f"  {check.replace('_', ' ')}: and {len(problems) - _SHOWN:,} more"
            if problems:
                yield f"  {_REMEDY[check]}"


def finish(content: _Content, text: str, *, name: str, channel: Channel, reader: Reader) -> Finished[_Content]:
    """Check a finished text.

    Args:
        content: What is published: the text, or an object that contains it.
        text: The part that people read.
        name: Its name, for people.
        channel: Where it is published.
        reader: What it is checked against.
    """
    problems = find_problems(text, channel, reader.policy, reader.known, reader.own)
    return Finished(_CHECKED, name, content, problems)
