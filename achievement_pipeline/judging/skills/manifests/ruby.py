"""Manifests of Ruby: programs, of which no kept library reads the words that name gems."""

from __future__ import annotations

from achievement_pipeline.judging.skills.ecosystems import Ecosystem
from achievement_pipeline.judging.skills.manifests.documents import Dependencies
from achievement_pipeline.patterns import MULTILINE, compile_pattern

_GEM = compile_pattern(
    r"""^[ \t]*+(?:gem|\w++\.add(?:_runtime|_development)?_dependency)[\s(]++["']([\w.-]++)["']"""
    r"""(?:\s*+,\s*+["']([^"']++)["'])?""",
    MULTILINE,
)


def read_gems(text: str) -> Dependencies:
    """``Gemfile`` and ``*.gemspec``: the gems they name, and the first condition on each version."""
    return {(Ecosystem.RUBYGEMS, name): version or None for name, version in _GEM.findall(text)}
