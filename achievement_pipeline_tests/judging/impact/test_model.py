import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from achievement_pipeline.judging.impact.known_signs import known_signs
from achievement_pipeline.judging.impact.model import (
    add_signs,
    are_likely,
    explain_impact,
    learnt_model,
    likelihood,
    model_of,
    write_signs,
)
from achievement_pipeline.judging.impact.signs import find_signs
from achievement_pipeline.judging.ledgers import sum_ledger
from achievement_pipeline.judging.rules import ImpactRules
from achievement_pipeline_tests.judging.impact.conftest import NAMES, found, shown, work

some_signs = st.lists(st.sets(st.sampled_from(NAMES)), min_size=1, max_size=6)
some_rules = st.builds(
    ImpactRules,
    weights=st.dictionaries(st.sampled_from(NAMES), st.floats(-3, 3)),
    off=st.lists(st.sampled_from([*NAMES, "title", "files"]), max_size=3).map(tuple),
)


def test_the_curve_grows() -> None:
    model = learnt_model()
    assert (np.diff(model.sums) > 0).all()
    assert (np.diff(model.likely) > 0).all()
    assert model.likely.min() > 0
    assert model.likely.max() < 1


def test_a_feature_with_tests_and_docs_is_likelier_than_a_fix_than_a_change_of_checks() -> None:
    feature = found("Add `--proxy` option", "src/a.py", "tests/test_a.py", "docs/usage.md")
    fix = found("Fix crash", "src/a.py", category="bugfix", lines=2)
    checks = found("Run mypy in CI", ".github/workflows/ci.yml", category="infrastructure")
    sums = add_signs(shown(feature, fix, checks), learnt_model())
    assert list(likelihood(sums, learnt_model())) == sorted(likelihood(sums, learnt_model()), reverse=True)


@given(some_signs, some_rules)
def test_the_lines_of_a_ledger_add_up_to_the_likelihood(changes: list[set[str]], rules: ImpactRules) -> None:
    keys = pd.Index([f"git:o/n@{position}" for position in range(len(changes))], dtype="str")
    signs = shown(*changes)
    lines = explain_impact(write_signs(signs).set_axis(keys), rules)
    model = model_of(rules)
    expected = (likelihood(add_signs(signs, model), model) * 10_000).round()
    assert lines["points"].groupby(level=0).sum().reindex(keys).to_list() == list(expected)
    scores = sum_ledger(lines, pd.Series("o/n", index=keys, dtype="str"))
    for impact, ledger in zip(scores["impact"], scores["ledger"], strict=True):
        assert round(sum(line["points"] for line in json.loads(ledger)), 2) == impact


@given(st.sets(st.sampled_from(NAMES)), st.sampled_from(NAMES))
def test_a_sign_that_speaks_for_a_change_never_makes_it_less_likely(change: set[str], sign: str) -> None:
    model = learnt_model()
    without, having = add_signs(shown(change - {sign}, change | {sign}), model)
    likely = likelihood(np.array([without, having]), model)
    assert (likely[1] >= likely[0]) == (model.weights[sign] > 0)


def test_a_line_names_what_it_rests_on() -> None:
    signs = write_signs(shown({"closes an issue", "touches source", "touches tests", "touches source and tests"}))
    lines = explain_impact(signs.set_axis(pd.Index(["git:o/n@1"], dtype="str")), ImpactRules())
    evidence = dict(zip(lines["rule"], lines["evidence"], strict=True))
    assert evidence["issue"] == "closes an issue"
    assert evidence["files"] == "changes source code; changes tests"


def test_a_graded_sign_counts_by_its_amount_and_tells_its_probability() -> None:
    keys = pd.Index(["much", "little"], dtype="str")
    signs = pd.Series(["like a feature=1.6", "like a feature=0.4,like a refactoring=1.2"], index=keys, dtype="str")
    lines = explain_impact(signs, ImpactRules())
    likeness = lines[lines["rule"] == "likeness"]
    assert likeness["evidence"].to_dict() == {"much": "like a feature (62 %)", "little": "like a refactoring (42 %)"}
    assert likeness["points"]["much"] > likeness["points"]["little"]


def test_signs_are_written_and_read_without_loss() -> None:
    signs = find_signs(work("Add `--proxy` option", "src/a.py"))
    direct = {sign.sign: np.zeros(1, dtype=bool) for sign in known_signs() if sign.weight is not None}
    written = write_signs(signs | direct).set_axis(pd.Index(["a"], dtype="str"))
    expected = likelihood(add_signs(signs, learnt_model()), learnt_model())[0]
    assert explain_impact(written, ImpactRules())["points"].sum() == round(expected * 10_000)


def test_a_sign_or_a_whole_line_can_be_turned_off() -> None:
    signs = write_signs(shown({"closes an issue", "touches source"})).set_axis(pd.Index(["a"], dtype="str"))
    assert set(explain_impact(signs, ImpactRules(off=("closes an issue",)))["rule"]) == {"base", "files"}
    assert set(explain_impact(signs, ImpactRules(off=("files",)))["rule"]) == {"base", "issue"}


def test_an_unknown_sign_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown impact sign 'tests'"):
        ImpactRules(off=("tests",))


def test_the_upper_part_of_each_repository_is_likely() -> None:
    feature, fix, typo = {"is feature", "says new"}, {"is bugfix"}, {"is documentation", "says typo"}
    signs = shown(*[feature] * 10, *[fix] * 5, *[typo] * 10, *[fix] * 10, *[typo] * 10, feature)
    repositories = pd.Series(["a"] * 25 + ["b"] * 20 + ["new"])
    everything = pd.Series(True, index=repositories.index)
    likely = are_likely(signs, repositories, everything, ImpactRules())
    assert likely.to_list() == [*[True] * 15, *[False] * 10, *[True] * 10, *[False] * 10, False]
    assert are_likely(signs, repositories, everything, ImpactRules(likely_share=0.1))[:25].sum() == 10
    assert not are_likely(signs, repositories, ~everything, ImpactRules()).any()


def test_direct_evidence_is_set_and_says_where_it_stands() -> None:
    signs = pd.Series(["is feature,announced,announced as a highlight", "is feature"], index=["a", "b"], dtype="str")
    said = {"announced": pd.Series({"a": "announced in 0.28.0 under Features"})}

    ledger = explain_impact(signs, ImpactRules(), said)
    off = explain_impact(signs, ImpactRules(off=("announced",)), said)

    lines = ledger[ledger["rule"] == "announced"]
    assert lines["evidence"].to_dict() == {"a": "announced in 0.28.0 under Features"}
    assert (lines["points"] > 0).all()
    assert "announced" not in set(off["rule"])
