"""Does `mentionlens serve` go on answering while everything wrong is sent to it?

Good requests at a limited rate, each answer checked, and health checks over fresh connections go on
throughout. Meanwhile schemathesis makes requests out of the service's own description, and other
clients send random and damaged bytes, huge and deep JSON, lengths and chunks that are none, send a
byte a second, read nothing, close half or all of a connection, and hold many without a word.

Prints what was sent and answered, and exits with 1 where a good request or a health check went
unanswered or was answered wrongly or late, the service answered a 5xx but 503, logged a traceback,
did not come to rest afterwards, grew, or contradicts its description. Run by hand (Linux only);
pytest does not collect it:

    python tests/benchmarks/service_soak.py [--bundle DIR] [--minutes 5] [--seed 0]
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from mentionlens import MentionClassifier, Prediction
from mentionlens.client import MentionClient
from mentionlens.errors import MentionlensError
from mentionlens_data.labelling.sample_mentions import read_sample_mentions

# Other clients than the good ones: requests in flight are counted by address.
BAD_ADDRESS = "127.0.0.2"
DEADLINE = 5
GOOD_THREADS, GOOD_PAUSE = 2, 0.2
BAD_THREADS, BAD_PAUSE = 4, 0.05
SLOW_CLIENTS, IDLE_CONNECTIONS = 20, 500
TOLERANCE = 2e-6
# The peak after warm-up, the first third, may be so much above the peak of the warm-up.
GROWTH, GROWTH_MB = 0.10, 20
HEALTH_P99 = 1.0
CHECKS = "status_code_conformance,content_type_conformance,response_schema_conformance"

Attack = Callable[[random.Random, int], list[bytes]]


def post(body: bytes, *headers: str, path: str = "/v1/predict", length: int | None = None) -> bytes:
    """Return a request, by default a right one."""
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: localhost",
        "Content-Type: application/json",
        *(headers or [f"Content-Length: {len(body) if length is None else length}"]),
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def mentions(*texts: str) -> bytes:
    """Return the body of a right request."""
    return json.dumps({"mentions": texts}).encode()


def random_bytes(chance: random.Random, _: int) -> list[bytes]:
    """Bytes of no protocol."""
    return [chance.randbytes(chance.choice((1, 10, 1000, 100_000)))]


def damaged(chance: random.Random, _: int) -> list[bytes]:
    """A right request with some bytes changed."""
    content = bytearray(post(mentions("nie", "paczka " * 20)))
    for _ in range(chance.choice((1, 1, 3, 20))):
        content[chance.randrange(len(content))] = chance.randrange(256)
    return [bytes(content)]


def huge(chance: random.Random, _: int) -> list[bytes]:
    """Too many mentions, too long ones, too many bytes; some are just within the limits."""
    body = chance.choice(
        [
            lambda: mentions("a" * 3_000_000),
            lambda: mentions("paczka " * 14_000),
            lambda: mentions(*["a"] * 1001),
            lambda: mentions(*["a"] * 300_000),
            lambda: mentions("ż" * 5_000_000),
            lambda: b'{"mentions": [' + b"9" * 1_000_000 + b"]}",
            lambda: b'{"mentions": [{"' + b"k" * 2_000_000 + b'": 1}]}',
            lambda: b" " * 4_000_000,
        ]
    )()
    return [post(body)]


def deep(chance: random.Random, _: int) -> list[bytes]:
    """JSON that is nested very deeply."""
    depth = chance.choice((900, 10_000, 1_000_000))
    opening, closing = chance.choice(((b"[", b"]"), (b'{"a":', b"}")))
    inner = opening * depth + b"1" + closing * depth
    return [post(chance.choice((inner, b'{"mentions":[' + inner + b"]}")))]


def wrong_length(chance: random.Random, _: int) -> list[bytes]:
    """A Content-Length that is not the body's, or none."""
    body = mentions("nie")
    value = chance.choice((len(body) + 100, len(body) - 5, 0, -1, 10**30, "", "0x10", "1, 2", "一"))
    headers = [f"Content-Length: {value}"]
    if chance.random() < 0.3:
        headers.append(
            chance.choice((f"Content-Length: {len(body)}", "Transfer-Encoding: chunked"))
        )
    return [post(body, *headers)]


def bad_chunks(chance: random.Random, _: int) -> list[bytes]:
    """Chunks that are none."""
    body = mentions("nie")
    chunks = chance.choice(
        (
            b"zz\r\n" + body,
            b"ffffffffffffffffffffff\r\n" + body,
            b"%x\r\n%sno end" % (len(body), body),
            b"-1\r\n" + body,
            b"5;" + b"x" * 100_000 + b"\r\n" + body,
            b"%x\r\n%s\r\n0\r\nX: " % (len(body), body) + b"y" * 100_000,
            b"".join(b"1\r\n%c\r\n" % byte for byte in body),
        )
    )
    coding = chance.choice(("chunked", "chunked", "gzip, chunked", "chunked, chunked", "nonsense"))
    return [post(chunks, f"Transfer-Encoding: {coding}")]


def heads(chance: random.Random, _: int) -> list[bytes]:
    """Heads that are too long or odd."""
    return [
        chance.choice(
            (
                b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: y\r\n" * 20_000 + b"\r\n",
                b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
                b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"y" * 200_000 + b"\r\n\r\n",
                b"GET /health/live HTTP/1.1\r\n\r\n",
                b"GET /health/live HTTP/9.9\r\nHost: localhost\r\n\r\n",
                b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                b"CONNECT localhost:1 HTTP/1.1\r\nHost: localhost\r\n\r\n",
                b"GET /v1/model HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                b"Connection: upgrade\r\nSec-WebSocket-Key: eHg=\r\n\r\n",
                b"GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n",
                b"GET /page/..%2findex.html%00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
                b"GET http://[::bad HTTP/1.1\r\nHost: localhost\r\n\r\n",
                b"GET /\xff\xfe HTTP/1.1\r\nHost: \xff\r\n\r\n",
            )
        )
    ]


def pipelined(chance: random.Random, _: int) -> list[bytes]:
    """Many requests before the first answer."""
    return [post(mentions("nie")) * chance.choice((2, 50, 500))]


def streams(chance: random.Random, _: int) -> list[bytes]:
    """A stream of lines that are none, or that has no end."""
    line = chance.choice(
        (b"nonsense\n", b"[" * 5000 + b"\n", b"a" * 500_000, b"\xff\n", b'{"text": "nie"}\n', b"\n")
    )
    parts = [b"%x\r\n%s\r\n" % (len(line), line)] * 30
    end = [b"0\r\n\r\n"] if chance.random() < 0.5 else []
    return [post(b"", "Transfer-Encoding: chunked", path="/v1/score"), *parts, *end]


def expensive(chance: random.Random, serial: int) -> list[bytes]:
    """Right requests that are much work; nobody may be there to read the answer."""
    texts = [f"{serial} {n} " + "nie paczka " * 40 for n in range(chance.choice((5, 20, 50)))]
    return [post(mentions(*texts))]


ATTACKS: tuple[Attack, ...] = (
    random_bytes,
    damaged,
    huge,
    deep,
    wrong_length,
    bad_chunks,
    heads,
    pipelined,
    streams,
    expensive,
)


class Soak:
    """One run: the server's port, what is sent to it, and what came back.

    Args:
        port: of the service on loopback.
        seed: of everything random.

    Attributes:
        sent: attack and what came back to how often.
        good: seconds of each good request.
        health: seconds of each health check.
        faults: what went wrong, in words.
    """

    def __init__(self, port: int, seed: int) -> None:
        self.port = port
        self.sent: Counter[tuple[str, str]] = Counter()
        self.good: list[float] = []
        self.health: list[float] = []
        self.faults: list[str] = []
        self._seed = seed
        self._over = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self, expected: Sequence[Prediction]) -> None:
        """Begin with everything; `expected` are the answers to good requests."""
        for number in range(GOOD_THREADS):
            self._run(self._ask_well, expected, number)
        self._run(self._ask_health)
        for number in range(BAD_THREADS):
            self._run(self._attack, number)
        for number in range(SLOW_CLIENTS):
            self._run(self._drip, number)
        self._run(self._hold)

    def stop(self) -> None:
        """End everything."""
        self._over.set()
        for thread in self._threads:
            thread.join(60)

    def _run(self, function: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=function, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _ask_well(self, expected: Sequence[Prediction], number: int) -> None:
        chance = random.Random(f"good {self._seed} {number}")
        client = MentionClient(f"http://127.0.0.1:{self.port}")
        while not self._over.wait(GOOD_PAUSE):
            wanted = chance.sample(expected, chance.choice((1, 1, 1, 8)))
            begin = time.perf_counter()
            try:
                found = client.predict([answer.text for answer in wanted])
            except MentionlensError as error:
                self.faults.append(f"a good request: {error}")
                continue
            self.good.append(time.perf_counter() - begin)
            if not all(map(is_same, found, wanted)):
                self.faults.append(f"a wrong answer to {wanted[0].text!r}")

    def _ask_health(self) -> None:
        while not self._over.wait(0.1):
            begin = time.perf_counter()
            try:
                status = self.get("/health/live")[0]
            except (OSError, http.client.HTTPException) as error:
                self.faults.append(f"a health check: {error!r}")
                continue
            self.health.append(time.perf_counter() - begin)
            if status != 200:
                self.faults.append(f"a health check: {status}")

    def get(self, path: str) -> tuple[int, bytes]:
        """Ask over a fresh connection."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        with contextlib.closing(connection):
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read()

    def _connect(self) -> socket.socket:
        connection = socket.create_connection(
            ("127.0.0.1", self.port), timeout=2 * DEADLINE, source_address=(BAD_ADDRESS, 0)
        )
        return connection

    def _attack(self, number: int) -> None:
        chance = random.Random(f"bad {self._seed} {number}")
        serial = 0
        while not self._over.wait(BAD_PAUSE):
            serial += 1
            attack = chance.choice(ATTACKS)
            manner = chance.choice(("read", "read", "close", "half-close", "leave"))
            try:
                outcome = self._send(attack(chance, serial), manner)
            except OSError as error:
                outcome = type(error).__name__
            self.sent[attack.__name__, outcome] += 1

    def _send(self, parts: Sequence[bytes], manner: str) -> str:
        with self._connect() as connection:
            for part in parts:
                connection.sendall(part)
            if manner == "close":
                return "not read"
            if manner == "leave":
                # A reset in place of an orderly end.
                linger = (1).to_bytes(4, sys.byteorder) + (0).to_bytes(4, sys.byteorder)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                return "not read"
            if manner == "half-close":
                connection.shutdown(socket.SHUT_WR)
            answer = connection.recv(65536)
            match = re.match(rb"HTTP/1\.[01] (\d{3})", answer)
            return match[1].decode() if match else f"{len(answer)} other bytes"

    def _drip(self, number: int) -> None:
        """Send a byte a second of a right request, or read a byte a second of an answer."""
        chance = random.Random(f"slow {self._seed} {number}")
        while not self._over.is_set():
            content = post(mentions(*["nie paczka"] * 500))
            quick = chance.choice((0, 10, len(content) - 30, len(content)))
            with contextlib.suppress(OSError), self._connect() as connection:
                connection.sendall(content[:quick])
                for byte in content[quick:]:
                    connection.sendall(bytes([byte]))
                    if self._over.wait(1):
                        break
                for _ in range(60):
                    if self._over.wait(1) or not connection.recv(1):
                        break
            self.sent["a byte a second", "ended"] += 1
            self._over.wait(0.1)

    def _hold(self) -> None:
        """Hold many connections without a word; those that the service closes are opened again."""
        held: list[socket.socket] = []
        while not self._over.wait(1):
            for connection in list(held):
                with contextlib.suppress(BlockingIOError):
                    try:
                        left = connection.recv(1, socket.MSG_DONTWAIT) == b""
                    except ConnectionError:
                        left = True
                    if left:
                        connection.close()
                        held.remove(connection)
                        self.sent["not a word", "closed by the service"] += 1
            with contextlib.suppress(OSError):
                while len(held) < IDLE_CONNECTIONS:
                    held.append(self._connect())
        for connection in held:
            connection.close()


def is_same(found: Prediction, wanted: Prediction) -> bool:
    """Whether two answers are equal but for rounding."""
    return (found.text, found.flags) == (wanted.text, wanted.flags) and all(
        abs(found.tasks[name].probabilities[label] - value) < TOLERANCE
        for name, task in wanted.tasks.items()
        for label, value in task.probabilities.items()
    )


def resident_megabytes(process: int) -> float:
    """Return what a process holds in memory now."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024


def files_open(process: int) -> int:
    """Return how many files and connections a process has open."""
    return len(list(Path(f"/proc/{process}/fd").iterdir()))


@contextlib.contextmanager
def serving(bundle: str | None, log: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Run the service until the end; yield it and its port once its model answers."""
    command = [sys.executable, "-m", "mentionlens", "serve", "--port", "0", "--drain", "0"]
    command += ["--deadline", str(DEADLINE), *([] if bundle is None else ["--bundle", bundle])]
    with log.open("wb") as file:
        process = subprocess.Popen(command, stderr=file)
    try:
        while (match := re.search(r"serving on http://\S+:(\d+)", log.read_text())) is None:
            if process.poll() is not None:
                raise RuntimeError(log.read_text())
            time.sleep(0.1)
        port = int(match[1])
        MentionClient(f"http://127.0.0.1:{port}", deadline=60, retries=100).predict("")
        yield process, port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def start_schemathesis(
    port: int, seconds: float, seed: int, output: Path
) -> subprocess.Popen[bytes]:
    """Let schemathesis make requests out of the description for so long."""
    command = [Path(sys.executable).with_name("schemathesis"), "run"]
    command += [f"http://127.0.0.1:{port}/openapi.json", "--checks", CHECKS, "--seed", str(seed)]
    command += ["--max-time", str(round(seconds)), "--continue-on-failure", "--no-shrink"]
    # Streams of lines are nothing that it can make.
    command += ["--request-timeout", "20", "--no-color", "--exclude-path", "/v1/score"]
    with output.open("wb") as file:
        # In a folder of its own: it keeps examples where it runs.
        return subprocess.Popen(command, stdout=file, stderr=file, cwd=output.parent)


def samples(metrics: str, name: str) -> dict[str, float]:
    """Return the samples of a metric by their labels."""
    found = re.findall(rf"^{name}(?:\{{(.*)\}})? (\S+)$", metrics, re.MULTILINE)
    return {labels: float(value) for labels, value in found}


def came_to_rest(soak: Soak, process: int, before: int) -> Iterator[str]:
    """Yield what of the load is still there a while after it."""
    end = time.monotonic() + 4 * DEADLINE
    while True:
        metrics = soak.get("/metrics")[1].decode()
        waiting = sum(samples(metrics, "mentionlens_mentions_waiting").values())
        in_flight = sum(samples(metrics, "mentionlens_requests_in_flight").values())
        files = files_open(process)
        # The request for the metrics is one of them.
        if (waiting, in_flight) == (0, 1) and files <= before + 10:
            return
        if time.monotonic() > end:
            yield f"at the end {waiting:g} mentions wait, {in_flight:g} requests are in flight"
            yield f"at the end {files} files are open, {before} at the beginning"
            return
        time.sleep(0.5)


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value below which a share of the values lies."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def print_table(soak: Soak, statuses: Counter[str], memory: Sequence[float]) -> None:
    """Print what was sent and what came back."""
    print(f"{'sent':<22}{'times':>8}  came back")
    for name in dict.fromkeys(name for name, _ in sorted(soak.sent)):
        found = {outcome: n for (other, outcome), n in sorted(soak.sent.items()) if other == name}
        outcomes = ", ".join(f"{outcome} x {n}" for outcome, n in found.items())
        print(f"{name:<22}{sum(found.values()):>8}  {outcomes}")
    for name, values in (("good requests", soak.good), ("health checks", soak.health)):
        p50, p99 = (1000 * quantile(values, share) for share in (0.5, 0.99))
        print(f"{name:<22}{len(values):>8}  p50 {p50:.1f} ms, p99 {p99:.1f} ms")
    print("answers by status: " + ", ".join(f"{k} x {n}" for k, n in sorted(statuses.items())))
    third = len(memory) // 3
    parts = (memory[:third], memory[third : 2 * third], memory[2 * third :])
    peaks = ", ".join(f"{max(part):.0f}" for part in parts)
    print(f"resident memory: peaks of the thirds {peaks} MB, at the end {memory[-1]:.0f} MB")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bundle", help="bundle folder instead of the packaged one")
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    own = [row.mention.text for row in read_sample_mentions()]
    texts = random.Random(options.seed).sample(own, 200)
    expected = MentionClassifier(options.bundle).predict(texts)
    with tempfile.TemporaryDirectory() as folder:
        faults = run(options, expected, Path(folder))
    for fault, times in Counter(faults).most_common(20):
        print(f"FAILED: {fault}" + (f" ({times} times)" if times > 1 else ""))
    if not faults:
        print("passed")
    return 1 if faults else 0


def run(options: argparse.Namespace, expected: Sequence[Prediction], folder: Path) -> list[str]:
    """Start the service, send everything, print the table; return what went wrong."""
    log, tested = folder / "log", folder / "schemathesis"
    with serving(options.bundle, log) as (process, port):
        soak = Soak(port, options.seed)
        before = files_open(process.pid)
        seconds = 60 * options.minutes
        schemathesis = start_schemathesis(port, seconds, options.seed, tested)
        soak.start(expected)
        memory: list[float] = []
        end = time.monotonic() + seconds
        while time.monotonic() < end and process.poll() is None:
            time.sleep(0.5)
            memory.append(resident_megabytes(process.pid))
        soak.stop()
        faults = list(soak.faults)
        try:
            code = schemathesis.wait(120)
        except subprocess.TimeoutExpired:
            schemathesis.terminate()
            code = schemathesis.wait()
        if code != 0:
            print(tested.read_text(errors="replace"))
            faults.append(f"schemathesis found something (exit code {code}), see above")
        if process.poll() is not None:
            print(log.read_text(errors="replace"))
            return [*faults, f"the service ended with {process.returncode}"]
        faults += came_to_rest(soak, process.pid, before)
        requests = samples(soak.get("/metrics")[1].decode(), "mentionlens_requests_total")
    statuses: Counter[str] = Counter()
    for labels, count in requests.items():
        statuses[re.search(r'status="(\d+)"', labels)[1]] += round(count)
    print_table(soak, statuses, memory)
    logged = log.read_text(errors="replace")
    if "Traceback" in logged:
        print(logged[logged.index("Traceback") :][:6000])
        faults.append("the service logged a traceback")
    return [*faults, *judged(soak, statuses, memory)]


def judged(soak: Soak, statuses: Counter[str], memory: Sequence[float]) -> Iterator[str]:
    """Yield what of the figures is not as it should be."""
    for status, count in statuses.items():
        if status >= "500" and status != "503":
            yield f"{count} answers with {status}"
    third = len(memory) // 3
    warm, peak = max(memory[:third]), max(memory[third:])
    if peak > (1 + GROWTH) * warm + GROWTH_MB:
        yield f"resident memory grew from {warm:.0f} MB to {peak:.0f} MB"
    if quantile(soak.health, 0.99) > HEALTH_P99:
        yield f"p99 of health checks above {HEALTH_P99:g} s"


if __name__ == "__main__":
    sys.exit(main())
