"""`mentionlens serve`: the service, from the command line."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

import uvicorn
from pydantic import ValidationError

from mentionlens.errors import MentionlensError
from mentionlens.server.alias_follower import AliasFollower, default_cache
from mentionlens.server.app import create_app
from mentionlens.server.connections import connection_class
from mentionlens.server.keys import new_key
from mentionlens.server.model_registry import ModelAlias
from mentionlens.server.service import Service
from mentionlens.server.settings import Settings, SettingsError

__all__ = ["main"]

_LOG = logging.getLogger("mentionlens.server")
_DONE, _FAILED, _WRONG = 0, 1, 2
# What an answer may take after the last connection was taken, beyond its own deadline.
_LAST_SECONDS = 5


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or Ctrl-C; SIGHUP reads keys, playbook and bundle again.

    Returns:
        0 done, 1 the work failed, 2 the call was wrong.
    """
    parser = _parser()
    arguments = vars(parser.parse_args(argv))
    name = arguments.pop("new_key")
    if name is not None:
        return _print_key(name)
    try:
        settings = Settings(**{key: value for key, value in arguments.items() if value is not None})
    except ValidationError as error:
        for item in error.errors():
            place = ".".join(map(str, item["loc"]))
            message = item["msg"].removeprefix("Value error, ")
            print(f"mentionlens: {place + ': ' if place else ''}{message}", file=sys.stderr)
        return _WRONG
    logging.basicConfig(
        level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s"
    )
    try:
        follower = None
        if settings.model is not None:
            alias = ModelAlias.parse(settings.model)
            follower = AliasFollower(alias, settings.cache or default_cache())
            settings = settings.model_copy(update={"bundle": follower.first()})
        return asyncio.run(_serve(settings, follower))
    except MentionlensError as error:
        print(f"mentionlens: {error}", file=sys.stderr)
        return _FAILED


async def _serve(settings: Settings, follower: AliasFollower | None) -> int:
    service = Service(settings)
    try:
        listening = _listen(settings)
    except OSError as error:
        raise SettingsError(f"{settings.host}:{settings.port}: {error.strerror}") from error
    config = uvicorn.Config(
        create_app(service),
        http=connection_class(settings.deadline),
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=round(settings.deadline + _LAST_SECONDS),
        log_level="warning",
    )
    server = _Server(config, service, follower)
    host, port = listening.getsockname()[:2]
    where = f"[{host}]" if ":" in host else host
    _LOG.info("serving on http://%s:%d", where, port)
    await server.serve(sockets=[listening])
    return _DONE


class _Server(uvicorn.Server):
    """Goes on for a moment after SIGTERM, so that nothing that was sent here is lost."""

    def __init__(
        self, config: uvicorn.Config, service: Service, follower: AliasFollower | None
    ) -> None:
        super().__init__(config)
        self._service = service
        self._follower = follower

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, to hear SIGHUP, and to follow the alias where there is one."""
        await super().startup(sockets)
        loop = asyncio.get_running_loop()
        if hasattr(signal, "SIGHUP"):  # not on Windows
            loop.add_signal_handler(signal.SIGHUP, self._look_again)
        if self._follower is not None:
            self._follower.follow(
                self._service.settings.watch,
                found=lambda folder: _on_loop(loop, self._take, folder),
                refused=self._service.metrics.model_refused,
            )

    def _look_again(self) -> None:
        # Keys and bundle do not wait for a registry that may be slow.
        self._service.reload()
        if self._follower is not None:
            self._follower.wake()

    def _take(self, folder: Path) -> None:
        self._service.slot.move_to(folder)
        self._service.reload()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Drain first; Ctrl-C ends without, and a second signal waits for nothing."""
        # uvicorn's own handler would end the process by the signal, as if it had failed.
        drain = self._service.settings.drain
        if self.should_exit or self._service.draining:
            self.should_exit = self.force_exit = True
        elif sig == signal.SIGTERM and drain:
            self._service.draining = True
            _LOG.info("stopping: taking connections for another %g s", drain)
            loop = asyncio.get_running_loop()
            loop.call_soon_threadsafe(loop.call_later, drain, self._end)
        else:
            self._end()

    def _end(self) -> None:
        self.should_exit = True


def _on_loop(loop: asyncio.AbstractEventLoop, call: Callable[[Path], None], folder: Path) -> None:
    # The loop may have ended while the registry was asked.
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(call, folder)


def _listen(settings: Settings) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(
        settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listening = socket.socket(family, kind, protocol)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(address)
    listening.listen(2048)
    return listening


def _print_key(name: str) -> int:
    if not name or any(character.isspace() for character in name):
        print("mentionlens: the name of a key is one word", file=sys.stderr)
        return _WRONG
    key, line = new_key(name)
    print(key)
    print(
        f"mentionlens: keep the key; put this line into the file of --keys:\n{line}",
        file=sys.stderr,
    )
    return _DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mentionlens serve",
        description="Serve the HTTP API and a page to try it. Every setting may also stand in the "
        "environment, as MENTIONLENS_PORT and so on; SIGHUP reads keys, playbook and bundle again.",
    )

    def add(name: str, **options: Any) -> None:  # noqa: ANN401 - argparse's own
        parser.add_argument(name, **options)

    add("--host", help="address to listen on (default: 127.0.0.1)")
    add("--port", type=int, help="(default: 8080)")
    add("--bundle", type=Path, metavar="DIR", help="bundle to use (default: the packaged one)")
    add("--model", metavar="ALIAS", help="follow models:/NAME@ALIAS of MLflow's registry instead")
    add("--cache", type=Path, metavar="DIR", help="for the bundles of --model (~/.cache/...)")
    add("--keys", type=Path, metavar="FILE", help="API keys' hashes; needed beyond loopback")
    add("--playbook", type=Path, metavar="FILE", help="rules of /v1/triage (default: packaged)")
    add("--new-key", metavar="NAME", help="print a new API key and its line for --keys, and end")
    add("--allow-anonymous", action="store_true", default=None, help="no keys beyond loopback")
    add("--threads", type=int, metavar="N", help="runs of the graph side by side")
    add("--watch", type=float, metavar="S", help="look for a new model every S seconds (5)")
    add("--drain", type=float, metavar="S", help="go on for S seconds after SIGTERM (1)")
    add("--deadline", type=float, metavar="S", help="for the answer to a request (30)")
    add("--most-items", type=int, metavar="N", help="mentions of one request (1000)")
    add("--most-characters", type=int, metavar="N", help="of one mention (100000)")
    add("--most-body", type=int, metavar="BYTES", help="of one request (4194304)")
    add("--most-waiting", type=int, metavar="N", help="mentions that wait for the model (4000)")
    add("--most-in-flight", type=int, metavar="N", help="requests of one client at a time (128)")
    add("--access-log", action="store_true", default=None, help="a line for each request")
    return parser
