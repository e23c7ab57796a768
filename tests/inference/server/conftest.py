"""A real server process for the tests of the service."""

from __future__ import annotations

import contextlib
import http.client
import importlib.util
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tiny_bundle import COMMITTED

# The runtime is also tested where no extra is installed.
if importlib.util.find_spec("fastapi") is None or importlib.util.find_spec("uvicorn") is None:
    collect_ignore_glob = ["test_*"]

_URL = re.compile(r"serving on (http://\S+):(\d+)")


class Server:
    """`mentionlens serve` in a process of its own."""

    def __init__(self, log: Path, *arguments: str, bundle: Path | None = COMMITTED) -> None:
        self._log = log
        command = [sys.executable, "-m", "mentionlens", "serve", "--port", "0"]
        command += [] if bundle is None else ["--bundle", str(bundle)]
        with log.open("wb") as file:
            self.process = subprocess.Popen(
                [*command, *arguments],
                stderr=file,
                stdout=subprocess.DEVNULL,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )
        self.host, self.port = "127.0.0.1", 0

    def wait(self, seconds: float = 60.0) -> None:
        """Wait until the model answers."""
        self.until(lambda: self.listens() and self.get("/health/ready")[0] == 200, seconds)

    def until(self, condition: Callable[[], bool], seconds: float = 30.0) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert self.process.poll() is None, self.log
            assert time.monotonic() < end, self.log
            time.sleep(0.05)

    def listens(self) -> bool:
        match = _URL.search(self.log)
        if match is not None:
            self.port = int(match[2])
        return match is not None

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    @property
    def log(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def request(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=60)
        with contextlib.closing(connection):
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            return response.status, found, response.read()

    def get(self, path: str, **headers: str) -> tuple[int, Any]:
        status, _, body = self.request("GET", path, headers=headers)
        return status, json.loads(body)

    def post(self, path: str, value: object, **headers: str) -> tuple[int, Any]:
        headers = {"Content-Type": "application/json", **headers}
        status, _, body = self.request("POST", path, json.dumps(value).encode(), headers)
        return status, json.loads(body)

    def metric(self, name: str) -> float:
        """Return a sample of the metrics, by its whole name with labels; 0 where it is not."""
        _, _, body = self.request("GET", "/metrics")
        for line in body.decode().splitlines():
            if line.startswith(f"{name} "):
                return float(line.rsplit(" ", 1)[1])
        return 0.0

    def end(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(60)
        finally:
            self.process.kill()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A service of the tiny bundle, shared by the tests of a module."""
    server = Server(tmp_path_factory.mktemp("service") / "log", "--drain", "0")
    try:
        server.wait()
        yield server
    finally:
        server.end()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Start services with arguments of a test's own; they end with it."""
    servers: list[Server] = []

    def start_one(
        *arguments: str, bundle: Path | None = COMMITTED, ready: bool = True, seconds: float = 60.0
    ) -> Server:
        server = Server(tmp_path / f"log-{len(servers)}", *arguments, bundle=bundle)
        servers.append(server)
        if ready:
            server.wait(seconds)
        else:
            server.until(server.listens, seconds)
        return server

    yield start_one
    for server in servers:
        server.end()
