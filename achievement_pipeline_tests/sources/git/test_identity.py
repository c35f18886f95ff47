"""Which remote a repository belongs to."""

import pytest

from achievement_pipeline.sources.git.identity import default_names, main_remote

MINE, UPSTREAM = "https://github.com/ada/engine.git", "git@github.com:acme/engine.git"


def main_name(**settings: str) -> str:
    return main_remote({name.replace("__", "."): value for name, value in settings.items()}, lambda name: name).name


def test_origin_comes_before_other_remotes() -> None:
    assert main_name(remote__upstream__url=UPSTREAM, remote__origin__url=MINE) == "origin"


def test_the_upstream_of_the_default_branch_comes_before_origin() -> None:
    settings = {"remote__origin__url": MINE, "remote__upstream__url": UPSTREAM, "branch__main__remote": "upstream"}
    assert main_name(**settings) == "upstream"


def test_what_gh_was_set_to_comes_first() -> None:
    remote = main_remote(
        {
            "remote.origin.url": MINE,
            "remote.fork.url": UPSTREAM,
            "remote.fork.gh-resolved": "base",
            "branch.main.remote": "origin",
        },
        lambda name: name,
    )
    assert (remote.name, remote.address and remote.address.key) == ("fork", "github.com/acme/engine")


def test_remotes_on_other_machines_come_before_those_on_this_one() -> None:
    assert main_name(remote__origin__url="/srv/engine.git", remote__backup__url=UPSTREAM) == "backup"
    assert main_name(remote__origin__url="/srv/engine.git") == "origin"


def test_a_short_host_is_resolved_by_git() -> None:
    remote = main_remote({"remote.origin.url": "work:acme/engine"}, lambda _: UPSTREAM)
    assert remote.address
    assert remote.address.host == "github.com"


def test_without_remotes_there_is_none() -> None:
    assert main_name() == ""


@pytest.mark.parametrize(
    ("chosen", "names"),
    [("", ("main", "master")), ("main", ("main", "master")), ("trunk", ("main", "master", "trunk"))],
)
def test_names_of_a_default_branch(chosen: str, names: tuple[str, ...]) -> None:
    assert default_names({"init.defaultbranch": chosen}) == names
