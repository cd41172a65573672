"""`pilcrow chat`: the chat in a browser."""

from __future__ import annotations

import errno
import socket
from typing import Annotated

import typer

from assistant.chat.auth import is_loopback, read_accounts
from assistant.errors import AssistantError
from assistant.settings import Settings

WRONG_USAGE = 2


class AddressError(AssistantError):
    """An address that the chat cannot listen on."""


def register(app: typer.Typer) -> None:
    """Add the command to a command line."""
    app.command("chat")(command)


def command(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 7860,
    host: Annotated[
        str, typer.Option(help="Address to listen on; other than this machine's own needs PILCROW_AUTH.")
    ] = "127.0.0.1",
) -> None:
    """Open the chat in a browser: on this machine only, or with PILCROW_AUTH on another address."""
    settings = Settings.from_env()
    accounts = read_accounts(settings.auth.get_secret_value()) if settings.auth else None
    if accounts is None and not is_loopback(host):
        typer.echo(
            f"pilcrow: {host} can be reached from other machines. Set PILCROW_AUTH=name:password, or leave out --host.",
            err=True,
        )
        raise typer.Exit(WRONG_USAGE)
    _check_address(host, port)
    typer.echo("Opening the index …", err=True)
    from assistant.assistant import Assistant
    from assistant.chat.library import Library

    library = Library(Assistant.open(settings))
    from assistant.chat.app import launch  # gradio takes seconds to import: after what may fail

    page = launch(library, host=host, port=port, accounts=accounts)
    typer.echo(f"Chat: http://{host}:{port} (Ctrl-C ends it)", err=True)
    page.block_thread()


def _check_address(host: str, port: int) -> None:
    """Raise `AddressError` where the chat cannot listen, before the index is opened for nothing."""
    try:
        family, *_, address = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)[0]
        socket.create_server(address, family=family).close()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise AddressError(f"Port {port} is in use. Give another with --port.") from error
        raise AddressError(
            f"The chat cannot listen on {host}, port {port} ({error.strerror}). Give others with --host and --port."
        ) from error
