"""Finished texts: the last step of every way out. What was not read once more, or did not pass, can't leave.

`PublicAchievement` sees to it that a renderer gets nothing but what the gate cleared; `Finished` sees to it that what a
renderer made goes nowhere before it was checked as a whole: files, posts and pushes take nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from achievement_pipeline.errors import PublishingError
from achievement_pipeline.publishing.gate.checking import Check, Problems, find_problems
from achievement_pipeline.publishing.gate.policy import Channel, PrivacyPolicy
from achievement_pipeline.publishing.gate.privacy import Known, PrivacyError

_Content = TypeVar("_Content")
_CHECKED = object()
"""Known to this module only: who does not have it can't make a `Finished`."""
_SHOWN = 10
_REMEDY = {
    Check.NOTHING_PRIVATE: "Edit or hide what says it (`achievements list`, `edit`, `hide`), or change the setting.",
    Check.FORM: "Edit what breaks it, or your own resume.",
    Check.LINKS: "Correct the address: `achievements edit`, or your settings.",
    Check.SIZE: "Take a shorter --period, or hide what matters less.",
}


@dataclass(frozen=True, kw_only=True)
class Reader:
    """By what a finished text is read."""

    policy: PrivacyPolicy
    known: Known
    own: str = ""
    """What users wrote of the text themselves: they may name whom they want."""


class Finished(Generic[_Content]):
    """What a renderer made, and what was found in it. Only `finish` makes one."""

    def __init__(self, checked: object, name: str, content: _Content, problems: Problems) -> None:
        """Refuse to exist without having been read."""
        if checked is not _CHECKED:
            raise PrivacyError("Only a text that was read once more is finished: use finished.finish.")
        self.name = name
        """What it is called, for people."""
        self.problems = problems
        self._content = content

    @property
    def is_fit(self) -> bool:
        """Whether it may leave."""
        return not any(self.problems.values())

    def release(self) -> _Content:
        """Return the content, which may leave.

        Raises:
            PublishingError: It may not; the message says why, and what to do.
        """
        if not self.is_fit:
            raise PublishingError("\n".join(self.said()))
        return self._content

    def faults_of_parts(self) -> list[str]:
        """Return what is wrong with what it says; its size is no fault of any part."""
        return [fault for check, faults in self.problems.items() if check is not Check.SIZE for fault in faults]

    def said(self) -> Iterator[str]:
        """Say why it may not leave, and what to do, in lines."""
        yield f"{self.name} does not go out:"
        for check, problems in self.problems.items():
            for problem in problems[:_SHOWN]:
                yield f"  {check.replace('_', ' ')}: {problem}"
            if len(problems) > _SHOWN:
                yield f"  {check.replace('_', ' ')}: and {len(problems) - _SHOWN:,} more"
            if problems:
                yield f"  {_REMEDY[check]}"


def finish(content: _Content, text: str, *, name: str, channel: Channel, reader: Reader) -> Finished[_Content]:
    """Read a finished text once more.

    Args:
        content: What goes out: the text, or what has it in it.
        text: What people read of it.
        name: What it is called, for people.
        channel: The way out.
        reader: What it is read for.
    """
    problems = find_problems(text, channel, reader.policy, reader.known, reader.own)
    return Finished(_CHECKED, name, content, problems)
