"""Wording by a language model: off by default, and unable to lie.

Nothing that a model writes is shown as a fact: `gate` lets a sentence pass only where every word of it stands in the
numbered facts that it cites, and a person approves what passes.
"""
