"""What an installation without extras weighs; docs/decisions/0019 names what weighs much."""

from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Final

import pytest
from packaging.requirements import Requirement

_DECISION = Path(__file__).parents[2] / "docs/decisions/0019-what-the-base-install-weighs.md"
_LIMIT: Final = 560 * 2**20
_MUCH: Final = 10**7


@pytest.fixture(scope="module")
def weights() -> dict[str, int]:
    """Bytes of each package that the base install brings, without compiled caches."""
    return {name: _weigh(found) for name, found in _installed("achievement-pipeline", frozenset()).items()}


def _installed(name: str, extras: frozenset[str]) -> dict[str, Distribution]:
    """Return the packages that one brings, by name."""
    found: dict[str, Distribution] = {}
    waiting = [(name, extras)]
    seen = set()
    while waiting:
        wanted = waiting.pop()
        if wanted in seen:
            continue
        seen.add(wanted)
        name, extras = wanted
        try:
            found[name] = distribution(name)
        except PackageNotFoundError:
            continue  # another platform's
        for line in found[name].requires or ():
            needed = Requirement(line)
            if needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in {"", *extras}):
                waiting.append((needed.name.lower(), frozenset(needed.extras)))
    return found


def _weigh(package: Distribution) -> int:
    return sum(file.size or 0 for file in package.files or () if not file.name.endswith(".pyc"))


def test_the_base_install_is_light(weights: dict[str, int]) -> None:
    assert sum(weights.values()) <= _LIMIT


def test_the_decision_names_what_weighs_much(weights: dict[str, int]) -> None:
    text = _DECISION.read_text(encoding="utf-8")
    assert not [name for name, weight in weights.items() if weight > _MUCH and f"`{name}`" not in text]
