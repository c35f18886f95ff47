"""The tests mirror the modules: who changes ``web/query.py`` opens ``web/test_query.py``.

A test of several modules together is in a folder ``scenarios``, one of the project around the package in ``project``.
"""

from pathlib import Path
from typing import Final

_TESTS = Path(__file__).parents[1]
_PACKAGE = _TESTS.with_name("achievement_pipeline")
_FEW_LINES: Final = 60
"""A module of so few lines may be tested by what uses it."""

_TESTED_IN: Final = {
    # tested by what uses them
    "app/projects.py": "cli/look/test_projects.py",
    "agent/arguments.py": "agent/test_server.py",
    "agent/tools.py": "agent/test_server.py",
    "app/decide/proposals.py": "cli/decide/test_review.py",
    "app/decide/wording.py": "cli/decide/test_word.py",
    "cli/options/filter_options.py": "cli/look/test_achievements.py",
    "cli/service/mcp.py": "agent/test_server.py",
    **dict.fromkeys(
        (f"publishing/wording/{name}.py" for name in ("clauses", "meanings", "relations", "runs")),
        "publishing/wording/test_gate.py",
    ),
    "publishing/documents/agent.py": "agent/test_server.py",
    "app/publish/accounts.py": "cli/publish/test_publish.py",
    "app/decide/decisions.py": "cli/decide/test_commands.py",
    "app/collect/examiner/limits.py": "app/collect/examiner/test_client.py",
    "app/collect/readings/lines_in_use.py": "defs/assets/test_lines.py",
    "app/collect/readings/pull_requests.py": "defs/assets/test_github.py",
    "app/collect/readings/releases.py": "defs/assets/test_git.py",
    "system/child_processes.py": "cli/scenarios/test_hostile_folder.py",
    "app/collect/news.py": "cli/scenarios/test_collect_sources.py",
    "app/collect/receipts.py": "cli/collect/test_collecting.py",
    "app/own_settings.py": "web/test_settings.py",
    "cli/service/dagster_processes.py": "cli/service/test_start.py",
    "cli/collect/runs.py": "cli/collect/test_command.py",
    "cli/collect/collection.py": "cli/collect/test_command.py",
    "cli/dagster_home.py": "defs/instance/test_storage.py",
    "cli/service/control.py": "cli/scenarios/test_killed_service.py",
    "cli/options/shared_options.py": "cli/collect/test_command.py",
    "defs/assets/achievements.py": "defs/assets/test_git.py",
    "defs/automation/backfills.py": "defs/instance/test_health.py",
    "defs/build.py": "test_lanes.py",
    "defs/collected.py": "defs/automation/sensors/test_git.py",
    "defs/instance/compat.py": "defs/instance/test_celery.py",
    "defs/automation/requests.py": "defs/automation/sensors/test_sources.py",
    "defs/resources/shared.py": "defs/assets/test_git.py",
    "defs/slices.py": "defs/assets/test_git.py",
    "defs/ui/metadata.py": "defs/assets/test_git.py",
    **dict.fromkeys(
        (f"demo/world/{name}.py" for name in ("delay_model", "quayside", "tidewater", "tracker")), "cli/test_demo.py"
    ),
    "demo/servers/github.py": "sources/github/test_pull_requests.py",
    "demo/servers/graphql.py": "sources/github/test_client.py",
    "demo/servers/linear.py": "sources/linear/test_issues.py",
    "demo/servers/loopback.py": "test_http.py",
    "judging/authors/accounts.py": "judging/lanes/test_pull_requests.py",
    "judging/announced/references.py": "judging/announced/test_entries.py",
    "judging/categories/clues.py": "judging/categories/test_categorise.py",
    "judging/project_signs.py": "judging/test_projects.py",
    "judging/project_words.py": "judging/test_projects.py",
    "judging/skills/mentions.py": "judging/lanes/test_linear.py",
    "outcomes/forms.py": "outcomes/test_find.py",
    "parsing/public_names/forms.py": "parsing/public_names/test_finding.py",
    "parsing/public_names/languages.py": "parsing/public_names/test_finding.py",
    "publishing/documents/parts/issue_mentions.py": "publishing/documents/parts/test_titles.py",
    "publishing/gate/policy.py": "publishing/gate/test_privacy.py",
    "publishing/github_profile/charts.py": "publishing/github_profile/test_block.py",
    "publishing/linkedin/settings.py": "publishing/linkedin/test_commentary.py",
    "publishing/wording/words.py": "publishing/wording/test_gate.py",
    "sources/git/reading/attributes.py": "sources/git/reading/test_changes.py",
    "sources/git/lines/hunks.py": "sources/git/lines/test_line_use.py",
    "sources/git/lines/line_owners.py": "sources/git/lines/test_line_use.py",
    "sources/git/lines/main_versions.py": "sources/git/lines/test_line_use.py",
    "sources/git/reading/releases.py": "judging/announced/test_lane.py",
    "sources/git/reading/rewrites.py": "store/scenarios/test_rewritten_histories.py",
    "sources/git/lines/tree_changes.py": "sources/git/lines/test_line_use.py",
    "sources/records.py": "sources/github/test_records.py",
    "store/forgetting.py": "cli/collect/test_repos.py",
    "store/repositories.py": "defs/automation/sensors/test_git.py",
    "web/app.py": "web/test_guard.py",
    # queries, checked against the published schemas
    "sources/github/documents.py": "sources/test_graphql.py",
    "sources/linear/documents.py": "sources/test_graphql.py",
    # one function reads manifests of all kinds
    **dict.fromkeys(
        (f"judging/skills/manifests/{kind}.py" for kind in (
            "containers", "documents", "jvm", "pipelines", "python", "reading",
        )),
        "judging/skills/test_manifests.py",
    ),
    # types alone
    "publishing/channel.py": "test_channels.py",
    "publishing/outbox/publisher.py": "publishing/outbox/test_driver.py",
}  # fmt: skip
"""Modules whose tests are in another file than their own."""

_MODULES = {
    path.relative_to(_PACKAGE).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
    for path in _PACKAGE.rglob("*.py")
    if path.name != "__init__.py" and "migrations" not in path.parts
}
"""The lines of each module."""
_TEST_FILES = {path.relative_to(_TESTS).as_posix() for path in _TESTS.rglob("test_*.py")}


def _own_tests(module: str) -> str:
    path = Path(module)
    return path.with_name(f"test_{path.name}").as_posix()


def test_every_module_has_its_tests() -> None:
    large = {module for module, lines in _MODULES.items() if lines > _FEW_LINES}
    untested = {module for module in large - _TESTED_IN.keys() if _own_tests(module) not in _TEST_FILES}
    assert not untested, f"{sorted(untested)}: write {sorted(map(_own_tests, untested))}"


def test_modules_whose_tests_are_elsewhere_are_few_and_have_them() -> None:
    assert _TESTED_IN.keys() <= _MODULES.keys()
    assert set(_TESTED_IN.values()) <= _TEST_FILES
    with_their_own = {module for module in _TESTED_IN if _own_tests(module) in _TEST_FILES}
    assert not with_their_own, f"{sorted(with_their_own)}: take them out of _TESTED_IN"


def test_every_file_of_tests_has_its_module() -> None:
    packages = {path.relative_to(_PACKAGE).as_posix() for path in _PACKAGE.rglob("*") if path.is_dir()}
    mirrored = {_own_tests(name) for name in (*_MODULES, *(f"{package}.py" for package in packages))}
    faces = {f"{package}/test_{Path(package).name}.py" for package in packages}
    stray = {path for path in _TEST_FILES - mirrored - faces if not {"scenarios", "project"} & set(Path(path).parts)}
    assert not stray, f"{sorted(stray)}: name it after its module, or move it into a folder scenarios"
