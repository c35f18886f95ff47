"""A language model on loopback: it answers as a test tells it to, and has every fault that one can have."""

import json
from typing import Any

from achievement_pipeline.demo.servers.loopback import Request
from achievement_pipeline_tests.servers.loopback import Loopback, Reply

Sentences = list[dict[str, Any]]


def sentence(text: str, *facts: int, field: str = "outcome") -> dict[str, Any]:
    return {"field": field, "text": text, "facts": list(facts)}


def reply(content: Any, status: int = 200) -> Reply:
    """Return what the API answers, with this content of the message."""
    text = content if isinstance(content, str) else json.dumps(content)
    return Reply({"id": "1", "choices": [{"index": 0, "message": {"role": "assistant", "content": text}}]}, status)


class LanguageModelServer(Loopback):
    """Answers every request with the same sentences."""

    def __init__(self, *sentences: dict[str, Any]) -> None:
        self.sentences: Sentences = list(sentences)
        super().__init__(self._reply)

    def _reply(self, request: Request) -> Reply:
        if (request.method, request.path) != ("POST", "/v1/chat/completions"):
            return Reply({"error": "not found"}, 404)
        return reply({"sentences": self.sentences})

    @property
    def address(self) -> str:
        return f"{self.url}/v1"
