"""The ports that the service listens on."""

import socket

from achievement_pipeline.errors import AchievementPipelineError

_PORT = 3100
_ANY = 0


def listen(host: str, port: int | None) -> socket.socket:
    """Listen at an address; without a port at the usual one, or where another program has it at any that is free.

    Raises:
        AchievementPipelineError: The port is taken, or there is no such host.
    """
    try:
        return bound(host, _PORT if port is None else port)
    except OSError as error:
        if port is None:
            return listen(host, _ANY)
        raise AchievementPipelineError(
            f"Can't listen on {host}, port {port}: {error.strerror}. Try another port; 0 is any that is free."
        ) from error


def bound(host: str, port: int) -> socket.socket:
    """Listen at an address.

    Raises:
        OSError: The port is taken, or there is no such host.
    """
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen()
    except OSError:
        listening.close()
        raise
    return listening
