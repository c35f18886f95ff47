"""The Dagster UI of the service, with a guard before it: ``python -m achievement_pipeline.cli.service.ui``.

Dagster's web server lets in everybody who reaches its port, and every web site that is open in the user's browser does.
Its options are those of ``dagster-webserver``.
"""

from starlette.requests import Request

from achievement_pipeline.cli.service.ui_token import ui_token
from achievement_pipeline.defs.instance.compat import run_web_server
from achievement_pipeline.settings import load_settings
from achievement_pipeline.web.guard import LOOPBACK, Behind, Guard


def main() -> None:
    """Serve the UI."""
    token = ui_token(load_settings().home)
    behind = Behind("achievements_ui", "achievements start", refuse=_refuse)
    run_web_server(lambda app: Guard(app, token=token, hosts=LOOPBACK, behind=behind))


def _refuse(request: Request) -> str | None:
    """Refuse GraphQL in GET requests: it may be a mutation, and the UI never sends one that way."""
    is_query = request.url.path.endswith("/graphql") and "query" in request.query_params
    return "Send GraphQL as JSON in the body of a POST." if is_query else None


if __name__ == "__main__":
    main()
