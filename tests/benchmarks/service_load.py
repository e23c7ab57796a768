"""`mentionlens serve` against the plain FastAPI endpoint that one would write instead.

Three servers stand side by side, each in a process of its own, and have their turn in every round,
so that a busy machine slows all of them: the service; FastAPI with a `def` endpoint, which answers
each request on a thread of a pool; FastAPI with an `async def` endpoint, which answers on the
event loop. This process is the load: so many connections over loopback, each sending its next
request when it has its answer. The mentions are the project's own: of one length (the most frequent
number of pieces), and as they come; one a request, and 32 a request over an eighth as many
connections. Every answer is counted.

Prints the medians of the rounds: mentions a second, p50 and p99 of a request, milliseconds of
processor time that a mention took in the server (Linux), and how many times as many mentions a
second the service answers. Run by hand; pytest does not collect it:

    python tests/benchmarks/service_load.py [--bundle DIR] [--seconds 5] [--rounds 3]
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mentionlens import Bundle, packaged_bundle_path
from mentionlens.client import MentionClient
from mentionlens.tokenization import TextEncoder
from mentionlens_data.labelling.sample_mentions import read_sample_mentions

BATCH = 32
SERVICE = "mentionlens serve"
# Name to path; both plain endpoints live in one process.
PLAIN = {"FastAPI def": "/def", "FastAPI async def": "/async"}


@dataclass(frozen=True)
class Side:
    """A server under load.

    Attributes:
        name: for the table.
        port: on loopback.
        path: of the endpoint.
        process: its id.
    """

    name: str
    port: int
    path: str
    process: int


@dataclass(frozen=True)
class Turn:
    """What one turn measured.

    Attributes:
        rate: mentions a second.
        latencies: seconds of each request.
        processor: seconds of processor time a mention; NaN where it cannot be read.
    """

    rate: float
    latencies: Sequence[float]
    processor: float


def run_plain(bundle: str | None, port: int) -> None:
    """Serve the two plain endpoints in this process, as straightforward as they come."""
    import uvicorn
    from fastapi import FastAPI
    from mentionlens import MentionClassifier
    from pydantic import BaseModel

    class Request(BaseModel):
        mentions: list[str]

    classifier = MentionClassifier(bundle)
    classifier.predict("")
    app = FastAPI()

    def answer(mentions: list[str]) -> list[dict[str, object]]:
        if len(mentions) == 1:
            return [classifier.predict(mentions[0]).to_dict()]
        return [prediction.to_dict() for prediction in classifier.predict(mentions)]

    # Built by hand: annotations in this module are strings, which FastAPI cannot look up here.
    def on_a_thread(request):
        return answer(request.mentions)

    async def on_the_loop(request):
        return answer(request.mentions)

    for function in (on_a_thread, on_the_loop):
        function.__annotations__ = {"request": Request}
    app.post("/def")(on_a_thread)
    app.post("/async")(on_the_loop)
    uvicorn.run(app, port=port, access_log=False, log_level="warning")


@contextlib.contextmanager
def running(command: Sequence[str], port: int) -> Iterator[int]:
    """Run a server until the end; yield its process id once it listens."""
    process = subprocess.Popen([sys.executable, *command], stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 60
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"{' '.join(command)} did not start")
            time.sleep(0.1)
        yield process.pid
    finally:
        process.terminate()
        process.wait(60)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


def equal_length(texts: Sequence[str], bundle: Path) -> tuple[int, list[str]]:
    """Return the most frequent number of pieces, and the mentions that have it."""
    encoder = TextEncoder(Bundle.load(bundle))
    pieces = [sum(len(window) for window in encoder.encode(text).windows) for text in texts]
    ((most, _),) = Counter(pieces).most_common(1)
    return most, [text for text, count in zip(texts, pieces, strict=True) if count == most]


def requests(side: Side, texts: Sequence[str], size: int) -> Iterator[bytes]:
    """Yield requests of `size` mentions for ever; no mention twice in one."""
    endless = itertools.cycle(texts)
    prepared = []
    for _ in range(max(64, len(texts) // size)):
        mentions = list(itertools.islice(endless, size))
        body = json.dumps({"mentions": mentions}, ensure_ascii=False).encode()
        head = (
            f"POST {side.path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        prepared.append(head.encode() + body)
    return itertools.cycle(prepared)


class Connection(asyncio.Protocol):
    """Sends a request, waits for its answer, and sends the next, until the turn is over."""

    def __init__(self, load: Iterator[bytes], size: int, latencies: list[float]) -> None:
        self._load, self._size, self._latencies = load, size, latencies
        self._content = bytearray()
        self._whole = 0
        self.over = False
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first request."""
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        """Take a part of an answer."""
        self._content += data
        if not self._whole:
            end = self._content.find(b"\r\n\r\n")
            if end < 0:
                return
            length = re.search(rb"content-length: (\d+)", self._content[:end], re.IGNORECASE)
            self._whole = end + 4 + int(length[1])
        if len(self._content) >= self._whole:
            self._answered()

    def connection_lost(self, error: Exception | None) -> None:
        """Fail: nothing here closes a connection before it is done."""
        if not self.done.done():
            self.done.set_exception(RuntimeError(f"the connection was lost ({error})"))

    def _send(self) -> None:
        self._content.clear()
        self._whole = 0
        self._began = time.perf_counter()
        self._transport.write(next(self._load))

    def _answered(self) -> None:
        took = time.perf_counter() - self._began
        good = self._content.startswith(b"HTTP/1.1 200 ")
        if not good or self._content.count(b'"flags":') != self._size:
            self.done.set_exception(RuntimeError(f"a wrong answer: {bytes(self._content[:200])!r}"))
        elif self.over:
            self.done.set_result(None)
        else:
            self._latencies.append(took)
            self._send()


async def turn(
    side: Side, texts: Sequence[str], size: int, connections: int, seconds: float
) -> Turn:
    """Load one server for a while.

    Raises:
        RuntimeError: an answer was wrong or missing.
    """
    latencies: list[float] = []
    load = requests(side, texts, size)
    loop = asyncio.get_running_loop()
    opened = []
    for _ in range(connections):
        _, protocol = await loop.create_connection(
            lambda: Connection(load, size, latencies), "127.0.0.1", side.port
        )
        opened.append(protocol)
    # The first answers are no part of it: all connections are busy from here on.
    while len(latencies) < connections:
        await asyncio.sleep(0.01)
    latencies.clear()
    begin, processor = time.perf_counter(), processor_seconds(side.process)
    await asyncio.sleep(seconds)
    mentions, took = size * len(latencies), time.perf_counter() - begin
    processor = processor_seconds(side.process) - processor
    measured = list(latencies)
    for connection in opened:
        connection.over = True
    await asyncio.gather(*(connection.done for connection in opened))
    for connection in opened:
        connection._transport.close()
    if not measured:
        raise RuntimeError(f"{side.name} answered nothing in {seconds:g} s")
    return Turn(mentions / took, measured, processor / mentions)


def processor_seconds(process: int) -> float:
    """Return the processor time of a process so far."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return float("nan")
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def print_table(title: str, turns: dict[str, list[Turn]]) -> None:
    """Print a load's medians over the rounds."""
    print(f"\n{title}")
    head = ("mentions/s", "p50 ms", "p99 ms", "cpu ms", "times")
    print(f"{'':<20}" + "".join(f"{name:>12}" for name in head))
    for name, found in turns.items():
        p50, p99 = (
            statistics.median(1000 * quantile(t.latencies, share) for t in found)
            for share in (0.5, 0.99)
        )
        # Of each round on its own: a machine that slows down slows both of its sides.
        times = statistics.median(
            own.rate / other.rate for own, other in zip(turns[SERVICE], found, strict=True)
        )
        rate = statistics.median(t.rate for t in found)
        processor = 1000 * statistics.median(t.processor for t in found)
        print(f"{name:<20}{rate:>12.1f}{p50:>12.1f}{p99:>12.1f}{processor:>12.2f}{times:>12.2f}")


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value below which a share of the values lies."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bundle", help="bundle folder instead of the packaged one")
    parser.add_argument("--seconds", type=float, default=5, help="of one turn (default: 5)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--plain", type=int, metavar="PORT", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.plain is not None:
        run_plain(options.bundle, options.plain)
        return
    bundle = [] if options.bundle is None else ["--bundle", options.bundle]
    texts = [row.mention.text for row in read_sample_mentions()]
    pieces, equal = equal_length(texts, Path(options.bundle or packaged_bundle_path()))
    loads = {
        (f"{kind}, {size} a request", size): mentions
        for size in (1, BATCH)
        for kind, mentions in ((f"mentions of {pieces} pieces", equal), ("mixed lengths", texts))
    }
    ports = free_port(), free_port()
    serve = ["-m", "mentionlens", "serve", "--port", str(ports[0]), *bundle]
    plain = [__file__, "--plain", str(ports[1]), *bundle]
    with running(serve, ports[0]) as service, running(plain, ports[1]) as other:
        MentionClient(f"http://127.0.0.1:{ports[0]}").predict("")  # waits for the model
        sides = [Side(SERVICE, ports[0], "/v1/predict", service)]
        sides += [Side(name, ports[1], path, other) for name, path in PLAIN.items()]
        measured: dict[str, dict[str, list[Turn]]] = {}
        for _ in range(options.rounds):
            for (title, size), mentions in loads.items():
                for side in sides:
                    count = options.connections if size == 1 else max(1, options.connections // 8)
                    found = asyncio.run(turn(side, mentions, size, count, options.seconds))
                    print(f"{title}, {side.name}: {found.rate:.0f}/s", file=sys.stderr)
                    by_side = measured.setdefault(title, {})
                    by_side.setdefault(side.name, []).append(found)
    print(
        f"{options.connections} connections, {options.rounds} rounds of {options.seconds:g} s, "
        f"{os.cpu_count()} processors for server and load; medians of the rounds"
    )
    for title, turns in measured.items():
        print_table(title, turns)


if __name__ == "__main__":
    main()
