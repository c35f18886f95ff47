"""The units of the user service are what systemd and launchd read."""

import os
import plistlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from achievement_pipeline.cli.service.unit import environment_file, launchd_agent, service, systemd_unit

_ODD = Path('/home/ann b/100% "x" $HOME')


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd")
@pytest.mark.parametrize("folder", [Path("/home/ann"), _ODD], ids=["plain", "odd"])
def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path: Path, folder: Path) -> None:
    program = tmp_path / "bin 100%" / "achievements"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    unit = tmp_path / "achievements.service"
    unit.write_text(systemd_unit([str(program), "start", "--port", "3000"], folder, folder / "service.env"))

    verified = subprocess.run(
        ["systemd-analyze", "--user", "verify", str(unit)],
        env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (verified.returncode, verified.stderr) == (0, "")


def test_the_environment_file_keeps_every_value() -> None:
    written = environment_file({"DATABASE_URL": 'postgresql://a:"$p`\\@h/d', "PATH": "/bin:/a b"})
    assert written == 'DATABASE_URL="postgresql://a:\\"\\$p\\`\\\\@h/d"\nPATH="/bin:/a b"\n'


def test_launchd_reads_back_what_was_meant(tmp_path: Path) -> None:
    agent = plistlib.loads(
        launchd_agent(["/bin/achievements", "start"], _ODD, {"PATH": "/bin"}, tmp_path / "log").encode()
    )
    assert agent["ProgramArguments"] == ["/bin/achievements", "start"]
    assert agent["WorkingDirectory"] == str(_ODD)
    assert agent["EnvironmentVariables"] == {"PATH": "/bin"}
    assert agent["KeepAlive"] == {"SuccessfulExit": False}


@pytest.mark.skipif(sys.platform == "darwin", reason="systemd's own paths")
def test_what_is_installed_is_the_users_alone_and_can_be_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("GITHUB_TOKEN", "ghp_secret")

    installed = CliRunner().invoke(service, ["install", "--port", "3999"], catch_exceptions=False)

    unit, environment = tmp_path / "systemd/user/achievements.service", tmp_path / "achievement-pipeline/service.env"
    assert "systemctl --user enable --now achievements" in installed.output
    assert "ghp_secret" not in installed.output + unit.read_text()
    assert 'GITHUB_TOKEN="ghp_secret"' in environment.read_text()
    assert environment.stat().st_mode & 0o777 == 0o600
    assert '"--port" "3999"' in unit.read_text()
    CliRunner().invoke(service, ["uninstall"], catch_exceptions=False)
    assert not unit.exists()
    assert not environment.exists()
