"""Where tokens are kept: in the system's keyring, else in an encrypted file.

The key of the file lies beside it, readable by this user only. So the file protects against somebody who gets hold of
it alone (a backup, a synchronised folder that leaves the key out), not against somebody who can read both as this user
does. A keyring does more, which is why it comes first.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

import keyring
import keyring.errors
from cryptography.fernet import Fernet, InvalidToken

from achievement_pipeline.errors import PublishingError
from achievement_pipeline.system.leftovers import write_whole

_SERVICE = "achievement-pipeline"
_REAL = 1
"""From this priority on a backend of keyring is one of a system; those below keep nothing, or in plain text."""


class SecretStore:
    """Keeps secrets by name."""

    def __init__(self, folder: Path) -> None:
        """Take the folder of the files, which is made when it is needed."""
        self._folder = folder

    def read(self, name: str) -> str | None:
        """Return a secret, or none where there is none.

        Raises:
            PublishingError: It is there and can't be read.
        """
        try:
            secret = keyring.get_password(_SERVICE, name) if _has_keyring() else None
        except keyring.errors.KeyringError:
            secret = None  # locked, or gone: the file may have it
        return self._read_file(name) if secret is None else secret

    def write(self, name: str, secret: str) -> str:
        """Keep a secret, and return where, for people."""
        if _has_keyring():
            try:
                keyring.set_password(_SERVICE, name, secret)
            except keyring.errors.KeyringError:
                pass  # locked, or too long for it: there is the file
            else:
                self._remove_file(name)
                return f"the system's keyring ({keyring.get_keyring().name})"
        return self._write_file(name, secret)

    def delete(self, name: str) -> None:
        """Forget a secret, wherever it is."""
        if _has_keyring():
            with contextlib.suppress(keyring.errors.KeyringError):  # it was not there
                keyring.delete_password(_SERVICE, name)
        self._remove_file(name)

    def _read_file(self, name: str) -> str | None:
        path = self._path(name)
        if not path.exists():
            return None
        try:
            return Fernet(self._key_path.read_bytes()).decrypt(path.read_bytes()).decode()
        except (OSError, ValueError, InvalidToken) as error:
            raise PublishingError(f"{path} can't be read with the key in {self._key_path}. Log in again.") from error

    def _write_file(self, name: str, secret: str) -> str:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not self._key_path.exists():
            write_whole(self._key_path, Fernet.generate_key(), 0o600)
        path = self._path(name)
        write_whole(path, Fernet(self._key_path.read_bytes()).encrypt(secret.encode()), 0o600)
        return f"{path}, encrypted; its key lies beside it, for there is no keyring"

    def _remove_file(self, name: str) -> None:
        self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.secret"

    @property
    def _key_path(self) -> Path:
        return self._folder / "key"


def _has_keyring() -> bool:
    return keyring.get_keyring().priority >= _REAL
