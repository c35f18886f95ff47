"""The page behind a real server on loopback, on a database of the test's own."""

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import requests
import sqlalchemy as sa
import uvicorn

from achievement_pipeline.app.decide.decisions import Decisions
from achievement_pipeline.cli.collect.repos import forget_repository
from achievement_pipeline.settings import ConfigFile, Environment, Settings
from achievement_pipeline.store.embedded import EmbeddedPostgres
from achievement_pipeline.web.app import create_app
from achievement_pipeline_tests.conftest import copy_database, fill_once
from achievement_pipeline_tests.store.sample_pieces import Piece, by_the_rules, collect

TOKEN = "of-this-test"
SETTINGS = {
    "me": {"name": "Ann", "emails": ["ann@example.com"]},
    "repositories": [{"location": "https://github.com/acme/engine", "visibility": "public"}],
}
COMMIT = Piece("git:github.com/acme/engine@1111aaaa", impact=80, columns={"title": "Add a <cache>"})
OTHER = Piece("git:github.com/acme/engine@2222bbbb", impact=30, skills=("Rust",), columns={"title": "Fix a crash"})
PRIVATE = Piece(
    "git:github.com/acme/zephyr@3333cccc",
    columns={"title": "Tune the frobnicator", "repository": "github.com/acme/zephyr", "category": "performance"},
)


@dataclass
class Site:
    """The page, and a browser that was let in."""

    address: str
    browser: requests.Session = field(default_factory=requests.Session)

    def get(self, path: str) -> str:
        """Return a page, which has to be there."""
        answer = self.browser.get(f"{self.address}{path}", timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.text

    def post(
        self, path: str, *, token: str | None = None, headers: Any = None, **fields: str | list[str]
    ) -> requests.Response:
        """Send a form as the page itself would."""
        form = re.search(r'name="token" value="([^"]+)"', self.get("/add"))
        assert form
        sent = {"token": form[1] if token is None else token, **fields}
        return self.browser.post(f"{self.address}{path}", sent, headers=headers, timeout=60, allow_redirects=False)

    def titles(self, path: str = "/") -> list[str]:
        """Return the titles of a list."""
        return [unescape(title) for title in re.findall(r'<h2><a href="[^"]*">([^<]*)</a>', self.get(path))]


@contextmanager
def serve(desk: Decisions) -> Iterator[Site]:
    """Run the page."""
    app = create_app(desk, forget=forget_repository, token=TOKEN)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            while not server.started:
                time.sleep(0.01)
            site = Site(f"http://127.0.0.1:{listening.getsockname()[1]}")
            site.get(f"/enter?token={TOKEN}")
            yield site
            site.browser.close()
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture(scope="session")
def collected_template(shared: Path, server: EmbeddedPostgres, migrated_template: str) -> str:
    """The name of a database with three achievements, of which one is of a private repository, to be copied."""
    collect_three = partial(collect, composer=by_the_rules, git=(COMMIT, OTHER, PRIVATE))
    return fill_once(server, migrated_template, shared / "pages", collect_three)


@pytest.fixture
def database_url(server: EmbeddedPostgres, collected_template: str) -> Iterator[str]:
    """The address of a database with the three achievements, this test's own."""
    with copy_database(server, collected_template) as url:
        yield url


@pytest.fixture
def site(engine: sa.Engine, tmp_path: Path) -> Iterator[Site]:
    """The page of the three achievements."""
    environment = Environment.model_construct(achievements_home=tmp_path, linkedin_client_id="86abc")
    settings = Settings(environment=environment, config=ConfigFile.model_validate(SETTINGS), config_path=None)
    with serve(Decisions(engine, settings)) as site:
        yield site
