"""The assets of the group publishing, on what a real run collected."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import dagster as dg
import pytest

from achievement_pipeline.defs.build import build_defs
from achievement_pipeline.publishing.documents.resume import check_resume
from achievement_pipeline.settings import load_settings
from achievement_pipeline.store.embedded import EmbeddedPostgres
from achievement_pipeline_tests.builders import GitRepository
from achievement_pipeline_tests.conftest import copy_database
from achievement_pipeline_tests.defs.conftest import Pipeline, pipeline_of_its_own

pytestmark = pytest.mark.e2e

DOCUMENTS = {"brag_document": "brag.md", "resume": "resume.json", "portfolio_site": "portfolio.html"}
TOML = """
[me]
name = "Ada Lovelace"
emails = ["ada@example.org"]

[[repositories]]
location = "{location}"
visibility = "{visibility}"

[privacy]
channels.portfolio.auto_approve = {{ portfolio_ready = false }}
channels.resume.auto_approve = {{ portfolio_ready = false }}
{policy}
"""


class Collected(NamedTuple):
    """A repository, and a database with what was collected of it."""

    repository: GitRepository
    database: str


@pytest.fixture(scope="module")
def collected(
    tmp_path_factory: pytest.TempPathFactory, server: EmbeddedPostgres, migrated_template: str
) -> Iterator[Collected]:
    """A repository that was collected, for all tests of this module."""
    folder = tmp_path_factory.mktemp("collected")
    repository = GitRepository.create(folder / "project")
    repository.commit("feat: count things", {"core.py": "one = 1\n" * 99})
    with pipeline_of_its_own(folder, server, migrated_template) as pipeline:
        pipeline.add(repository)
        assert pipeline.collect().success
        pipeline.engine.dispose()
        yield Collected(repository, str(pipeline.engine.url.database))


@pytest.fixture
def database_url(server: EmbeddedPostgres, collected: Collected) -> Iterator[str]:
    """The address of a database with what was collected, this test's own."""
    with copy_database(server, collected.database) as url:
        yield url


@pytest.fixture
def repository(pipeline: Pipeline, collected: Collected) -> GitRepository:
    pipeline.add(collected.repository)
    return collected.repository


def publish(pipeline: Pipeline, repository: GitRepository, visibility: str = "public", policy: str = "") -> Any:
    """Materialize the three as a schedule would, under these settings."""
    content = TOML.format(location=repository.path, visibility=visibility, policy=policy)
    Path("achievements.toml").write_text(content)
    job = build_defs(load_settings()).resolve_implicit_global_asset_job_def()
    return job.execute_in_process(
        {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        instance=pipeline.instance,
        asset_selection=[dg.AssetKey(asset) for asset in DOCUMENTS],
        raise_on_error=False,
    )


def read(pipeline: Pipeline, asset: str) -> str:
    return (pipeline.settings.home / "published" / DOCUMENTS[asset]).read_text()


def metadata(result: Any, asset: str) -> Any:
    (materialization,) = result.asset_materializations_for_node(asset)
    return {name: value.value for name, value in materialization.metadata.items()}


def test_every_document_is_written_checked_and_previewed(pipeline: Pipeline, repository: GitRepository) -> None:
    result = publish(pipeline, repository)
    assert result.success
    assert all(check.passed for check in result.get_asset_check_evaluations())
    assert len(result.get_asset_check_evaluations()) == 12
    for asset in DOCUMENTS:
        text = read(pipeline, asset)
        assert "ount things" in text
        assert metadata(result, asset)["achievements"] == 1
        assert metadata(result, asset)["bytes"] == len(text.encode())
    check_resume(json.loads(read(pipeline, "resume")))
    assert metadata(result, "brag_document")["preview"] == read(pipeline, "brag_document")
    assert metadata(result, "resume")["preview"] == json.loads(read(pipeline, "resume"))
    before, picture = metadata(result, "portfolio_site")["preview"].split(",")
    assert before == "![the page](data:image/svg+xml;base64"
    assert b"Ada Lovelace" in base64.b64decode(picture.rstrip(")"))


def test_again_it_is_the_same_bytes(pipeline: Pipeline, repository: GitRepository) -> None:
    publish(pipeline, repository)
    before = {asset: read(pipeline, asset) for asset in DOCUMENTS}
    publish(pipeline, repository)
    assert {asset: read(pipeline, asset) for asset in DOCUMENTS} == before


def test_private_work_is_not_on_the_page_and_is_counted(pipeline: Pipeline, repository: GitRepository) -> None:
    result = publish(pipeline, repository, "private")
    assert [check for check in result.get_asset_check_evaluations() if not check.passed] == []
    assert result.success
    assert "ount things" not in read(pipeline, "portfolio_site")
    assert metadata(result, "portfolio_site")["left_out"] == 1
    assert "ount things" in read(pipeline, "brag_document")


def test_a_document_that_fails_a_check_is_not_written_and_the_old_one_stays(
    pipeline: Pipeline, repository: GitRepository
) -> None:
    publish(pipeline, repository)
    before = read(pipeline, "portfolio_site")
    repository.commit("feat: second", {"two.py": "two = 2\n" * 99})
    pipeline.collect()
    result = publish(pipeline, repository, policy='code_names = ["Ada Lovelace"]')
    checks = result.get_asset_check_evaluations()
    failed = {(check.asset_key.to_user_string(), check.check_name) for check in checks if not check.passed}
    assert not result.success
    assert ("portfolio_site", "nothing_private") in failed
    assert read(pipeline, "portfolio_site") == before


WAYS_OUT = """
channels.linkedin.auto_approve = {{ portfolio_ready = false }}
channels.github_profile.auto_approve = {{ portfolio_ready = false }}
[publishing.github_profile]
repository = "{profile}"
"""


def test_posts_and_profile_are_shown_and_nothing_goes_out_by_itself(
    pipeline: Pipeline, repository: GitRepository, tmp_path: Path
) -> None:
    profile = GitRepository.create(tmp_path / "ada.git", bare=True)
    before = profile.commit("first", {"README.md": "# Ada\n"})
    location, policy = repository.path, WAYS_OUT.format(profile=profile.url)
    Path("achievements.toml").write_text(TOML.format(location=location, visibility="public", policy=policy))
    result = (
        build_defs(load_settings())
        .resolve_implicit_global_asset_job_def()
        .execute_in_process(
            {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            instance=pipeline.instance,
            asset_selection=[dg.AssetKey("github_profile"), dg.AssetKey("linkedin_posts")],
        )
    )
    assert all(check.passed for check in result.get_asset_check_evaluations())
    posts, block = metadata(result, "linkedin_posts"), metadata(result, "github_profile")
    assert "ount things" in posts["preview"]
    assert (posts["to_post"], posts["posted"], posts["to_settle"]) == (1, 0, 0)
    assert "+### Achievements" in block["difference"]
    assert block["pushed"] == "no"
    assert "data:image/svg+xml" in block["skills-dark.svg"]
    assert profile.tip() == before
