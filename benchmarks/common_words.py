"""Make the list of words that tell nothing about a private repository: ``publishing/gate/common_words.txt``.

A word tells nothing when many unrelated projects write it. Counted are the subjects of commits of the repositories that
are given; the shipped list is of 86 well-known public ones, of every language, with up to 15,000 subjects each.

    python benchmarks/common_words.py REPOSITORY... > achievement_pipeline/publishing/gate/common_words.txt
"""

import re
import sys
from collections import Counter, defaultdict

from git import Git

SUBJECTS = 15_000
"""Of a repository; a large one must not outvote the others."""
REPOSITORIES = 8
"""This many have to write it. At 4 and fewer there are names of projects among the words, at 8 none was found."""
LOWER_CASE_SHARE = 0.85
"""In the middle of a sentence, unless half of the repositories write it: names of people, companies and products mostly
have a capital."""

_NO_PROSE = re.compile(r"`[^`]*`|https?://\S+|\S*[/_.\\@]\S*|\S*[a-z][A-Z]\S*")
_WORD = re.compile(r"[^\W\d_]+(?:'[a-z]+)?")


def main(paths: list[str]) -> None:
    """Print the words, one a line."""
    writers: dict[str, set[str]] = defaultdict(set)
    shouters: dict[str, set[str]] = defaultdict(set)
    lower, capital, upper = Counter[str](), Counter[str](), Counter[str]()
    for path in paths:
        log = Git(path).log("--all", "--no-merges", "--format=%s", max_count=SUBJECTS)
        for subject in _NO_PROSE.sub(" ", log).splitlines():
            for match in _WORD.finditer(subject):
                word, before = match.group(), subject[: match.start()].rstrip()
                if word.islower():
                    lower[word] += 1
                    writers[word].add(path)
                elif word.isupper():
                    upper[word.lower()] += 1
                    shouters[word.lower()].add(path)
                elif before and before[-1] not in ":.!?)]":
                    capital[word.lower()] += 1
    common = {
        word
        for word, count in lower.items()
        if len(writers[word]) >= REPOSITORIES
        and _is_no_name(len(writers[word]) / len(paths), count / (count + capital[word]))
    }
    acronyms = {word for word, count in upper.items() if len(shouters[word]) >= REPOSITORIES and count > capital[word]}
    print("\n".join(sorted(word for word in common | acronyms if len(word) > 1 and word.isascii())))


def _is_no_name(writers: float, lower_case: float) -> bool:
    return writers > 1 / 2 or lower_case >= LOWER_CASE_SHARE


if __name__ == "__main__":
    main(sys.argv[1:])
