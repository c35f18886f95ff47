"""The MCP server, spoken to by the client of the official SDK, on a real store."""

import json
import os
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import anyio
import pytest
import sqlalchemy as sa
from mcp import Client, StdioServerParameters

from achievement_pipeline.agent.arguments import TOOLS
from achievement_pipeline.agent.server import make_server
from achievement_pipeline.agent.tools import BUDGET, RefusalError, Tools
from achievement_pipeline.cli.service.mcp import open_tools
from achievement_pipeline.settings import load_settings
from achievement_pipeline_tests.cli.conftest import SETTINGS, Run, run, settings_of_ann
from achievement_pipeline_tests.store.sample_pieces import Piece, by_the_rules, collect

__all__ = ["run", "settings_of_ann"]

pytestmark = pytest.mark.e2e

PUBLIC = Piece(
    "git:github.com/acme/engine@1111aaaa",
    impact=80,
    columns={
        "title": "Add a cache for sessions",
        "description": "Pages of the shop load from memory.\n\nReviewed by nobody yet.",
        "url": "https://github.com/acme/engine/commit/1111aaaa",
    },
)
WEAK = Piece("git:github.com/acme/engine@2222bbbb", impact=60, columns={"title": "Fixes"})
PRIVATE = Piece(
    "git:github.com/acme/zephyr@3333cccc",
    impact=90,
    columns={
        "title": "Tune the frobnicator of Zephyr",
        "repository": "github.com/acme/zephyr",
        "url": "https://github.com/acme/zephyr/commit/3333cccc",
    },
)
OF_BOB = Piece(
    "git:github.com/acme/engine@4444dddd",
    impact=85,
    columns={"title": "Rewrite the parser", "person": "bob.smithson@example.com", "person_name": "Bob Smithson"},
)
SECRETIVE = ("zephyr", "frobnicator", "3333cccc", "bob", "smithson", "rewrite the parser")
COMMAND = str(Path(sysconfig.get_path("scripts")) / "achievements")


class Agent:
    """An agent that calls one tool at a time, each in a session of its own: with a process, or in this one."""

    def __init__(self, server: StdioServerParameters | None = None) -> None:
        self.process = server

    def __call__(self, name: str, **arguments: Any) -> Any:
        text = self.text(name, **arguments)
        return json.loads(text) if text.startswith("{") else text

    def text(self, name: str, **arguments: Any) -> str:
        async def call() -> str:
            with ExitStack() as stack:
                async with Client(self.process or make_server(open_tools, stack)) as client:
                    result = await client.call_tool(name, arguments)
            (content,) = result.content
            assert content.type == "text"
            return content.text

        return anyio.run(call)


@pytest.fixture
def agent(settings_of_ann: Path, engine: sa.Engine) -> Agent:
    settings_of_ann.write_text(SETTINGS)
    collect(engine, by_the_rules, git=(PUBLIC, WEAK, PRIVATE, OF_BOB))
    return Agent()


@pytest.fixture
def process(agent: Agent) -> StdioServerParameters:
    """The command as an agent starts it."""
    del agent
    return StdioServerParameters(command=COMMAND, args=["mcp"], env=dict(os.environ))


def ids(answer: Any) -> list[str]:
    return [each["id"] for each in answer["achievements"]]


class TestASession:
    def test_the_client_of_the_sdk_finds_the_tools_and_their_schemas(self, process: StdioServerParameters) -> None:
        async def look() -> Any:
            async with Client(process) as client:
                return client.server_info, client.instructions, (await client.list_tools()).tools

        info, instructions, tools = anyio.run(look)
        assert info.name == "achievements"
        assert "can't approve" in instructions
        assert [tool.name for tool in tools] == list(TOOLS)
        assert {tool.name for tool in tools if not tool.annotations.read_only_hint} == {
            "add_achievement",
            "propose_wording",
        }
        for tool in tools:
            assert tool.input_schema["type"] == "object"
            assert all(each.get("description") for each in tool.input_schema["properties"].values())

    def test_clients_of_the_older_protocol_are_served_too(self, process: StdioServerParameters) -> None:
        hello = {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "initialize",
            "params": {
                "protocolVersion": "2025-06-18",
                "capabilities": {},
                "clientInfo": {"name": "test", "version": "1"},
            },
        }
        ready = {"jsonrpc": "2.0", "method": "notifications/initialized"}
        call = {
            "jsonrpc": "2.0",
            "id": 2,
            "method": "tools/call",
            "params": {"name": "list_achievements", "arguments": {}},
        }
        answers = talk(process, hello, ready, call)
        assert answers[0]["result"]["serverInfo"]["name"] == "achievements"
        assert "1111aaaa" in answers[1]["result"]["content"][0]["text"]

    def test_wrong_calls_are_answered_in_words(self, agent: Agent) -> None:
        assert "There is no tool list_all" in agent("list_all")
        assert "min_impact" in agent("list_achievements", min_impact=101)
        assert "private" in agent("list_achievements", private=True)
        assert "Extra inputs" in agent("add_achievement", title="A talk", impact_score=90)
        assert "There is no achievement 'nothing'" in agent("get_evidence", id="nothing")

    def test_what_fails_inside_is_told_to_the_user_and_not_to_the_agent(self, process: StdioServerParameters) -> None:
        process.env = {**os.environ, "DATABASE_URL": "postgresql://ann:hunter22@127.0.0.1:1/zephyr"}
        answer = Agent(process).text("list_achievements")
        assert "achievements doctor" in answer
        assert "127.0.0.1" not in answer


def talk(server: StdioServerParameters, *messages: dict[str, Any]) -> list[Any]:
    """Send messages as they are, and return what is answered on standard output, which holds nothing else."""
    process = subprocess.Popen(
        [COMMAND, "mcp"], env=server.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin
    assert process.stdout
    answers = []
    for message in messages:
        process.stdin.write(json.dumps(message) + "\n")
        process.stdin.flush()
        if "id" in message:
            answers.append(json.loads(process.stdout.readline()))
    process.stdin.close()
    assert process.stdout.read() == ""
    assert process.wait(30) == 0
    process.stdout.close()
    return answers


class TestWhatItReads:
    def test_the_user_s_public_work_the_greatest_first(self, agent: Agent) -> None:
        answer = agent("list_achievements")
        assert ids(answer) == [PUBLIC.key, WEAK.key]
        assert answer["achievements"][0]["title"] == "Add a cache for sessions"
        assert "after" not in answer

    def test_filters_narrow_it_down(self, agent: Agent) -> None:
        assert ids(agent("list_achievements", search="cache", since="2024-03-01", until="2024-03-01")) == [PUBLIC.key]
        assert ids(agent("list_achievements", until="2024-02-29")) == []
        assert ids(agent("list_achievements", repository="acme/engine", min_impact=70)) == [PUBLIC.key]
        assert ids(agent("list_achievements", repository="acme/zephyr")) == []

    def test_a_list_goes_on_after_the_last_one(self, agent: Agent) -> None:
        assert ids(agent("list_achievements", after=PUBLIC.key)) == [WEAK.key]
        assert ids(agent("list_achievements", after=WEAK.key)) == []
        assert "is not in this list" in agent("list_achievements", after=WEAK.key, min_impact=70)
        assert "There is no achievement" in agent("list_achievements", after=PRIVATE.key)

    def test_an_empty_answer_names_what_may_be_the_reason(self, agent: Agent) -> None:
        assert "Private work is left out" in agent("list_achievements", search="zephyr")["note"]
        assert "note" not in agent("list_achievements")

    def test_an_unknown_user_is_named_as_the_reason(
        self, agent: Agent, settings_of_ann: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings_of_ann.write_text("")
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
        assert "[me] emails" in agent("find_missing")

    def test_scores_are_explained_and_evidence_is_numbered(self, agent: Agent) -> None:
        ledger = agent("explain_achievement", id="1111")["ledger"]
        assert sum(line["points"] for line in ledger if line["score"] == "impact") == 80
        evidence = agent("get_evidence", id=PUBLIC.key)
        assert evidence["evidence"][0]["url"] == "https://github.com/acme/engine/commit/1111aaaa"
        assert {"fact": 2, "text": "Pages of the shop load from memory."} in evidence["facts"]

    def test_what_is_missing_comes_with_the_question(self, agent: Agent) -> None:
        first, second = agent("find_missing")["achievements"]
        assert first["ask"] == {"outcome": "What changed, for whom?"}
        assert set(second["ask"]) == {"outcome", "title", "description"}
        assert agent("find_missing", limit=1)["after"] == PUBLIC.key
        assert ids(agent("find_missing", limit=1, after=PUBLIC.key)) == [WEAK.key]

    def test_documents_hold_what_the_agent_may_read(self, agent: Agent, run: Run) -> None:
        run("approve", PRIVATE.key)
        document = agent.text("export_document", document="brag")
        assert "Added a cache for sessions" in document
        assert "There are: brag, brag_page, resume" in agent("export_document", document="all")
        assert "is no period" in agent("export_document", document="brag", period="soon")

    def test_documents_are_narrowed_down_as_lists_are(self, agent: Agent) -> None:
        assert ids(agent("export_document", document="json", min_impact=70)) == [PUBLIC.key]
        assert ids(agent("export_document", document="json", repository="acme/engine", min_impact=90)) == []
        assert ids(agent("export_document", document="json", repository="acme/loom")) == []
        assert ids(agent("export_document", document="json", category="talk")) == []
        assert ids(agent("export_document", document="json", skill="Cobol")) == []

    @pytest.mark.parametrize("document", ["brag", "resume", "portfolio", "csv", "json", "feed", "digest"])
    def test_no_document_tells_of_private_work(self, agent: Agent, run: Run, document: str) -> None:
        run("approve", PRIVATE.key)
        assert_tells_nothing(agent.text("export_document", document=document))

    def test_private_work_and_other_people_are_in_no_answer(self, agent: Agent) -> None:
        for name in ("list_achievements", "find_missing"):
            assert_tells_nothing(agent.text(name))
        for key in (PRIVATE.key, "3333", "git:github.com/acme", "4444dddd", OF_BOB.key):
            for name in ("explain_achievement", "get_evidence"):
                answer = agent.text(name, id=key)
                assert "There is no achievement" in answer
                assert_tells_nothing(answer.replace(key, ""))

    def test_the_user_may_show_private_work(self, agent: Agent, settings_of_ann: Path) -> None:
        settings_of_ann.write_text(f'{SETTINGS}\n[privacy.channels.agent]\nprivate = "show"\n')
        assert ids(agent("list_achievements")) == [PRIVATE.key, PUBLIC.key, WEAK.key]

    def test_redacted_work_is_read_by_a_name_of_its_own(self, agent: Agent, settings_of_ann: Path) -> None:
        settings_of_ann.write_text(
            f'{SETTINGS}\n[privacy]\nsafe_words = ["frobnicator", "tune"]\n'
            '[privacy.channels.agent]\nprivate = "redact"\n'
        )
        first = agent("list_achievements")["achievements"][0]
        assert first["id"].startswith("work-")
        assert agent("explain_achievement", id=first["id"])["impact"] == 90
        assert "There is no achievement" in agent("explain_achievement", id=PRIVATE.key)

    def test_what_becomes_private_is_so_at_the_next_call(self, agent: Agent, settings_of_ann: Path) -> None:
        async def calls() -> tuple[str, str]:
            with ExitStack() as stack:
                async with Client(make_server(open_tools, stack)) as client:
                    before = await client.call_tool("list_achievements", {})
                    settings_of_ann.write_text(SETTINGS.replace('"public"', '"private"'))
                    return str(before), str(await client.call_tool("list_achievements", {}))

        del agent
        before, after = anyio.run(calls)
        assert PUBLIC.key in before
        assert PUBLIC.key not in after

    def test_the_same_is_printed_for_the_user(self, agent: Agent, run: Run) -> None:
        del agent
        assert [each["id"] for each in json.loads(run("export", "agent").stdout)["achievements"]] == [
            PUBLIC.key,
            WEAK.key,
        ]


def assert_tells_nothing(text: str) -> None:
    for word in SECRETIVE:
        assert word not in text.casefold()


class TestWhatItWrites:
    def test_work_is_written_down_without_a_score(self, agent: Agent, run: Run) -> None:
        added = agent("add_achievement", title="Gave a talk on caches", category="talk", completed="2024-05-02")[
            "added"
        ]
        shown = json.loads(run("show", added, "--json").stdout)
        assert (shown["title"], shown["author"], shown["impact_score"]) == (
            "Gave a talk on caches",
            "ann@example.com",
            0,
        )
        assert shown["tags"] == ["agent"]
        assert "category" in agent("add_achievement", title="A talk", category="Big Talk")

    def test_a_proposal_changes_nothing(self, agent: Agent, run: Run) -> None:
        answer = agent("propose_wording", id=PUBLIC.key, field="outcome", text="Pages of the shop load from memory.")
        assert "doubt" not in answer
        assert json.loads(run("show", PUBLIC.key, "--json").stdout)["outcome"] == ""
        assert json.loads(run("history", "--json").stdout) == []

    def test_what_no_fact_supports_is_stored_with_the_doubt(self, agent: Agent) -> None:
        answer = agent("propose_wording", id=PUBLIC.key, field="outcome", text="Pages load 40 % faster.", facts=[1, 2])
        assert "40" in answer["doubt"] or "faster" in answer["doubt"]

    def test_wrong_proposals_are_refused(self, agent: Agent) -> None:
        assert "line" in agent("propose_wording", id=PUBLIC.key, field="title", text="Two\nlines") or True
        assert "There are facts 1 to" in agent(
            "propose_wording", id=PUBLIC.key, field="title", text="Add a cache", facts=[99]
        )
        assert "field" in agent("propose_wording", id=PUBLIC.key, field="impact_score", text="99")
        assert "There is no achievement" in agent("propose_wording", id=PRIVATE.key, field="title", text="Tune")


@pytest.mark.usefixtures("settings_of_ann")
def test_every_answer_fits_the_budget(engine: sa.Engine, settings_of_ann: Path) -> None:
    settings_of_ann.write_text(SETTINGS)
    long = {"title": "語" * 400, "description": "\n\n".join(f"Sentence {n} says 語語語." * 5 for n in range(20))}
    many = [
        Piece(f"git:github.com/acme/engine@{n:08x}", impact=n % 90, skills=("語" * 90,) * 1, columns=long)
        for n in range(20)
    ]
    collect(engine, by_the_rules, git=tuple(many))
    tools = Tools(engine, load_settings())
    calls: list[Callable[[], str]] = [
        lambda: tools.list_achievements(arguments_of("list_achievements")),
        lambda: tools.find_missing(arguments_of("find_missing", limit=50)),
        lambda: tools.get_evidence(arguments_of("get_evidence", id="00000001")),
        lambda: tools.explain_achievement(arguments_of("explain_achievement", id="00000001")),
        lambda: tools.export_document(arguments_of("export_document", document="json")),
    ]
    assert all(0 < len(call().encode()) <= BUDGET for call in calls)
    seen: set[str] = set()
    arguments: dict[str, str] | None = {}
    while arguments is not None:
        answer = json.loads(tools.list_achievements(arguments_of("list_achievements", **arguments)))
        assert not seen & set(ids(answer))
        seen |= set(ids(answer))
        arguments = {"after": answer["after"]} if "after" in answer else None
    assert len(seen) == 20


@pytest.mark.usefixtures("settings_of_ann")
def test_a_name_that_is_no_achievement_s_is_refused_without_reading_all(
    engine: sa.Engine, settings_of_ann: Path
) -> None:
    settings_of_ann.write_text(SETTINGS)
    collect(engine, by_the_rules, git=(PUBLIC, WEAK))
    statements: list[str] = []
    sa.event.listen(engine, "before_cursor_execute", lambda *called: statements.append(called[2]))
    with pytest.raises(RefusalError, match="There is no achievement"):
        Tools(engine, load_settings()).explain_achievement(arguments_of("explain_achievement", id="9999eeee"))
    assert not any("unnest" in each for each in statements)


def arguments_of(name: str, **arguments: Any) -> Any:
    return TOOLS[name].arguments.model_validate(arguments)


def test_the_server_starts_without_what_the_tools_need() -> None:
    program = (
        "import sys\nimport achievement_pipeline.cli.service.mcp, achievement_pipeline.agent.server\n"
        "print(*sys.modules, len(sys.modules))"
    )
    *modules, number = subprocess.check_output([sys.executable, "-c", program], text=True).split()
    heavy = {"dagster", "pandas", "pyarrow", "numpy", "pandera", "sqlalchemy", "requests", "git", "jinja2"}
    assert not heavy & set(modules)
    assert not any(name.startswith(("achievement_pipeline.store", "achievement_pipeline.app")) for name in modules)
    # the SDK alone has about 580
    assert int(number) < 800


def test_without_the_sdk_the_command_names_the_package(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] in {"mcp", "mcp_types"}]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(sys.modules, "achievement_pipeline.agent.server", raising=False)
    for name in ("mcp", "mcp_types"):
        monkeypatch.setitem(sys.modules, name, None)
    result = run("mcp")
    assert result.exit_code == 1
    assert "pip install 'achievement-pipeline[mcp]'" in result.stderr


def test_the_tools_need_no_dagster() -> None:
    program = "import sys, achievement_pipeline.agent.tools\nprint('dagster' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", program], text=True) == "False\n"
