"""Which word belongs to which: a sentence may tie two words only as one of its facts does.

A sentence is faithful if each of its words that states something has a tie that a word of the same meaning has in one
of the facts, and if nothing is left out that makes a fact smaller. Verbs that only say that something was made are
transparent: "Added a limit to facets" and "Facets have a limit now" tie the same words.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from achievement_pipeline.publishing.wording.clauses import ENDS, LIGHT, ROOT, Node, Tie, read_nodes
from achievement_pipeline.publishing.wording.meanings import (
    EFFECTS,
    groups_of,
    is_past,
    label_of,
    meanings_of,
    names_action,
    stems,
    texts,
)
from achievement_pipeline.publishing.wording.runs import COORDINATION, is_node
from achievement_pipeline.publishing.wording.words import Word


def same(first: Word, second: Word) -> bool:
    """Return whether two words mean the same."""
    if first.stem == second.stem:
        return True
    if second.kind == "code" and _is_part(first.text.lower().removesuffix("'s"), second.stem):
        return True
    if first.kind == "code":
        return False
    return bool(meanings_of([first]) & meanings_of([second]))


def _is_part(part: str, code: str) -> bool:
    return code.endswith("." + part) or part in code.split("/")


_LIKE = {
    "mod": "place towards obj subj pred means rel scope source to",
    "place": "source towards scope subj rel to when",
    "pred": "rel top obj subj to",
    "scope": "subj towards to",
    "subj": "top towards means",
    "to": "rel top towards",
    "rel": "top how",
}
"""Labels that say the same: "a crash on an empty file" and "a crash when the file is empty"."""
_LIKE_WITHOUT_OBJECT = {"obj": "place towards top subj to", "top": "place towards"}
"""Labels that say the same unless the verb has another object."""
_UNDIRECTED = frozenset({"mod", "pred"})


def _is_same_turned(stated: str, known: str) -> bool:
    """Return whether a tie says the same in the other direction: "a library of rules" and "rules into a library"."""
    is_made_of = stated == "place" and known == "towards"
    return is_made_of or (stated in _UNDIRECTED and _alike(stated, known, has_object=True))


def _alike(stated: str, known: str, *, has_object: bool) -> bool:
    if stated == known or _is_listed(_LIKE, stated, known):
        return True
    return not has_object and _is_listed(_LIKE_WITHOUT_OBJECT, stated, known)


def _is_listed(pairs: dict[str, str], one: str, other: str) -> bool:
    return other in pairs.get(one, "").split() or one in pairs.get(other, "").split()


class FactNodes:
    """The nodes of a fact, and which of them have an object."""

    def __init__(self, words: Sequence[Word]) -> None:
        self.says_use = len(words) > 1 and words[0].text.lower() in {"use", "uses", "used"} and not label_of(words[1])
        """It says only that something is used: "Use a cache"."""
        self.says_this = bool(words) and words[0].text.lower() == "this"
        """It says something of the work, which it calls "this"."""
        read = [words[0]._replace(stem=LIGHT), *words[1:]] if self.says_use else words
        self.nodes = read_nodes(read, is_fact=True, uses=self.says_use)
        self._objects: dict[int, set[int]] = {}
        for index, node in enumerate(self.nodes):
            for tie in node.ties:
                if tie.label in {"obj", "top"}:
                    self._objects.setdefault(tie.to, set()).add(index)
        start = next((word.text.lower() for word in words), "")
        self.is_about_work = start in {"released", "completed", "skills", "repository"}
        self.is_repository = start == "repository"
        self.is_skills = start == "skills"
        self.kept = dict(_kept(words))

    def begins_with(self, verb: Word) -> bool:
        """Return whether the fact begins with a verb, and so says it of the work."""
        return bool(self.nodes) and names_action(self.nodes[0].word) and same(verb, self.nodes[0].word)

    def has_other_object(self, verb: int, index: int) -> bool:
        """Return whether a verb has an object other than a node."""
        return bool(self._objects.get(verb, set()) - {index})


def _kept(words: Sequence[Word]) -> Iterator[tuple[int, list[Word]]]:
    """Yield for each word that states something, by its identity, those that a sentence must not leave out with it.

    Less than a fact is true as well, unless the fact denies or removes something, or is not sure.
    """
    for statement in _split(words, (ENDS - {"(", ")"}) | {":", "but"}):
        hedges = [word for word in statement if word.text.lower() in texts("hedges")]
        narrows = False
        for part in _split(statement, COORDINATION):
            begin = (
                0 if narrows else next((position for position, word in enumerate(part) if _narrows(word)), len(part))
            )
            narrows = narrows or begin < len(part)
            whole = [word for word, before in zip(part, [None, *part], strict=False) if _must_stay(word, before)]
            reason = next((each for each in part[begin:] if label_of(each) == "because"), None)
            end = part.index(reason) if reason and not _denies(part[begin:]) else len(part)
            whole = [word for word in whole if word in part[begin:end]]
            for position, word in enumerate(part):
                yield id(word), hedges + (whole if position >= begin else [])


def _must_stay(word: Word, before: Word | None) -> bool:
    """A word that states something and is no measure, and a bound: `< 3`."""
    if before is None:
        return is_node(word)
    return before.text in BOUNDS or (is_node(word) and before.kind != "number")


BOUNDS = frozenset({"<", ">", "<=", ">="})
"""Marks that make the number behind them a bound."""


def _denies(words: Sequence[Word]) -> bool:
    return bool(words) and words[0].stem in stems("negation")


def _narrows(word: Word) -> bool:
    return word.kind == "word" and (
        word.stem in stems("negation")
        or word.text.lower() == "only"
        or bool({"remove", "disable"} & groups_of(word.stem))
    )


def _split(words: Sequence[Word], at: Collection[str]) -> Iterator[list[Word]]:
    part: list[Word] = []
    for word in words:
        if word.text.lower() in at:
            yield part
            part = []
        else:
            part.append(word)
    yield part


_Place = tuple[FactNodes, int]


def untied(words: Sequence[Word], facts: Sequence[FactNodes], transparent: Collection[str]) -> str | None:
    """Return the first word that the sentence ties in another way than the facts, or None."""
    stated = read_nodes(words, transparent, is_fact=False)
    known = [(fact, index) for fact in facts for index, node in enumerate(fact.nodes) if _is_whole(fact, node, words)]
    candidates = [{place for place in known if _may_be(node, place[0].nodes[place[1]])} for node in stated]
    changed = True
    while changed:
        changed = False
        for index, node in enumerate(stated):
            kept = {place for place in candidates[index] if _Match(stated, candidates, candidates).ties(node, place)}
            changed = changed or kept != candidates[index]
            candidates[index] = kept
            if not kept:
                return node.word.text
    grounded: list[set[_Place]] = [set() for _ in stated]
    while True:
        found = [
            {place for place in candidates[index] if _Match(stated, grounded, candidates).ties(node, place)}
            for index, node in enumerate(stated)
        ]
        if found == grounded:
            break
        grounded = found
    loose = next((node.word.text for node, places in zip(stated, grounded, strict=True) if not places), None)
    if loose:
        return loose
    return _out_of_order(stated, candidates) or _exchanged(stated, candidates)


def _exchanged(stated: list[Node], candidates: list[set[_Place]]) -> str | None:
    """What qualifies a word before it and what does so after it do not change places: not cats of dogs."""
    before, after = {}, {}
    for node, places in zip(stated, candidates, strict=True):
        for tie in node.ties:
            if tie.to == ROOT or tie.label not in {"mod", "place", "means", "source"}:
                continue
            known = {
                each.label
                for fact, index in places
                for each in fact.nodes[index].ties
                if (fact, each.to) in candidates[tie.to]
            }
            if tie.label == "mod" and known and "mod" not in known and known & {"place", "means", "source", "towards"}:
                before[tie.to] = node.word.text
            if tie.label != "mod" and known == {"mod"}:
                after[tie.to] = node.word.text
    return next((before[head] for head in before if head in after), None)


def _is_plural(word: Word) -> bool:
    text = word.text.lower()
    return word.kind == "word" and text.endswith("s") and not text.endswith(("ss", "us", "is"))


def _is_whole(fact: FactNodes, node: Node, words: Sequence[Word]) -> bool:
    """Return whether the sentence has all that must not be left out with a word of a fact."""
    return all(
        any(same(word, other) or same(other, word) for other in words) for word in fact.kept.get(id(node.word), [])
    )


def _may_be(stated: Node, known: Node) -> bool:
    """A verb may be a noun of the same stem only if that noun names an action: detected, detection; not sped, speed."""
    if not same(stated.word, known.word):
        return False
    if groups_of(stated.word.stem) & EFFECTS and stated.word.text.lower() != known.word.text.lower():
        text = known.word.text.lower()
        return known.is_first or is_past(text) or text.endswith(("er", "ing", "ion"))
    return (
        not stated.is_verb
        or known.can_be_verb
        or known.word.text.lower().endswith(("ion", "ing", "ment", "al", "ed", "ions"))
    )


class _Match:
    """Which words of facts the words of a sentence can be.

    Args:
        stated: The words of the sentence.
        places: For each of them, the words of facts that it can be.
        present: The same, before some were ruled out.
    """

    def __init__(self, stated: list[Node], places: list[set[_Place]], present: list[set[_Place]]) -> None:
        self._stated = stated
        self._places = places
        self._present = present

    def ties(self, node: Node, place: _Place) -> bool:
        """Return whether a word has a tie that a word of a fact has."""
        fact, index = place
        if fact.is_about_work and any(_describes_work(tie, self._stated, fact) for tie in node.ties):
            return True
        return any(self._has(tie, node, fact, index) for tie in node.ties)

    def _has(self, tie: Tie, node: Node, fact: FactNodes, index: int) -> bool:
        known = fact.nodes[index]
        if tie.to == ROOT:
            return self._is_top(tie, known, fact, index)
        governor = self._stated[tie.to].word
        if "fix" in groups_of(governor.stem) and _is_plural(node.word) and not _is_plural(known.word):
            return False  # one was fixed
        if tie.label == "mod" and (fact, index) in self._places[tie.to]:
            return True  # two words for one: the option --sort
        if tie.label in {"means", "without"} and any(each.to == ROOT for each in known.ties):
            return tie.label == "without" or "replace" not in groups_of(governor.stem)
        return self._depends(tie, fact, index) or self._governs(tie, fact, index)

    def _is_top(self, tie: Tie, known: Node, fact: FactNodes, index: int) -> bool:
        if known.needs is not None and not any((fact, known.needs) in each for each in self._present):
            return False
        has_object = fact.has_other_object(ROOT, index)
        return any(each.to == ROOT and _alike(tie.label, each.label, has_object=has_object) for each in known.ties)

    def _depends(self, tie: Tie, fact: FactNodes, index: int) -> bool:
        return any(
            (fact, each.to) in self._places[tie.to]
            and _alike(tie.label, each.label, has_object=fact.has_other_object(each.to, index))
            for each in fact.nodes[index].ties
            if each.to != ROOT
        )

    def _governs(self, tie: Tie, fact: FactNodes, index: int) -> bool:
        return any(
            of is fact and each.to == index and _is_same_turned(tie.label, each.label)
            for of, other in self._places[tie.to]
            for each in of.nodes[other].ties
        )


def _describes_work(tie: Tie, stated: list[Node], fact: FactNodes) -> bool:
    """Return whether a release, day, skill or repository is tied to the work as a whole."""
    if tie.label == "means" and tie.to != ROOT:
        return "replace" not in groups_of(stated[tie.to].word.stem)
    if tie.label in {"towards", "to"}:
        return fact.is_repository and (tie.to == ROOT or not stated[tie.to].is_verb)
    return tie.label in {"place", "means", "mod", "subj", "because"}


def _out_of_order(stated: list[Node], candidates: list[set[_Place]]) -> str | None:
    """Words in a row that are so in a fact must have its order, except a verb that began it."""
    for index in range(1, len(stated)):
        before, node = stated[index - 1], stated[index]
        names = any(each.word.kind == "code" or each.word.stem in stems("kinds") for each in (before, node))
        if before.run != node.run or before.is_verb or names:
            continue
        if all(_is_swapped(first, second) for first in candidates[index - 1] for second in candidates[index]):
            return node.word.text
    return None


def _is_swapped(first: _Place, second: _Place) -> bool:
    (fact, one), (other, two) = first, second
    if fact is not other or fact.nodes[one].run != fact.nodes[two].run:
        return False
    begins = two == fact.nodes[two].run and fact.nodes[two].can_be_verb
    return one > two and not begins
