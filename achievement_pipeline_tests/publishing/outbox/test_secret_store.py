import stat
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring
from keyring.errors import KeyringError, PasswordDeleteError

from achievement_pipeline.errors import PublishingError
from achievement_pipeline.publishing.outbox.secret_store import SecretStore


class MemoryKeyring(KeyringBackend):
    """A keyring of a system, which can be locked."""

    priority = 5

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[tuple[str, str], str] = {}
        self.locked = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise KeyringError("locked")
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.locked:
            raise KeyringError("locked")
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError


@pytest.fixture
def backend(request: pytest.FixtureRequest) -> Iterator[KeyringBackend]:
    before = keyring.get_keyring()
    backend = request.param()
    keyring.set_keyring(backend)
    yield backend
    keyring.set_keyring(before)


both = pytest.mark.parametrize("backend", [MemoryKeyring, NoKeyring], indirect=True)


@both
def test_what_is_kept_is_found_and_forgotten(backend: KeyringBackend, tmp_path: Path) -> None:  # noqa: ARG001
    store = SecretStore(tmp_path / "secrets")
    assert store.read("linkedin") is None
    store.write("linkedin", "first")
    store.write("linkedin", "s3cret")
    assert SecretStore(tmp_path / "secrets").read("linkedin") == "s3cret"
    store.delete("linkedin")
    store.delete("linkedin")
    assert store.read("linkedin") is None


@pytest.mark.parametrize("backend", [NoKeyring], indirect=True)
def test_without_a_keyring_the_file_is_encrypted_and_the_users_alone(backend: KeyringBackend, tmp_path: Path) -> None:  # noqa: ARG001
    where = SecretStore(tmp_path / "secrets").write("linkedin", "s3cret")
    assert "no keyring" in where
    files = list((tmp_path / "secrets").iterdir())
    assert {path.name for path in files} == {"key", "linkedin.secret"}
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in files)
    assert all(b"s3cret" not in path.read_bytes() for path in files)


@pytest.mark.parametrize("backend", [MemoryKeyring], indirect=True)
def test_a_locked_keyring_gives_way_to_the_file(backend: MemoryKeyring, tmp_path: Path) -> None:
    store = SecretStore(tmp_path / "secrets")
    assert "keyring" in store.write("linkedin", "first")
    assert not (tmp_path / "secrets").exists()
    backend.locked = True
    store.write("linkedin", "second")
    assert store.read("linkedin") == "second"


@pytest.mark.parametrize("backend", [NoKeyring], indirect=True)
def test_a_file_whose_key_is_gone_is_named(backend: KeyringBackend, tmp_path: Path) -> None:  # noqa: ARG001
    store = SecretStore(tmp_path)
    store.write("linkedin", "s3cret")
    (tmp_path / "key").unlink()
    with pytest.raises(PublishingError, match="Log in again"):
        store.read("linkedin")
