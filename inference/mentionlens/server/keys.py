"""API keys: their SHA-256 digests in a file, several at a time, so that they can be rotated.

A line of the file is `NAME DIGEST`; blank lines and those that begin with `#` count for nothing.
Keys are 256 random bits, so that a plain digest is as good as a slow one.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from pathlib import Path

from mentionlens.server.settings import SettingsError

__all__ = ["KeyRing", "new_key"]

_LINE = re.compile(r"(\S+)\s+([0-9a-f]{64})")


def new_key(name: str) -> tuple[str, str]:
    """Return a fresh key, and the line of the file that lets it in."""
    key = f"ml_{secrets.token_urlsafe(32)}"
    return key, f"{name} {_digest(key)}"


class KeyRing:
    """The keys that are let in; an empty file lets nobody in.

    Args:
        path: of the file.

    Raises:
        SettingsError: the file cannot be read, or a line is no key.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._digests = _read(path)

    def reload(self) -> None:
        """Read the file again; what was let in stays where it cannot be read.

        Raises:
            SettingsError: as at first.
        """
        self._digests = _read(self._path)

    def owner(self, key: str) -> str | None:
        """Return the name of a key, None for a wrong one, in a time that tells nothing."""
        digest = _digest(key)
        found = None
        for name, known in self._digests:
            if hmac.compare_digest(known, digest):
                found = name
        return found


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


def _read(path: Path) -> tuple[tuple[str, str], ...]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: the file of API keys cannot be read ({error})") from error
    digests: list[tuple[str, str]] = []
    for number, line in enumerate(lines, start=1):
        content = line.strip()
        if not content or content.startswith("#"):
            continue
        match = _LINE.fullmatch(content)
        if match is None:
            raise SettingsError(
                f"{path}, line {number}: expected `NAME DIGEST` with 64 hexadecimal digits; "
                "`mentionlens serve --new-key NAME` prints such a line"
            )
        digests.append((match[1], match[2]))
    return tuple(digests)
