"""Optional wording by a language model.

Nothing that a model writes is published as a fact: `gate` accepts a sentence only if the numbered facts that it cites
support each of its words, and a person approves what it accepts.
"""
