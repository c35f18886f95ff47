"""Texts written by hand, faithful ones and others, and what lies, made of the faithful ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple


class Rewrite(NamedTuple):
    """A sentence and the facts that it cites."""

    sentence: str
    facts: tuple[str, ...]
    """Those that it cites."""


def faithful() -> Iterator[Rewrite]:
    """Read ``faithful.txt``."""
    return _read("faithful.txt", "S ")


def unfaithful() -> Iterator[Rewrite]:
    """Read ``unfaithful.txt``: what says something else in the words of its facts."""
    return _read("unfaithful.txt", "X ")


def _read(name: str, mark: str) -> Iterator[Rewrite]:
    text = Path(__file__).with_name(name).read_text(encoding="utf-8")
    for block in text.split("\n\n"):
        lines = [line for line in block.splitlines() if line and not line.startswith("#")]
        facts = [line[2:] for line in lines if line.startswith("F ")]
        for line in lines:
            if line.startswith(mark):
                cited, _, sentence = line[2:].partition(" ")
                yield Rewrite(sentence, tuple(facts[int(number) - 1] for number in cited.split(",")))


TECHNOLOGIES = (
    "Kafka",
    "GraphQL",
    "Terraform",
    "Rust",
    "MongoDB",
    "Kubernetes",
    "React",
    "Go",
    "Spark",
    "gRPC",
    "TensorFlow",
    "AWS Lambda",
    "Elasticsearch",
    "RabbitMQ",
    "Vue.js",
    "C++",
    "Swift",
    "Express",
    "Spring Boot",
    "Snowflake",
)
PEOPLE = (
    "Alice",
    "John Smith",
    "Dr. Chen",
    "the Google team",
    "Wei",
    "Sofia Rossi",
    "Microsoft",
    "my manager",
    "two juniors",
)
TITLES = ("As tech lead, ", "As a senior engineer, ", "As CTO, ", "At Google, ", "As the main author, ")
SUPERLATIVES = (
    "critical",
    "massive",
    "the first",
    "the fastest",
    "innovative",
    "robust",
    "seamless",
    "world-class",
    "highly scalable",
    "key",
    "game-changing",
    "significantly better",
    "state-of-the-art",
    "mission-critical",
    "the most important",
    "successful",
)
CAUSES = (
    ", reducing latency",
    ", improving performance",
    ", which increased revenue",
    ", so that customers were happier",
    ", enabling faster releases",
    ", resulting in fewer incidents",
    " to improve reliability",
    ", leading to higher adoption",
    ", saving the team hours",
    ", thereby cutting costs",
    " because users had complained",
    ", making it twice as fast",
    ", ensuring data quality",
    " thanks to careful profiling",
    ", allowing others to move faster",
    ", boosting productivity",
)
QUANTITIES = (
    " for 5 teams",
    " with 99.9% uptime",
    ", saving $40k",
    " in 3 weeks",
    " by 37%",
    " for 94,772 active users",
    " in dozens of files",
    " by a third",
    ", twice as fast",
    " across hundreds of services",
    " with a team of 5",
    " with 100 % test coverage",
    " in v9.9.9",
    " over two years",
    " for 1.2 million customers",
    " since 2019",
    " in March 2021",
    " on 12 May 2024",
    " within 48 hours",
    " 10x",
)
PATHS = (
    " in src/core/engine.py",
    " in `render_all`",
    " (#4711)",
    " in ENG-999",
    " at https://example.com/x",
    " in lib/utils.ts",
)
CLIMBS = (
    "Led",
    "Designed",
    "Owned",
    "Architected",
    "Spearheaded",
    "Managed",
    "Directed",
    "Pioneered",
    "Drove",
    "Launched",
)
LOOKING_LIKE_NUMBERS = ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9")
NEGATIONS = (
    (" is ", " is not "),
    (" are ", " are not "),
    (" was ", " was never "),
    (" without ", " with "),
    (" no ", " many "),
)


def lies(rewrite: Rewrite) -> Iterator[tuple[str, str]]:
    """Yield what goes wrong, by kind, and the sentence that holds something that the facts lack."""
    sentence = rewrite.sentence.rstrip(".")
    facts = " ".join(rewrite.facts).lower()
    for kind, ends in {"quantity": QUANTITIES, "cause": CAUSES, "path": PATHS}.items():
        yield from ((kind, sentence + end + ".") for end in ends if end.split()[-1] not in facts)
    for name in TECHNOLOGIES:
        if not any(name.lower() in fact.lower() for fact in rewrite.facts):
            yield "technology", f"{sentence} with {name}."
            yield "technology", f"{sentence} ({name})."
    for person in PEOPLE:
        yield "person", f"{sentence} together with {person}."
        yield "person", f"{sentence} for {person}."
    yield from (("title", title + sentence[0].lower() + sentence[1:]) for title in TITLES)
    first, _, rest = sentence.partition(" ")
    yield from (("superlative", f"{first} {word} {rest}.") for word in SUPERLATIVES if word not in facts)
    yield from (("tier", f"{verb} {rest}.") for verb in CLIMBS if verb.lower()[:4] not in facts)
    yield from _other_numbers(sentence)
    yield from (
        ("negation", sentence.replace(old, new, 1))
        for old, new in NEGATIONS
        if old in sentence and " not " not in sentence and " no longer " not in sentence
    )
    if " is " not in sentence and " are " not in sentence and first.endswith("ed") and "not" not in facts:
        yield "negation", f"Never {sentence[0].lower()}{sentence[1:]}."
        yield "negation", f"Not {sentence[0].lower()}{sentence[1:]}."


def _other_numbers(sentence: str) -> Iterator[tuple[str, str]]:
    """Change each digit, and each unit."""
    for place, character in enumerate(sentence):
        if character.isdigit():
            other = LOOKING_LIKE_NUMBERS[(int(character) + 1 + place % 7) % 10]
            if other != character:
                yield "number", sentence[:place] + other + sentence[place + 1 :]
            yield "number", sentence[:place] + character + "7" + sentence[place + 1 :]
    for old, new in (
        (" ms", " s"),
        (" min", " h"),
        (" MB", " GB"),
        ("%", " ms"),
        (" lines", " users"),
        (" files", " teams"),
    ):
        if old in sentence:
            yield "unit", sentence.replace(old, new)
