"""Own clones of URLs: made once, fetched from then on; servers that can't be read differ from those that refuse."""

import base64
import fcntl
import os
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from achievement_pipeline.sources.git import (
    AccessError,
    CorruptRepositoryError,
    DiskFullError,
    NotARepositoryError,
    RemoteError,
    Repository,
    clones,
    discard_clones,
    open_repository,
    read_history,
)
from achievement_pipeline.sources.git.errors import BusyCloneError
from achievement_pipeline_tests.builders import GitRepository
from achievement_pipeline_tests.running import free_port

SECRETS = ("ada-lovelace", "s3cret/p@ss")


class _Server(SimpleHTTPRequestHandler):
    """Serves the files of bare repositories, and those below ``private`` to who has the credentials."""

    def do_GET(self) -> None:
        expected = base64.b64encode(":".join(SECRETS).encode()).decode()
        if self.path.startswith("/private") and self.headers["Authorization"] != f"Basic {expected}":
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="private"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        super().do_GET()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Server, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def private(repository: GitRepository, tmp_path: Path) -> Iterator[str]:
    """Host and port that serve a repository as ``private/name.git``."""
    repository.commit("secret", {"file": "x\n"})
    repository.clone(tmp_path / "served/private/name.git", "--bare").git("update-server-info")
    with serving(tmp_path / "served") as host:
        yield host


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def shas(repository: Repository) -> list[str]:
    return list(read_history(repository).commits["sha"])


def test_a_url_is_cloned_and_read(repository: GitRepository, cache: Path) -> None:
    sha = repository.commit("one", {"file": "x\n"})

    opened = open_repository(repository.url, cache=cache)

    assert shas(opened) == [sha]
    assert opened.git_dir.is_relative_to(cache)
    assert opened.branch == "main"
    assert opened.key == open_repository(repository.path, cache=cache).key


def test_a_clone_is_fetched_when_it_is_opened_again(repository: GitRepository, cache: Path) -> None:
    first = repository.commit()
    opened = open_repository(repository.url, cache=cache)
    (opened.git_dir / "mark").touch()
    second = repository.commit()

    assert shas(open_repository(repository.url, cache=cache)) == [second, first]
    assert (opened.git_dir / "mark").exists()


def test_rewritten_and_deleted_branches_are_followed(repository: GitRepository, cache: Path) -> None:
    first = repository.commit("one")
    repository.commit("two")
    repository.commit("side", branch="side")
    open_repository(repository.url, cache=cache)
    amended = repository.commit("amended", parents=[first])
    repository.git("branch", "-D", "side")

    opened = open_repository(repository.url, cache=cache, all_branches=True)

    assert shas(opened) == [amended, first]


def test_a_renamed_default_branch_is_followed(repository: GitRepository, cache: Path) -> None:
    repository.commit("one", branch="main")
    open_repository(repository.url, cache=cache)
    sha = repository.commit("two", branch="trunk", parents=[])
    repository.git("symbolic-ref", "HEAD", "refs/heads/trunk")

    opened = open_repository(repository.url, cache=cache)

    assert (opened.branch, shas(opened)) == ("trunk", [sha])


def test_tags_and_other_refs_are_not_fetched(repository: GitRepository, cache: Path) -> None:
    sha = repository.commit("one")
    repository.git("update-ref", "refs/pull/1/head", repository.commit("pull", branch="pull"))
    repository.git("branch", "-D", "pull")
    repository.git("tag", "v1")

    opened = open_repository(repository.url, cache=cache, all_branches=True)

    assert opened.tips == (sha,)
    assert GitRepository(opened.git_dir).git("for-each-ref", "--format=%(refname)") == b"refs/heads/main"


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_an_empty_repository_may_get_its_first_commit_later(
    tmp_path: Path,
    cache: Path,
    git_config: Path,  # noqa: ARG001 - it is read by git
    object_format: str,
) -> None:
    repository = GitRepository.create(tmp_path / "repository", object_format=object_format)

    assert shas(open_repository(repository.url, cache=cache)) == []

    sha = repository.commit()
    assert shas(open_repository(repository.url, cache=cache)) == [sha]


def test_a_commit_graph_is_written(repository: GitRepository, cache: Path) -> None:
    repository.commit()

    assert (open_repository(repository.url, cache=cache).objects / "info/commit-graph").exists()


def test_what_an_interrupted_clone_left_is_swept_away(repository: GitRepository, cache: Path) -> None:
    repository.commit()
    place = open_repository(repository.url, cache=cache).git_dir
    place.rename(place.with_name(f"{place.name}.unfinished"))

    assert open_repository(repository.url, cache=cache).git_dir == place
    assert not place.with_name(f"{place.name}.unfinished").exists()


@pytest.mark.parametrize(
    "left",
    [
        "HEAD.lock",
        "config.lock",
        "packed-refs.lock",
        "shallow.lock",
        "refs/heads/main.lock",
        "objects/maintenance.lock",
    ],
)
def test_locks_of_a_git_that_was_killed_are_no_lock(repository: GitRepository, cache: Path, left: str) -> None:
    repository.git("branch", "-M", "main")
    repository.commit()
    place = open_repository(repository.url, cache=cache).git_dir
    (place / left).parent.mkdir(parents=True, exist_ok=True)
    (place / left).touch()
    (place / "objects/pack/tmp_pack_x").write_bytes(b"half")
    repository.git("branch", "tmp_branch")
    sha = repository.commit()

    opened = open_repository(repository.url, cache=cache, all_branches=True)

    assert sha in opened.tips
    assert len(opened.tips) == 2
    assert not list(place.rglob("tmp_pack*"))


@pytest.mark.parametrize("damaged", ["HEAD", "config", "packed-refs", "objects/pack/*.idx", "objects/pack/*.pack"])
@pytest.mark.parametrize("content", [b"", b"\0" * 200])
def test_a_damaged_clone_is_made_again(repository: GitRepository, cache: Path, damaged: str, content: bytes) -> None:
    first = repository.commit()
    place = open_repository(repository.url, cache=cache).git_dir
    for file in place.glob(damaged):
        file.chmod(0o600)
        file.write_bytes(content)
    second = repository.commit()

    try:
        found = shas(open_repository(repository.url, cache=cache))
    except CorruptRepositoryError:  # what reading finds out, the caller mends
        assert discard_clones([repository.url], cache)
        found = shas(open_repository(repository.url, cache=cache))

    assert set(found) == {first, second}


def test_a_git_that_outlives_its_caller_still_has_the_clone(
    repository: GitRepository, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit()
    place = open_repository(repository.url, cache=cache).git_dir
    monkeypatch.setattr(clones, "_SECONDS_FOR_ANOTHER", 0.2)
    lock = place.with_name(f"{place.name}.lock").open()
    fcntl.flock(lock, fcntl.LOCK_EX)
    with subprocess.Popen(["sleep", "600"], pass_fds=[lock.fileno()]) as git:
        lock.close()  # as the kernel does when the caller is killed
        with pytest.raises(BusyCloneError, match="Waited"):
            open_repository(repository.url, cache=cache)
        git.kill()
    assert open_repository(repository.url, cache=cache).git_dir == place


def test_two_that_want_the_same_clone_wait_for_each_other(repository: GitRepository, cache: Path) -> None:
    sha = repository.commit()

    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(lambda _: open_repository(repository.url, cache=cache), range(4)))

    assert {one.tips for one in opened} == {(sha,)}


def test_credentials_of_a_url_open_it_and_are_kept_nowhere(private: str, cache: Path) -> None:
    username, password = "ada-lovelace", "s3cret%2Fp%40ss"

    for _ in range(2):  # cloned, then fetched
        opened = open_repository(f"http://{username}:{password}@{private}/private/name.git", cache=cache)
        assert len(shas(opened)) == 1

    assert opened.key == "127.0.0.1/private/name"
    kept = b"".join(path.read_bytes() for path in cache.rglob("*") if path.is_file())
    assert SECRETS[1].encode() not in kept
    assert password.encode() not in kept
    assert username.encode() not in kept


def test_git_never_prompts_for_credentials(private: str, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSH_ASKPASS", "/bin/false")
    monkeypatch.setenv("GIT_ASKPASS", "/bin/false")

    with pytest.raises(RemoteError, match="credentials were rejected"):
        open_repository(f"http://{private}/private/name.git", cache=cache)


def test_an_error_about_credentials_does_not_contain_them(private: str, cache: Path) -> None:
    with pytest.raises(RemoteError, match="credentials were rejected") as error:
        open_repository(f"http://somebody:wr0ng@{private}/private/name.git", cache=cache)

    assert "wr0ng" not in str(error.value)
    assert "somebody" not in str(error.value)
    assert error.value.__cause__ is None
    assert error.value.__context__ is None


def test_a_user_in_a_url_goes_with_the_password_of_the_users_own_helper(
    private: str, cache: Path, git_config: Path
) -> None:
    git_config.write_text(f"[credential]\n\thelper = \"!f() {{ echo 'password={SECRETS[1]}'; }}; f\"\n")

    assert len(shas(open_repository(f"http://{SECRETS[0]}@{private}/private/name.git", cache=cache))) == 1


def test_a_missing_remote_repository_is_an_error_with_a_remedy(private: str, cache: Path, tmp_path: Path) -> None:
    for address in (f"http://{private}/other.git", (tmp_path / "other").as_uri()):
        with pytest.raises(RemoteError, match="no repository there"):
            open_repository(address, cache=cache)


def test_an_unreachable_server_is_an_error_with_a_remedy(cache: Path) -> None:
    port = free_port()

    for address in (
        f"http://127.0.0.1:{port}/name.git",
        f"git://127.0.0.1:{port}/name.git",
        f"ssh://127.0.0.1:{port}/x",
    ):
        with pytest.raises(RemoteError, match="can't be reached"):
            open_repository(address, cache=cache)
    assert not list(cache.rglob("*.git"))


def test_a_remote_helper_is_no_address(cache: Path, tmp_path: Path) -> None:
    with pytest.raises(NotARepositoryError):
        open_repository(f"ext::sh -c touch% {tmp_path}/evil", cache=cache)
    assert not (tmp_path / "evil").exists()


def test_a_url_is_no_option(cache: Path) -> None:
    with pytest.raises(NotARepositoryError):
        open_repository("--upload-pack=evil", cache=cache)


def test_an_unwritable_cache_is_an_error_with_a_remedy(repository: GitRepository, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(AccessError, match="another folder"):
        open_repository(repository.url, cache=tmp_path / "file" / "cache")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may make a disk that is full")
def test_a_full_disk_is_an_error_with_a_remedy(repository: GitRepository, cache: Path) -> None:
    repository.commit("big", {f"file{number}": os.urandom(20_000) for number in range(20)})
    cache.mkdir()
    try:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", cache], check=True, capture_output=True)
    except subprocess.CalledProcessError:
        pytest.skip("this machine lets nobody mount")
    try:
        with pytest.raises(DiskFullError, match=r"Free space"):
            open_repository(repository.url, cache=cache)
    finally:
        # a git that was just killed may still be ending in it
        subprocess.run(["umount", "--lazy", cache], check=True)
