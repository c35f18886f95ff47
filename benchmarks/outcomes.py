"""Measure how well outcomes are read from messages: number, unit and direction, all three right.

``outcome_labels.csv`` has 11,425 commits of public projects whose messages hold numbers, labelled by reading each: the
outcomes that a message states (``8>2 ms down``, ``15 % up``), nothing where it states none, ``?`` where readers may
differ (left out). Two thirds of each part were drawn where a number with a unit stands beside a word of change, one
third elsewhere; of the twenty-sixth and twenty-eighth, more messages of the projects before them, all. The first part
of 150 was for development; each later part is of other projects, was measured once with the rules as they were then,
and joined development. benchmarks/README.md has those figures and the rules of labelling.

Messages are not in the table: they are read from clones, bare or not, given as folders that have ``owner/name`` or
``owner+name`` in their path.

What counts is what a document would print: the first outcome found in a message. It is right if it is among those
labelled, and missing otherwise.

    python benchmarks/outcomes.py [--faults] CLONE...
"""

import argparse
import csv
import subprocess
from collections import Counter, defaultdict
from pathlib import Path

from achievement_pipeline.outcomes.find import Outcome, find_outcomes

_LABELS = Path(__file__).with_name("outcome_labels.csv")
_UNITS = {
    "percent": "%", "times": "x", "\u00d7": "x", "sec": "s", "secs": "s", "second": "s", "seconds": "s", "mins": "min",
    "minutes": "min", "minute": "min", "hour": "h", "hours": "h", "allocs": "alloc", "byte": "bytes",
}  # fmt: skip


def main() -> None:
    """Print precision, recall and F1 of each part and of all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clones", nargs="+", type=Path)
    parser.add_argument("--faults", action="store_true", help="print what is wrong")
    arguments = parser.parse_args()
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for row in csv.DictReader(_LABELS.open(encoding="utf-8")):
        message = _message(arguments.clones, row["repository"], row["commit"])
        if message is None or row["outcomes"] == "?":
            counts[row["part"]]["left out"] += 1
            continue
        found = next((each for each in find_outcomes(message) if each.direction), None)
        stated = {_normal(label) for label in row["outcomes"].split(";") if label}
        verdict = _verdict(stated, found)
        counts[row["part"]].update(verdict)
        if arguments.faults and {"wrong", "missing"} & set(verdict):
            print(row["repository"], row["commit"][:10], "labelled:", row["outcomes"] or "none", "found:", found)
    counts["all"] = sum(counts.values(), Counter())
    for part, count in counts.items():
        print(part, dict(count), _figures(count))


def _verdict(stated: set[str], found: Outcome | None) -> list[str]:
    if found is None:
        return ["missing"] if stated else ["rightly none"]
    if _written(found) in stated:
        return ["right"]
    return ["wrong", "missing"] if stated else ["wrong"]


def _written(outcome: Outcome) -> str:
    number = outcome.amount if outcome.before is None else f"{outcome.before}>{outcome.after}"
    unit = outcome.unit.split()[-1] if outcome.unit else "-"
    return _normal(f"{number} {unit} {outcome.direction}")


def _normal(label: str) -> str:
    number, unit, direction = label.rsplit(" ", 2)
    number = ">".join(f"{float(part):.10g}" for part in number.split(">"))
    return f"{number} {_UNITS.get(unit.casefold(), unit.casefold())} {direction}"


def _figures(count: Counter[str]) -> str:
    precision = count["right"] / max(count["right"] + count["wrong"], 1)
    recall = count["right"] / max(count["right"] + count["missing"], 1)
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    return f"precision {precision:.3f}, recall {recall:.3f}, F1 {f1:.3f}"


def _message(clones: list[Path], repository: str, commit: str) -> str | None:
    name = repository.partition("/")[2]
    for clone in clones:
        if any(f"/{form}/" in f"/{clone}/" for form in (name, name.replace("/", "+"))):
            shown = subprocess.run(
                ["git", "-C", str(clone), "show", "-s", "--format=%B", commit],
                capture_output=True,
                text=True,
                check=False,
            )
            return shown.stdout if shown.returncode == 0 else None
    return None


if __name__ == "__main__":
    main()
