"""Split a part of a sentence into runs: words in a row that state something, and what stands before them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from achievement_pipeline.publishing.wording.meanings import groups_of, is_light, label_of, states, stems, texts
from achievement_pipeline.publishing.wording.words import Word, stem_of

COORDINATION = frozenset({",", "+", "&", "and", "or", "but", "plus", "then"})
CLAUSES = frozenset({"when", "because", "to", "rel", "after", "before", "while", "until", "how", "without", "means"})
"""Labels that a verb can follow."""
_OF_TWO_WORDS = frozenset({"instead", "because", "source"})
"""Labels that a second preposition may follow: instead of, because of, out of."""


@dataclass
class Run:
    """Words in a row that state something, and what stands before them."""

    label: str = ""
    """How the preposition or conjunction before it ties it; ``:`` ends a scope, ``they`` resumes it."""
    joined: bool = False
    """A comma or conjunction precedes it."""
    adds: bool = False
    """It follows a comma and a conjunction, as a statement does."""
    light: bool = False
    """A verb that says only that something was made precedes it."""
    allows: bool = False
    """That verb says that something is possible, or was made so."""
    determined: bool = False
    """An article precedes it, so it begins with no verb."""
    indefinite: bool = False
    """That article is "a": it was not there before."""
    counted: bool = False
    """A number precedes it."""
    auxiliary: str = ""
    """``be``, or ``modal``."""
    words: list[Word] = field(default_factory=list)


def is_node(word: Word) -> bool:
    """Return whether a word states something by itself: it is no preposition, adverb, negation, number or reference."""
    if word.kind == "word" and word.text.endswith("ly"):
        return False
    is_tool = is_light(word) or bool(label_of(word)) or word.stem in stems("negation") or word.text.startswith("#")
    return states(word) and not is_tool and word.kind not in {"number", "unit"}


def read_runs(words: Sequence[Word]) -> Iterator[Run]:
    """Split a segment into runs."""
    reader = _Reader()
    for word, before, following in zip(words, [None, *words], [*words[1:], None], strict=False):
        if is_node(word):
            reader.run.words.append(word)
            continue
        if reader.run.words and _splits(word):
            yield reader.next_run(word)
        elif reader.run.words:
            reader.run.counted = reader.run.counted or word.kind == "number"
            continue
        if word.text == ":":
            yield Run(label=":", counted=following is not None and following.kind == "number")
            reader.run = Run()
        elif before is not None and before.text == ":" and word.text.lower() in {"they", "it"}:
            yield Run(label="they")
            reader.run = Run()
        else:
            reader.take(word, before)
    if reader.run.words:
        yield reader.run


def _splits(word: Word) -> bool:
    """Numbers, references and adverbs may stand within a run."""
    is_adverb = word.kind == "word" and word.text.endswith("ly") and states(word)
    return not is_adverb and word.kind not in {"number", "unit"} and not word.text.startswith("#")


class _Reader:
    """The run that is being read."""

    def __init__(self) -> None:
        self.run = Run()
        self._gives = False
        """Its verb is one whose object gets something: "gave facets a limit"."""
        self._swaps = False
        """Its verb is one whose object is what was replaced: "swapped a list for a set"."""

    def next_run(self, word: Word) -> Run:
        """Begin another run before a word, and return the one that it ends."""
        ended = self.run
        self._swaps = self._swaps or any(each.text.lower().startswith(("swap", "exchang")) for each in ended.words)
        self.run = Run(light=self._gives and ended.label == "place" and not label_of(word))
        return ended

    def take(self, word: Word, before: Word | None) -> None:
        """Take a word that states nothing by itself."""
        text = word.text.lower()
        if text in {"→", "->"}:
            self.run = Run(label="towards")
        elif text in COORDINATION:
            self.run = Run(joined=True, adds=text != "," and before is not None and before.text == ",")
        elif label := label_of(word):
            self._take_label(text, label, before)
        elif text in texts("auxiliary"):
            self.run.auxiliary = "be" if self.run.auxiliary == "be" or text in texts("be") else "modal"
        elif is_light(word):
            self._take_light(word)
        elif word.kind == "number":
            self.run.counted = True
        else:
            self._take_neutral(word, is_first=before is None)

    def _take_label(self, text: str, label: str, before: Word | None) -> None:
        is_second = before is not None and bool(label_of(before)) and text in {"of", "than", "to"}
        if self._gives and label == "means":
            self.run = Run(light=True)
            self._gives = False
        elif not (is_second and self.run.label in _OF_TWO_WORDS):
            joined = self.run.joined and not (self.run.light or self.run.auxiliary)
            self.run = Run(label="means" if self._swaps and text == "for" else label, joined=joined)

    def _take_light(self, word: Word) -> None:
        self.run.light = True
        self.run.allows = self.run.allows or "allow" in groups_of(word.stem) or "make" in word.text.lower()
        self._gives = stem_of(word.text.lower()) in stems("giving")
        if self._gives and not self.run.auxiliary:
            self.run.label = "place"

    def _take_neutral(self, word: Word, *, is_first: bool) -> None:
        text = word.text.lower()
        if word.stem in stems("negation") and self.run.label == "means":
            self.run.label = "without"
        elif text in texts("determiners") and not (is_first and text == "this"):
            self.run.determined = True
            self.run.indefinite = text in {"a", "an"}
            self.run.label = "towards" if self.run.label == "to" else self.run.label
        elif word.kind == "word":
            self.run.determined = False
