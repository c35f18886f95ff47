"""`achievements service`: a service of the user's, by systemd or launchd, that runs `achievements start`."""

import os
import plistlib
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from achievement_pipeline.cli.service.presence import ServiceError
from achievement_pipeline.settings import APP_NAME, Environment, Settings, load_settings
from achievement_pipeline.system.child_processes import child_environment

_NAME = "achievements"
_LABEL = f"io.github.{APP_NAME}"
_SECONDS_TO_STOP = 120
"""More than `achievements start` takes for it at most."""

_UNIT = """\
# Written by `achievements service install`.
[Unit]
Description=Achievement Auto-Collection
After=network-online.target

[Service]
Type=exec
ExecStart={command}
WorkingDirectory={folder}
EnvironmentFile={environment}
# it stops its own processes in order; whoever is left goes with it
KillMode=mixed
TimeoutStopSec={seconds}
Restart=on-failure
RestartSec=5

[Install]
WantedBy=default.target
"""


@click.group()
def service() -> None:
    """Run the service from login on, and restart it when it is killed."""


@service.command()
@click.option("--port", default=3000, show_default=True, type=click.IntRange(1, 65535), help="Port of the UI.")
def install(port: int) -> None:
    """Write the service for systemd or launchd, and print how to start it.

    The settings that are environment variables now are written beside it, readable by you alone.

    \b
    achievements service install
    achievements service install --port 3001
    """  # noqa: D301 - click's own mark
    settings = load_settings()
    program = Path(sys.executable).with_name(_NAME)
    if not program.exists():
        raise ServiceError(f"{program} is missing. Install this package with pip, and run its `achievements`.")
    command = [str(program), "start", "--port", str(port)]
    variables = _variables(settings)
    if sys.platform == "darwin":
        _write(_agent_path(), launchd_agent(command, Path.home(), variables, settings.home / "service.log"))
        next_steps = [f"launchctl bootstrap gui/{os.getuid()} {_agent_path()}"]
    else:
        _write(_environment_path(), environment_file(variables))
        _write(_unit_path(), systemd_unit(command, Path.home(), _environment_path()))
        next_steps = [
            "systemctl --user daemon-reload",
            f"systemctl --user enable --now {_NAME}",
            "loginctl enable-linger   # where it is to run without you being logged in",
        ]
    click.echo(f"ℹ️  Settings it starts with: {', '.join(variables)}", err=True)  # noqa: RUF001 - the sign is meant
    click.echo("Now run:\n" + "\n".join(f"  {step}" for step in next_steps), err=True)


@service.command()
def uninstall() -> None:
    """Remove what `install` wrote, and print how to stop the service.

    \b
    achievements service uninstall
    """  # noqa: D301 - click's own mark
    files = [_agent_path()] if sys.platform == "darwin" else [_unit_path(), _environment_path()]
    if not any(file.exists() for file in files):
        click.echo("ℹ️  No service is installed.", err=True)  # noqa: RUF001 - the sign is meant
        return
    for file in files:
        file.unlink(missing_ok=True)
        click.echo(f"✅ Removed {file}", err=True)
    stop = f"launchctl bootout gui/{os.getuid()}/{_LABEL}" if sys.platform == "darwin" else "achievements stop"
    click.echo(f"Now run, where it still runs:\n  {stop}", err=True)


def systemd_unit(command: list[str], folder: Path, environment: Path) -> str:
    """Return a user unit that runs a command."""
    return _UNIT.format(
        command=" ".join(_quoted(word) for word in command),
        folder=_escaped(folder),
        environment=_escaped(environment),
        seconds=_SECONDS_TO_STOP,
    )


def environment_file(variables: Mapping[str, str]) -> str:
    """Return variables in the form that systemd reads them in."""
    table = str.maketrans({character: f"\\{character}" for character in '"\\`$'})
    return "".join(f'{name}="{value.translate(table)}"\n' for name, value in variables.items())


def launchd_agent(command: list[str], folder: Path, variables: Mapping[str, str], log: Path) -> str:
    """Return a property list of launchd that runs a command."""
    agent = {
        "Label": _LABEL,
        "ProgramArguments": command,
        "WorkingDirectory": str(folder),
        "EnvironmentVariables": dict(variables),
        "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False},
        "ExitTimeOut": _SECONDS_TO_STOP,
        "StandardOutPath": str(log),
        "StandardErrorPath": str(log),
    }
    return plistlib.dumps(agent).decode()


def _variables(settings: Settings) -> dict[str, str]:
    """The settings of this moment, independent of the working folder, and where to find git."""
    names = {"PATH", *(name.upper() for name in Environment.model_fields)}
    now = child_environment(**settings.absolute_variables())
    return {name: value for name, value in now.items() if value and name in names}


def _escaped(value: object) -> str:
    return str(value).replace("%", "%%")


def _quoted(word: str) -> str:
    return '"' + _escaped(word).replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$") + '"'


def _config_home() -> Path:
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")


def _unit_path() -> Path:
    return _config_home() / "systemd" / "user" / f"{_NAME}.service"


def _environment_path() -> Path:
    return _config_home() / APP_NAME / "service.env"


def _agent_path() -> Path:
    return Path.home() / "Library" / "LaunchAgents" / f"{_LABEL}.plist"


def _write(file: Path, content: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.chmod(0o600)
    file.write_text(content)
    click.echo(f"✅ Written: {file}", err=True)
