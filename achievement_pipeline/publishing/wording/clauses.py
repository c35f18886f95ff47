"""Read which word depends on which.

English is ambiguous and the reading is shallow, so a word has several possible ties.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from achievement_pipeline.publishing.wording.meanings import (
    EFFECTS,
    groups_of,
    is_past,
    names_action,
    stems,
    texts,
    tier_of,
)
from achievement_pipeline.publishing.wording.runs import CLAUSES, Run, read_runs
from achievement_pipeline.publishing.wording.words import Word

ROOT = -1
"""What a word is tied to that depends on no other."""
LIGHT = "add"
"""The stem of a verb that is read as if it said only that something was made."""
ENDS = frozenset({".", ";", "!", "?", "\n", "(", ")"})


class Tie(NamedTuple):
    """A word that a node can depend on, and how."""

    to: int
    label: str


@dataclass(eq=False)
class Node:
    """A word that states something."""

    word: Word
    run: int
    """Number of the words in a row that it is one of."""
    ties: set[Tie] = field(default_factory=set)
    is_verb: bool = False
    can_be_verb: bool = False
    is_first: bool = False
    """It is where a clause has its verb."""
    needs: int | None = None
    """A word that may govern it as a verb, and is then not to be left out."""


def read_nodes(
    words: Sequence[Word], transparent: Collection[str] = (), *, is_fact: bool, uses: bool = False
) -> list[Node]:
    """Read the words of a text that state something.

    Args:
        words: Of the text.
        transparent: Groups of verbs that are read as if they said only that something was made.
        is_fact: It is a fact. Of a sentence fewer readings are tried, and they must be right.
        uses: It says what is used, and what for.
    """
    nodes: list[Node] = []
    heads: list[int] = []
    plain = [word._replace(stem=LIGHT) if groups_of(word.stem) & set(transparent) else word for word in words]
    for segment, is_inside in _segments(plain):
        clause = _Clause(nodes, around=heads if is_inside else [], is_fact=is_fact, uses=uses)
        clause.read(list(read_runs(segment)))
        heads = clause.heads
    return nodes


def _segments(words: Sequence[Word]) -> Iterator[tuple[list[Word], bool]]:
    """Yield parts of a text, and whether each is in brackets."""
    segment: list[Word] = []
    is_inside = False
    for word in words:
        if word.text in ENDS:
            yield segment, is_inside
            segment = []
            is_inside = word.text == "("
        else:
            segment.append(word)
    yield segment, is_inside


class _Clause:
    """Ties the runs of a segment to each other, from left to right.

    Args:
        nodes: Those of the text so far; what is read is added.
        around: Words before the brackets that the segment is in.
        is_fact: It is of a fact.
        uses: It says what is used to do something.
    """

    def __init__(self, nodes: list[Node], *, around: list[int], is_fact: bool, uses: bool) -> None:
        self.nodes = nodes
        self.heads: list[int] = []
        """What a preposition can belong to."""
        self._around = around
        self._is_fact = is_fact
        self._uses = uses
        self._start = len(nodes)
        self._outer: set[Tie] = set()
        """What the verb of a clause is tied to: the clause may be a condition, a reason or a time."""
        self._before_relative: list[int] = []
        self._subjects: list[int] = []
        self._scopes: list[int] = []
        """What stands before a colon."""
        self._type: int | None = None
        """A verb before a colon: "fix: a crash"."""
        self._verb: int | None = None
        self._root: int | None = None
        self._last: int | None = None
        self._allows = self._is_labelled = self._is_counted = False
        self._is_fronted = False
        """Only prepositional phrases were read so far: "In 2.0, ..."."""

    def read(self, runs: Sequence[Run]) -> None:
        """Read the runs of a segment."""
        for run, following in zip(runs, [*runs[1:], None], strict=False):
            if run.label == "they":
                self._resume()
            elif run.label == ":":
                self._end_scope(is_measured=run.counted)
            else:
                is_subject = following is not None and bool(following.auxiliary) and not following.joined
                self._add(run, is_subject=is_subject)
        for node in self.nodes[self._type + 1 :] if self._type is not None else ():
            node.ties |= {Tie(self._type or 0, tie.label) for tie in node.ties if tie.to == self._root}
        for scope in self._scopes:
            self.nodes[scope].ties |= {Tie(each, "scope") for each in [ROOT, *range(scope + 1, len(self.nodes))]}

    def _resume(self) -> None:
        """Take what stands before the colon for "they"."""
        self.heads = self._subjects = self._scopes
        self._scopes = []
        self._last = self.heads[-1] if self.heads else None

    def _end_scope(self, *, is_measured: bool) -> None:
        """One name before a colon is where the rest happens; more, or a verb, is a statement of its own."""
        if self._is_fact and not is_measured and self.heads == [self._start] and not tier_of(self.nodes[-1].word):
            self.nodes[self._start].ties.discard(Tie(ROOT, "top"))
        self._scopes += self.heads
        self._type = next((head for head in self.heads if tier_of(self.nodes[head].word)), None)
        self.heads, self._subjects, self._verb, self._last = [], [], None, None

    def _add(self, run: Run, *, is_subject: bool) -> None:
        first, last = len(self.nodes), len(self.nodes) + len(run.words) - 1
        clauses = self._append(run.words, first, last)
        self._allows = self._allows or run.allows
        if run.joined and not run.label and self._last is not None and not self._is_fronted:
            self.nodes[self._last].ties.add(Tie(last, "mod"))
        begins = self._last is None or (self._is_fronted and run.joined and not run.label)
        self._is_fronted = (self._last is None or self._is_fronted) and bool(run.label)
        follows = not (run.label or run.joined or run.auxiliary or run.light or begins)
        may_be_verb = self._may_be_verb(run, begins=begins, follows=follows)
        verb = may_be_verb and self._is_verb(run, begins=begins, follows=follows, is_subject=is_subject)
        self._leave_clause(run)
        base = self._base(run, follows=follows)
        if run.label == "to" and self.heads and may_be_verb and names_action(run.words[0]):
            self.nodes[self.heads[-1]].ties.add(Tie(first, "subj"))
            base |= self._purpose()
        if (
            run.auxiliary
            or (follows and not run.determined)
            or (run.light and self._last is not None and not run.label)
        ):
            self._tie_subject(first, run)
        for position in clauses if not self._is_fact else ():
            self.nodes[position].ties |= base
        self._tie(run, base, verb=verb, may_be_verb=may_be_verb)
        self._remember(run, verb=verb, may_be_verb=may_be_verb)
        self._verb = first if verb or run.auxiliary or (follows and not run.determined) else self._verb
        self._root = first if begins else self._root

    def _append(self, words: Sequence[Word], first: int, last: int) -> list[int]:
        """Append the words of a run, and return the positions of those that may be verbs inside it."""
        for position, word in enumerate(words, start=first):
            following = {Tie(other, "mod") for other in {position + 1, last} if position < other <= last}
            is_inside = first < position < last and names_action(word)
            self.nodes.append(Node(word, first, following, can_be_verb=is_inside or is_past(word.text)))
        verbs = [position for position in range(first + 1, last) if self.nodes[position].can_be_verb]
        for position in verbs:
            self.nodes[last].ties.add(Tie(position, "obj"))
            self.nodes[position - 1].ties.add(Tie(position, "subj"))
        return verbs

    def _may_be_verb(self, run: Run, *, begins: bool, follows: bool) -> bool:
        groups = groups_of(run.words[0].stem)
        is_noun = bool(groups) and groups <= texts("nouns")
        gerund = run.words[0].text.endswith("ing") and not groups & texts("nouns")
        is_clause = _is_clause(run, begins=begins, follows=follows)
        return not (run.light or run.determined or is_noun) and (is_clause or gerund)

    def _is_verb(self, run: Run, *, begins: bool, follows: bool, is_subject: bool) -> bool:
        """Return whether the first word of a run, which may be a verb, is one."""
        is_long = len(run.words) > 1
        if run.label == "to" and is_long and names_action(run.words[0]):
            return True
        if follows and is_long and self._last is not None and not self.nodes[self._last].is_verb:
            return True
        if not _is_clause(run, begins=begins, follows=follows) or (begins and is_subject):
            return False
        return _looks_like_verb(run.words[0], known=begins or run.joined or run.label == "to")

    def _leave_clause(self, run: Run) -> None:
        if run.joined:
            self.heads = [*self._before_relative, *self.heads]
            self._before_relative = []
        if run.label in CLAUSES - {"means", "without"}:
            self._subjects = []

    def _purpose(self) -> set[Tie]:
        """What is used or changed to do something does it."""
        return {Tie(ROOT, "top")} if self._uses or self._verb_groups() & {"modify", "make"} else set()

    def _verb_groups(self) -> frozenset[str]:
        return groups_of(self.nodes[self._verb].word.stem) if self._verb is not None else frozenset()

    def _tie(self, run: Run, base: set[Tie], *, verb: bool, may_be_verb: bool) -> None:
        first, last = len(self.nodes) - len(run.words), len(self.nodes) - 1
        goal = {Tie(ROOT, "towards")} if run.label == "to" and self._verb is None and not verb else set()
        if verb and last > first:
            self.nodes[first].ties |= base
            self.nodes[last].ties.add(Tie(first, "obj"))
        elif may_be_verb and last > first and run.auxiliary != "be":
            self.nodes[first].ties |= base
            self.nodes[last].ties |= base | goal | {Tie(first, "obj")}
            self.nodes[last].needs = first
        else:
            self.nodes[last].ties |= base | (goal if not names_action(run.words[0]) else set())
        if self._is_fact and last > first:
            self._share(first, last)

    def _remember(self, run: Run, *, verb: bool, may_be_verb: bool) -> None:
        first, last = len(self.nodes) - len(run.words), len(self.nodes) - 1
        node = self.nodes[first]
        node.is_verb, node.can_be_verb, node.is_first = verb, may_be_verb or node.can_be_verb, may_be_verb
        own = [each for each in range(first, last) if self.nodes[each].word.text.endswith(("ing", "ed"))]
        own += [first] if may_be_verb and first not in own and first != last else []
        is_predicate = verb or run.auxiliary or not (run.label or run.joined or run.light or run.determined)
        is_predicate = is_predicate and (verb or bool(run.auxiliary) or self._last is not None)
        self.heads = [*([] if is_predicate else self.heads), *own, last]
        if not verb and (not run.label or run.label in CLAUSES):
            self._subjects.append(last)
        self._last = last
        self._is_counted = run.counted
        self._is_labelled = bool(run.label) or (run.joined and self._is_labelled)

    def _share(self, first: int, last: int) -> None:
        """Tie a name and the noun that says what it names to the same: the class `Lexer`, the `Lexer` class."""
        words = [node.word for node in self.nodes[first:]]
        named = [first + each for each, word in enumerate(words) if word.kind == "code" or word.stem in stems("kinds")]
        shares = named if any(word.stem in stems("kinds") for word in words) else []
        shares += [last - 1] if words[-1].stem in stems("generic") else []
        for position in set(shares) - {last}:
            self.nodes[position].ties |= self.nodes[last].ties
            self.nodes[last].ties.add(Tie(position, "mod"))

    def _base(self, run: Run, *, follows: bool) -> set[Tie]:
        """Return the ties of what a run is about."""
        if run.label:
            return self._after_preposition(run)
        if self._last is None:
            return self._top()
        if run.joined and not run.light:
            return self._after_conjunction(run, self._last)
        if run.auxiliary:
            return {Tie(head, "pred") for head in self._subjects} | (self._outer or {Tie(ROOT, "top")})
        return self._after_run(run, self._last) if follows else self._top()

    def _top(self) -> set[Tie]:
        of_type = {Tie(self._type, "obj")} if self._type is not None else set()
        return {Tie(ROOT, "top"), *(Tie(head, "mod") for head in self._around), *of_type}

    def _after_preposition(self, run: Run) -> set[Tie]:
        ties = {Tie(head, run.label) for head in self.heads}
        if self._is_counted and self._last is not None and run.label == "place":  # 4 lines of code
            ties |= self.nodes[self._last].ties
        if run.joined:
            ties |= {Tie(ROOT, run.label)} | (set() if self._is_fact else {Tie(ROOT, "top")})
        elif run.label == "rel" or (self._verb is None and (run.label != "to" or self._allows)):
            ties.add(Tie(ROOT, run.label))
        ties = ties or {Tie(ROOT, run.label)}
        if run.label == "towards" and run.indefinite and self._verb_groups() & {"extract", "split"}:
            ties.add(Tie(ROOT, "top"))  # it was made
        if run.label == "rel":
            self._outer = set()
            self._before_relative = list(self.heads)
        elif run.label in CLAUSES - {"to", "without", "means"}:
            self._outer = ties
        return ties

    def _after_conjunction(self, run: Run, last: int) -> set[Tie]:
        self._outer = set()
        copied = set(self.nodes[last].ties)
        is_verb = _looks_like_verb(run.words[0], known=True)
        is_clause = is_verb or any(map(names_action, (run.words[0], run.words[-1])))
        if not self._is_labelled or is_clause or run.counted or (not self._is_fact and (run.determined or run.adds)):
            copied.add(Tie(ROOT, "top"))
        if self.nodes[last].word.text.endswith("ed"):
            copied.add(Tie(last, "obj"))
        if self._verb is not None:
            copied |= {Tie(self._verb, "obj"), *(self.nodes[self._verb].ties if is_verb else ())}
        return copied

    def _after_run(self, run: Run, last: int) -> set[Tie]:
        """Tie a run after another one without anything between that ties them: object, or the verb of a subject."""
        outer = self._outer or {Tie(ROOT, "top")}
        before = self.nodes[last]
        if "keep" in groups_of(before.word.stem) and len(run.words) > 1:
            self.nodes[-2].ties.add(Tie(last, "obj"))
        if run.determined:
            return {Tie(last, "obj")} | (outer if self._is_labelled else set())
        if before.is_verb and not before.word.text.endswith("ing"):
            return {Tie(last, "obj")}
        return {Tie(last, "obj"), Tie(last, "pred")} | outer

    def _tie_subject(self, verb: int, run: Run) -> None:
        """What was read so far is the subject of a verb."""
        text = run.words[0].text.lower()
        became = text.endswith("er") and bool(groups_of(run.words[0].stem) & EFFECTS)
        label = "obj" if run.auxiliary == "be" and (is_past(text) or became) else "subj"
        for head in self._subjects:
            if self._is_fact and run.auxiliary == "be":
                self.nodes[head].ties.discard(Tie(ROOT, "top"))
            self.nodes[head].ties.add(Tie(ROOT, "subj") if run.light else Tie(verb, label))


def _is_clause(run: Run, *, begins: bool, follows: bool) -> bool:
    return (begins and not run.label) or run.joined or bool(run.auxiliary) or run.label in CLAUSES or follows


def _looks_like_verb(word: Word, *, known: bool) -> bool:
    """Return whether a word has the form of a verb, or, where a verb is to be expected, is known as one."""
    text = word.text.lower()
    if word.kind != "word" or text.startswith("un"):
        return False
    return is_past(text) or (tier_of(word) > 0 if known else text.endswith("ing"))
