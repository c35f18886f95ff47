"""Manifests of Ruby. They are programs, and no maintained library reads the gems they name."""

from __future__ import annotations

from achievement_pipeline.judging.skills.ecosystems import Ecosystem
from achievement_pipeline.judging.skills.manifests.documents import Dependencies
from achievement_pipeline.parsing.patterns import MULTILINE, compile_pattern

_GEM = compile_pattern(
    r"""^[ \t]*+(?:gem|\w++\.add(?:_runtime|_development)?_dependency)[\s(]++["']([\w.-]++)["']"""
    r"""(?:\s*+,\s*+["']([^"']++)["'])?""",
    MULTILINE,
)


def read_gems(text: str) -> Dependencies:
    """Read ``Gemfile`` and ``*.gemspec``: gems, and the first condition on each version."""
    return {(Ecosystem.RUBYGEMS, name): version or None for name, version in _GEM.findall(text)}
