"""`PILCROW_AUTH` in, accounts out: `name:password[,name:password …]`, or the path of a file with such lines."""

from __future__ import annotations

import hmac
import ipaddress
import os
from collections.abc import Mapping
from pathlib import Path

from assistant.errors import AssistantError


class AuthError(AssistantError):
    """Accounts that cannot be read."""


def read_accounts(value: str) -> dict[str, str]:
    """Passwords by name. Raises `AuthError`, which never repeats what it was given."""
    is_file = os.path.isfile(value)  # noqa: PTH113  # Path.is_file raises for a long value, and repeats it
    lines = _lines(Path(value)) if ":" not in value or is_file else value.split(",")
    accounts: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, colon, password = line.strip().partition(":")
        if not colon or not name.strip() or not password:
            raise AuthError(f"PILCROW_AUTH: entry {number} is not name:password. Write it as ada:her-password.")
        accounts[name.strip()] = password
    if not accounts:
        raise AuthError("PILCROW_AUTH holds no account. Write one as ada:her-password.")
    return accounts


def is_account(accounts: Mapping[str, str], name: str, password: str) -> bool:
    """Whether the password is that of the name; as slow for a name that is not there."""
    known = accounts.get(name)
    same = hmac.compare_digest((known or "").encode(), password.encode())
    return known is not None and same


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf8").splitlines()
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise AuthError(
            "PILCROW_AUTH is neither name:password nor a file that can be read. Write it as ada:her-password."
        ) from error
