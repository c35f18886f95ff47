"""The wheel and the source distribution: built, installed into an empty environment, and run outside the checkout."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from collections.abc import Sequence
from email import message_from_bytes
from pathlib import Path

import pytest

from achievement_pipeline import __version__
from achievement_pipeline_tests.builders import GitRepository

pytestmark = pytest.mark.e2e

SOURCE = Path(__file__).parents[2]
_BUILD = "import sys; from setuptools import build_meta; print(getattr(build_meta, sys.argv[1])(sys.argv[2]))"


def _run(words: Sequence[str | Path], folder: Path, **environment: str) -> str:
    ended = subprocess.run(
        words, cwd=folder, capture_output=True, text=True, check=False, timeout=250, env={**os.environ, **environment}
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def _build(kind: str, source: Path, folder: Path) -> Path:
    name = _run([sys.executable, "-c", _BUILD, f"build_{kind}", folder], source).splitlines()[-1]
    return folder / name


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the files of the project, so that building leaves nothing in the checkout."""
    folder = tmp_path_factory.mktemp("source")
    for name in _run(["git", "ls-files"], SOURCE).splitlines():
        if (SOURCE / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(SOURCE / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def sdist(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _build("sdist", source, tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="module")
def wheel(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of the source distribution, as an index builds it."""
    unpacked = tmp_path_factory.mktemp("unpacked")
    subprocess.run(["tar", "-xzf", sdist, "-C", unpacked], check=True)
    return _build("wheel", next(unpacked.iterdir()), tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the commands of an environment that has the wheel, and otherwise what the tests run with."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder)
    python = folder / "bin/python"
    _run(
        [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel],
        folder,
    )
    packages = _run([python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], folder).strip()
    # .pth files in there are not followed, so that the checkout itself stays out
    (Path(packages) / "requirements.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "bin"


def test_the_source_distribution_has_what_the_tests_and_the_commands_of_the_readme_need(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"README.md", "LICENSE", "NOTICE", "Makefile", "constraints.txt", "dagster.yaml", "workspace.yaml"} <= names
    assert "achievement_pipeline_tests/project/test_distributions.py" in names


def test_the_wheel_has_every_file_of_the_package_and_no_test(source: Path, wheel: Path) -> None:
    package = source / "achievement_pipeline"
    expected = {file.relative_to(source).as_posix() for file in package.rglob("*") if file.is_file()}
    with zipfile.ZipFile(wheel) as archive:
        found = {name for name in archive.namelist() if ".dist-info/" not in name}
        metadata = message_from_bytes(archive.read(f"achievement_pipeline-{__version__}.dist-info/METADATA"))
    assert found == expected
    assert metadata["Name"] == "achievement-pipeline"
    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata["Keywords"]
    assert metadata["Description-Content-Type"] == "text/markdown"


def test_links_of_the_long_description_work_on_an_index(source: Path, tmp_path: Path) -> None:
    address = "https://git.example/acme/achievements"
    build = (
        "import sys; from setuptools import build_meta; print(build_meta.prepare_metadata_for_build_wheel(sys.argv[1]))"
    )
    name = _run([sys.executable, "-c", build, tmp_path], source, PROJECT_ADDRESS=address).splitlines()[-1]
    metadata = message_from_bytes((tmp_path / name / "METADATA").read_bytes())
    text = str(metadata.get_payload())
    targets = [link.partition(")")[0] for link in text.split("](")[1:]]
    assert f"{address}/blob/v{__version__}/docs/settings.md" in targets
    assert all(target.startswith(("https://", "http://", "#")) for target in targets)
    assert metadata["Author"]
    assert {url.partition(",")[0] for url in metadata.get_all("Project-URL") or ()} >= {
        "Source",
        "Documentation",
        "Issues",
    }


@pytest.mark.usefixtures("home")
def test_what_is_installed_collects_and_makes_documents(
    installed: Path, tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    repository = GitRepository.create(tmp_path / "repository")
    repository.commit("feat: read it", {"src/read.py": "\n".join(f"line_{n} = {n}" for n in range(80))})

    assert __version__ in _run([installed / "achievements", "--version"], tmp_path)
    where = _run([installed / "python", "-c", "import achievement_pipeline as a; print(a.__file__)"], tmp_path)
    assert Path(where).is_relative_to(installed.parent)
    collected = _run([installed / "achievements", "collect", "--repo", repository.path, "--author", "all"], tmp_path)
    assert "1 achievement" in collected
    for kind, expected in (("brag", "ead it"), ("portfolio", "<!doctype html>"), ("resume", '"basics"')):
        assert expected in _run([installed / "achievements", "export", kind], tmp_path)
