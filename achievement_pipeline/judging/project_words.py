"""Words in titles that name no topic: what is done to code, the parts of any program, values of any language."""

from __future__ import annotations

from typing import Final

_DONE: Final = """
    add added adding allow allowed allowing apply avoid bump call change changed check clean cleanup clear close
    convert correct correctly create created creating decouple deprecate deprecated deprecation detect disable
    disallow drop dropped dropping enable ensure exclude expose extend extract finish fixed fixing fixup format
    handle handled handling ignore implement implementation implemented improve improved improvement improving
    include included including inherit initial inline introduce keep limit make making merge merged minor modify
    move moved moving need normalize optimize optional parse parsing pass passing patch permit prefer prepare
    preserve prevent properly provide raise raised raising reduce refactor refactored refactoring register release
    remove removed removing rename renamed rendering reorganize replace report reset resolve resolving respect
    restore restructure return returned returning revert revise rework rewrite skip split start stop store support
    supported supporting swap switch tidy tighten tweak unify update updated updating upgrade used using verify warn
    work working wrap write
"""
_PARTS: Final = """
    argument attribute base behavior behaviour branch build case changelog child class classe client code collection
    column command comment compat compatibility component config configuration constant content context copy core
    count coverage data default dependency detail directory docs docstring document documentation entry error event
    example exception expression extra feature field file filename flag folder func function guide handler helper
    html http implicit import info input install integration interface internal item iterator keyword kwarg label
    length level library line link lint linting list logic lookup main mapping message meth method missing mode
    model module name namespace node note number object operation operator option output package page parameter
    parent parser part path pattern platform plugin point prefix private problem process project property public python
    query range readme record reference request requirement resource response result root route rule runtime sample
    script section sequence server service setting setup shape signature size source space specification state
    statement static status step stream string structure stuff style suffix syntax system table task template term
    test testing text thing title tool travis tutorial type typing typo unit unittest user util utility value
    variable version view warning wheel word wrapper
"""
_SAID: Final = """
    about abstract actual additional after again against allowing along also alternative always another available
    back bare basic because before behind being better between bool boolean both broken bugfix bytes certain clearer
    common complete consistent consistently correct current custom dead dict different direct dont duplicate each
    early easier edge either empty enough even every existing explicit explicitly external extra false faster final
    first float following from full further general generic github global good have having here high ignored
    incorrect inside instead integer into invalid issue just last latest less like local long longer lower many
    minimum mixed more most multi multiple must nicer none null only optional original other outside over plain
    possible previous proper quick redundant regular related relative required right safe same second self several
    should simple simpler simplified simplify single small solution some special specific standard still such than that
    their them then there these they this those three through time true tuple twice under unnecessary unneeded until
    unused upper used useful valid various very well were what when where whether which while wider will with within
    without wrong
"""
ORDINARY_WORDS: Final = frozenset(
    word[:-1] if word.endswith("s") and not word.endswith("ss") else word
    for word in f"{_DONE} {_PARTS} {_SAID}".split()
)
"""Lower case, without the ``s`` of a plural, as `achievement_pipeline.judging.projects` compares them."""

_PLANNED: Final = """
    alpha april august autumn backlog beta blocked candidate cycle december deck fall february freeze future hotfix
    icebox iteration january july june later march month next november october patch planned planning priority quarter
    ready roadmap september someday soon sprint spring stable summer todo triage week winter wishlist year
"""
WORDS_OF_PLANS: Final = frozenset(_PLANNED.split())
"""Words of milestones that say when, and not what."""
