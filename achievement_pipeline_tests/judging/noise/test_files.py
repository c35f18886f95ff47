"""Which changed files are not work: by git's facts, path, .gitattributes and contents."""

from __future__ import annotations

import tomllib
from pathlib import Path
from random import Random

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandera.typing import DataFrame

from achievement_pipeline.frames import CommitContents, PathAttributes
from achievement_pipeline.judging.noise.files import noise_reasons, noise_rules
from achievement_pipeline.judging.noise.reasons import Noise
from achievement_pipeline_tests.examples import examples
from achievement_pipeline_tests.judging.file_rows import attributes, changed, contents


def reasons(paths: list[str]) -> dict[str, str | None]:
    found = noise_reasons(changed(*paths))
    return dict(zip(paths, found.astype("object").where(found.notna(), None), strict=True))


def reason(
    change: str | dict[str, object],
    declared: DataFrame[PathAttributes] | None = None,
    read: DataFrame[CommitContents] | None = None,
) -> str | None:
    found = noise_reasons(changed(change), declared, read).iloc[0]
    return None if pd.isna(found) else str(found)


@pytest.mark.parametrize(
    ("expected", "paths"),
    [
        (
            Noise.LOCKFILE,
            """package-lock.json web/npm-shrinkwrap.json yarn.lock pnpm-lock.yaml bun.lock bun.lockb deno.lock
            poetry.lock pdm.lock uv.lock pixi.lock Pipfile.lock pylock.toml pylock.dev.toml
            conda-lock.yml Cargo.lock go.sum go.work.sum Gopkg.lock glide.lock Gemfile.lock
            gems.locked composer.lock packages.lock.json paket.lock gradle.lockfile Podfile.lock
            Package.resolved Cartfile.resolved pubspec.lock mix.lock rebar.lock stack.yaml.lock
            cabal.project.freeze conan.lock vcpkg-lock.json Manifest.toml renv.lock flake.lock
            .terraform.lock.hcl charts/a/Chart.lock MODULE.bazel.lock buf.lock shard.lock
            cpanfile.snapshot mise.local.lock""",
        ),
        (
            Noise.SNAPSHOT,
            "src/__snapshots__/a.test.ts.snap tests/__snapshots__/test_a.ambr a/cassettes/x.yaml x.golden",
        ),
        (Noise.MINIFIED, "static/app.min.js static/app-min.css static/app.js.map static/main.bundle.js"),
        (Noise.GENERATED, "api/v1/a.pb.go a_pb2.py a_pb2_grpc.pyi lib/a.g.dart zz_generated.deepcopy.go po/app.pot"),
        (Noise.NOTEBOOK_OUTPUT, "analysis/first.ipynb"),
        (Noise.DATA, "data/people.csv logo.svg tests/response.jsonl model.pkl"),
        (Noise.LICENCE, "LICENSE COPYING.LESSER LICENSE-MIT license.md LICENSES/Apache-2.0.txt NOTICE"),
        (Noise.EDITOR, ".vscode/settings.json .idea/workspace.xml app.iml"),
    ],
)
def test_a_path_that_programs_write_has_its_reason(expected: Noise, paths: str) -> None:
    assert reasons(paths.split()) == dict.fromkeys(paths.split(), expected.value)


def test_a_path_that_people_write_is_work() -> None:
    paths = """src/app.py package.json Cargo.toml pyproject.toml docs/index.md README.md CHANGES.rst deploy/values.yaml
        data.py src/data/model.ts locale/de.po licence.py src/license.ts NOTICE.py golden_ratio.py snapshots.py
        src/lockfile.rs distribution/setup.py my-node_modules/a.js vendoring.md tests/fixtures/database.py manifest.toml
        src/unlock migrations/0001_initial.py src/types/index.d.ts util/cache/cache.go models/external/orders.sql"""
    assert reasons(paths.split()) == dict.fromkeys(paths.split())


LINGUIST = tomllib.loads(Path(__file__).with_name("linguist_paths.toml").read_text(encoding="utf-8"))


def test_what_linguist_calls_vendored_or_generated_is_not_work() -> None:
    assert not {path for path, found in reasons(LINGUIST["noise"]).items() if found is None}


def test_what_linguist_calls_neither_is_work() -> None:
    assert reasons(LINGUIST["work"]) == dict.fromkeys(LINGUIST["work"])


def test_what_linguist_leaves_out_of_its_statistics_and_people_wrote_is_work() -> None:
    assert reasons(LINGUIST["deviations"]) == dict.fromkeys(LINGUIST["deviations"])


@pytest.mark.parametrize("path", ["Gemfile.lock", "YAML/filenames/yarn.lock", "css.test.tsx.snap"])
def test_what_linguist_spares_on_purpose_is_not_work_here(path: str) -> None:
    assert reason(path) in {Noise.LOCKFILE, Noise.SNAPSHOT}


def test_a_submodule_is_a_pointer() -> None:
    assert reason({"path": "lib/core", "new_mode": "160000", "insertions": 1, "deletions": 1}) == Noise.SUBMODULE


def test_a_binary_file_is_not_work() -> None:
    assert reason({"path": "src/app.py", "binary": True, "insertions": None, "deletions": None}) == Noise.BINARY


def test_a_pure_rename_is_not_work_and_a_rename_with_changes_is() -> None:
    moved = {"path": "new.py", "old_path": "old.py", "status": "R", "insertions": 0, "deletions": 0}
    assert reason(moved | {"new_blob": "1" * 40}) == Noise.RENAME
    assert reason(moved | {"insertions": 3}) is None


def test_a_change_of_mode_alone_is_not_work() -> None:
    assert reason({"path": "run.sh", "new_mode": "100755", "new_blob": "1" * 40, "insertions": 0}) == Noise.MODE


@pytest.mark.parametrize(
    ("path", "is_translated"),
    [
        ("l10n/pt-BR/viewer/viewer.properties", True),
        ("src/main/webapp/i18n/messages_de.yml", True),
        ("public/locales/zh_Hans_CN/common.json", True),
        ("config/locales/devise.fr.yml", True),
        ("_locales/uk/messages.json", True),
        ("l10n/en-US/viewer.properties", False),  # what the others are translated from
        ("config/locales/en.yml", False),
        ("src/locales/de/format.py", False),
        ("languages/python/config.json", False),
        ("data/de/prices.json", False),
    ],
)
def test_a_whole_file_of_translated_texts_was_not_written_here(path: str, is_translated: bool) -> None:
    few: dict[str, object] = {"path": path, "insertions": 20}
    many: dict[str, object] = {"path": path, "insertions": 200}
    assert reason(few) is None
    assert reason(many) == (Noise.GENERATED if is_translated else None)


def test_much_json_at_once_is_data_and_a_little_is_configuration() -> None:
    limit = noise_rules().bulk.lines
    assert reason({"path": "openapi.json", "insertions": limit, "deletions": 0}) is None
    assert reason({"path": "openapi.json", "insertions": limit, "deletions": 1}) == Noise.DATA
    assert reason({"path": "openapi.py", "insertions": limit, "deletions": 1}) is None


def test_a_changelog_is_work_until_a_release_tool_writes_it() -> None:
    other = {"path": "CHANGELOG.md", "repository": "github.com/o/other"}
    files = changed("CHANGELOG.md", "lerna.json", other)
    assert noise_reasons(files).fillna("").tolist() == ["changelog", "", ""]


def test_an_attribute_that_is_set_makes_any_path_noise() -> None:
    assert reason("src/_antlr/parser.py", attributes({"path": "src/_antlr/parser.py", "generated": True})) == (
        Noise.GENERATED
    )
    assert reason("src/f2c.c", attributes({"path": "src/f2c.c", "vendored": True})) == Noise.VENDORED


@pytest.mark.parametrize("attribute", ["generated", "vendored"])
def test_an_attribute_that_is_unset_takes_a_path_out_of_the_rules(attribute: str) -> None:
    assert reason("dist/index.js", attributes({"path": "dist/index.js", attribute: False})) is None


def test_a_set_attribute_wins_over_an_unset_one() -> None:
    both = attributes({"path": "dist/index.js", "generated": True, "vendored": False})
    assert reason("dist/index.js", both) == Noise.GENERATED


def test_documentation_is_work_of_another_kind() -> None:
    assert reason("docs/a.md", attributes({"path": "docs/a.md", "documentation": True})) is None


def test_attributes_do_not_reach_other_repositories() -> None:
    other = attributes({"path": "src/a.py", "generated": True, "repository": "github.com/o/other"})
    assert reason("src/a.py", other) is None


def test_an_unset_attribute_does_not_make_a_binary_work() -> None:
    declared = attributes({"path": "a.bin", "vendored": False})
    assert reason({"path": "a.bin", "binary": True}, declared) == Noise.BINARY


def test_contents_decide_if_the_path_does_not() -> None:
    assert reason("src/a.py", read=contents({"path": "src/a.py", "noise": "whitespace"})) == Noise.WHITESPACE


def test_a_notebook_with_changed_cells_is_work() -> None:
    assert reason("a.ipynb", read=contents({"path": "a.ipynb", "insertions": 4, "deletions": 0})) is None


def test_contents_do_not_make_a_vendored_file_work() -> None:
    assert reason("vendor/a.py", read=contents({"path": "vendor/a.py"})) == Noise.VENDORED


@pytest.mark.parametrize(
    "path", ["a\nyarn.lock", r"caf\xe9/yarn.lock", "a b/{{ x }}/yarn.lock", ":/yarn.lock", "\tyarn.lock"]
)
def test_odd_paths_are_read_to_their_end(path: str) -> None:
    assert reason(path) in {Noise.LOCKFILE, None}
    assert reason(f"{path}\n") is None


def test_no_files_have_no_reasons() -> None:
    assert noise_reasons(changed()).tolist() == []


paths = st.lists(
    st.sampled_from(
        ["src/a.py", "yarn.lock", "vendor/a.go", "a.min.js", "README.md", "x.ipynb", "CHANGELOG.md", "b.json"]
    ),
    max_size=12,
)


@settings(deadline=None, max_examples=examples(30))
@given(paths, st.randoms())
def test_the_order_of_the_files_changes_nothing(given_paths: list[str], random: Random) -> None:
    files = changed(*given_paths)
    shuffled = list(files.index)
    random.shuffle(shuffled)
    assert noise_reasons(files.loc[shuffled]).sort_index().equals(noise_reasons(files))


@settings(deadline=None, max_examples=examples(30))
@given(paths)
def test_each_file_is_judged_as_it_would_be_alone(given_paths: list[str]) -> None:
    together = noise_reasons(changed(*given_paths)).fillna("").tolist()
    assert together == [reason(path) or "" for path in given_paths]


def test_every_path_rule_names_its_source_and_no_pattern_is_repeated() -> None:
    seen = [word for rule in noise_rules().rule for word in (*rule.names, *rule.endings, *rule.patterns)]
    assert len(seen) == len(set(seen))
    assert all(rule.source for rule in noise_rules().rule)


@pytest.mark.parametrize(
    ("path", "lines", "expected"),
    [
        ("src/commands/bootstrap.js", 12, None),
        ("src/effects.js", 30, None),
        ("app/vendors/models.py", 5, None),
        ("static/bootstrap.js", 900, "vendored"),
        ("vendor/github.com/x/y.go", 12, "vendored"),
        ("node_modules/a/index.js", 12, "vendored"),
    ],
)
def test_what_is_changed_again_and_again_in_small_steps_is_nobody_elses(
    path: str, lines: int, expected: str | None
) -> None:
    files = changed(*({"sha": f"{number:040x}", "path": path, "insertions": lines} for number in range(5)))
    assert {None if pd.isna(one) else one for one in noise_reasons(files)} == {expected}


def test_a_few_changes_prove_nothing() -> None:
    files = changed(*({"sha": f"{number:040x}", "path": "src/effects.js", "insertions": 9} for number in range(3)))
    assert set(noise_reasons(files)) == {"vendored"}


@pytest.mark.parametrize(
    ("path", "lines", "expected"),
    [
        ("src/commands/bootstrap.js", 60, None),
        ("src/ui/effects.js", 99, None),
        ("src/commands/bootstrap.js", 2_400, "vendored"),
        ("static/js/effects.js", 60, "vendored"),
        ("app/vendors/effects.js", 60, "vendored"),
        ("gradlew.bat", 89, "vendored"),
    ],
)
def test_a_namesake_that_was_too_short_for_the_library_is_work(path: str, lines: int, expected: str | None) -> None:
    files = changed(
        {"sha": f"{1:040x}", "path": path, "insertions": lines, "status": "A"},
        {"sha": f"{2:040x}", "path": path, "insertions": 300, "status": "M"},
    )
    assert {None if pd.isna(one) else one for one in noise_reasons(files)} == {expected}
