"""The client, over real connections to a real service."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import random
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time

import pytest
from mentionlens import InputError, MentionClassifier
from mentionlens.client import (
    KeyRefusedError,
    MentionClient,
    RequestRejectedError,
    ServiceAnswerError,
    ServiceBusyError,
    ServiceError,
    ServiceUnreachableError,
)
from mentionlens.server.keys import new_key
from peers import Peer, standing
from tiny_bundle import COMMITTED

MENTIONS = [
    "Paczka miała być w piątek, jest środa i cisza.",
    {"text": "Приложение опять не работает", "id": "a-1", "lang": "ru"},
    {"text": "Miért nem válaszol senki?", "id": 7, "lang": "hu"},
    "",
    " \n\t ",
    "😍🙏 \u200d zero\x00width \u2028",
    "half a pair \ud83d here",
    "gracias " * 700,
]


def url_of(port):
    return f"http://127.0.0.1:{port}"


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


def plain(status, body, *headers):
    """An answer that no service of ours would give."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def assert_same(found, expected):
    """Answers are equal but for what float32 and its company in a batch change."""
    assert [(a.text, a.id, a.flags, list(a.tasks)) for a in found] == [
        (a.text, a.id, a.flags, list(a.tasks)) for a in expected
    ]
    for one, other in zip(found, expected, strict=True):
        for name, task in one.tasks.items():
            assert task.label == other.tasks[name].label
            assert task.score == pytest.approx(other.tasks[name].score, abs=2e-6)
            assert list(task.probabilities) == list(other.tasks[name].probabilities)
            assert task.probabilities == pytest.approx(other.tasks[name].probabilities, abs=2e-6)


@pytest.fixture(scope="module")
def classifier():
    return MentionClassifier(COMMITTED)


@pytest.fixture
def client(service):
    with MentionClient(service.url) as client:
        yield client


def test_it_answers_as_the_classifier_does(client, classifier):
    expected = classifier.predict(MENTIONS)
    assert_same(client.predict(MENTIONS), expected)
    assert_same(list(client.predict_iter(iter(MENTIONS))), expected)
    assert_same([client.predict(mention) for mention in MENTIONS], expected)
    one = client.predict(MENTIONS[1])
    assert one.sentiment.label in one.sentiment.probabilities
    assert (one.text, one.id) == ("Приложение опять не работает", "a-1")
    assert client.predict([]) == []


def test_what_is_no_mention_is_refused_in_the_same_words(client, classifier):
    for wrong in (7, {"id": "x"}, {"text": None}, {"text": "a", "id": 1.5}, b"bytes"):
        with pytest.raises(InputError) as expected:
            classifier.predict([*MENTIONS, wrong])
        with pytest.raises(InputError) as found:
            client.predict([*MENTIONS, wrong])
        assert str(found.value) == str(expected.value)
    for wrong in ("a string", b"bytes", {"text": "a"}, None, 7):
        with pytest.raises(InputError, match="expected an iterable"):
            client.predict_iter(wrong)


def test_a_stream_is_read_one_batch_ahead_and_keeps_its_order(client):
    read = 0

    def endless():
        nonlocal read
        for read in itertools.count(1):
            yield {"text": f"mention {read}", "id": read}

    with_batches = MentionClient(client._url, batch_items=10)
    answers = with_batches.predict_iter(endless())
    for place in range(1, 96):
        assert next(answers).text == f"mention {place}"
        assert read <= place + 10
    answers.close()


def test_batches_stay_below_the_limits_of_the_service(start):
    server = start("--most-items", "7", "--most-body", "3000", "--most-characters", "2000")
    texts = ["ż" * length for length in range(1, 400, 7)]
    with standing(Peer(server.port)) as peer:
        found = MentionClient(url_of(peer.port)).predict(texts)
        # The first request asks for the limits.
        assert peer.requests - 1 >= len(texts) / 7
    assert [answer.text for answer in found] == texts
    # 2,500 characters are too many for a mention, 4,000 bytes for a request.
    client = MentionClient(server.url)
    mixed = [*texts, "a" * 2500, "good", {"no": "text"}, "ж" * 1900, "last"]
    answers = list(client.answers(mixed))
    assert [type(answer).__name__ for answer in answers[len(texts) :]] == [
        "InputError",
        "Prediction",
        "InputError",
        "InputError",
        "Prediction",
    ]
    first = len(texts)
    assert str(answers[first]).startswith(f"mention {first}: `text` has 2500 characters")
    assert str(answers[first + 2]).startswith(f"mention {first + 2}: `text` must be a string")
    assert str(answers[first + 3]).startswith(f"mention {first + 3}: 38")
    stream = client.predict_iter(mixed)
    assert [next(stream).text for _ in texts] == texts
    with pytest.raises(InputError, match=f"mention {first}: `text` has 2500"):
        next(stream)
    with pytest.raises(InputError, match="mention 0: `text` has 2500"):
        client.predict("a" * 2500)
    with pytest.raises(RequestRejectedError, match="413") as rejected:
        client.predict("a" * 5000)
    assert (rejected.value.status, "3000 bytes" in rejected.value.detail) == (413, True)


def test_it_tells_of_the_model(client):
    found = client.model()
    assert (found["name"], found["limits"]["items"]) == ("tiny", 1000)


def test_connections_are_kept_and_shared_by_many_threads(service, classifier):
    texts = [f"{n} paczka" for n in range(40)]
    expected = dict(zip(texts, classifier.predict(texts), strict=True))
    answers = []
    with standing(Peer(service.port)) as peer:
        client = MentionClient(url_of(peer.port))

        def ask(seed):
            for text in random.Random(seed).sample(texts, len(texts)):
                answers.append((text, client.predict(text)))

        ask(0)
        assert (peer.connections, peer.requests) == (1, 40)
        threads = [threading.Thread(target=ask, args=(seed,)) for seed in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(answers) == peer.requests == 9 * 40
        assert_same([answer for _, answer in answers], [expected[text] for text, _ in answers])
        assert peer.connections <= 8
        client.close()
        assert client.predict(texts[0]).text == texts[0]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_forked_process_opens_connections_of_its_own(service):
    with standing(Peer(service.port)) as peer:
        client = MentionClient(url_of(peer.port))
        client.predict("before")
        child = os.fork()
        if child == 0:
            os._exit(0 if client.predict("child").text == "child" else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert client.predict("after").text == "after"
        assert peer.connections == 2


def test_a_peer_that_closes_kept_connections_costs_no_repetition(service):
    with standing(Peer(service.port, closes=True)) as peer:
        client = MentionClient(url_of(peer.port), retries=0)
        for n in range(5):
            assert client.predict(f"mention {n}").text == f"mention {n}"
            time.sleep(0.02)
        assert peer.connections == 5


def test_half_answers_are_asked_for_again(service, classifier):
    def half(number, content):
        if number <= 3:
            # In the body, in the head, before it.
            return content[: (len(content) - 20, 30, 0)[number - 1]]
        return content

    with standing(Peer(service.port, answer=half, closes=True)) as peer:
        assert_same(MentionClient(url_of(peer.port)).predict(["nie"]), classifier.predict(["nie"]))
        assert peer.requests == 5
    cut = Peer(service.port, answer=lambda _, content: content[:-20], closes=True)
    with standing(cut) as peer:
        client = MentionClient(url_of(peer.port), retries=2)
        with pytest.raises(ServiceUnreachableError, match="in the middle of an answer"):
            client.predict("nie")
        assert peer.requests == 3


def test_chunked_answers_are_read(service):
    def chunked(_, content):
        head, _, body = content.partition(b"\r\n\r\n")
        lines = [line for line in head.split(b"\r\n") if b"content-length" not in line.lower()]
        parts = [body[n : n + 50] for n in range(0, len(body), 50)]
        coded = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)
        return b"\r\n".join([*lines, b"Transfer-Encoding: chunked", b"", coded + b"0\r\n\r\n"])

    with standing(Peer(service.port, answer=chunked)) as peer:
        client = MentionClient(url_of(peer.port))
        assert [client.predict(text).text for text in ("a", "b")] == ["a", "b"]
        assert peer.connections == 1


def test_a_service_that_is_started_again_in_the_middle_loses_nothing(start, classifier):
    port = str(free_port())
    server = start("--port", port, "--drain", "0")
    texts = [f"mention number {n}" for n in range(400)]
    client = MentionClient(server.url, batch_items=4, deadline=60)
    found = []

    def ask():
        found.extend(client.predict_iter(texts))

    thread = threading.Thread(target=ask)
    thread.start()
    for restart in range(1, 3):
        server.until(lambda n=restart: len(found) >= 60 * n)
        server.process.send_signal(signal.SIGTERM if restart == 1 else signal.SIGKILL)
        server.process.wait(60)
        server = start("--port", port, "--drain", "0")
    thread.join()
    assert_same(found, classifier.predict(texts))


def test_a_full_service_is_asked_again_when_it_wants_to_be(start):
    server = start("--most-in-flight", "1", "--deadline", "20")
    with socket.create_connection((server.host, server.port), timeout=30) as held:
        held.sendall(
            b"POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Content-Length: 100\r\n\r\n{"
        )
        once = MentionClient(server.url, retries=0)
        server.until(lambda: server.request("GET", "/health/live")[0] == 429)
        with pytest.raises(ServiceBusyError, match=r"429: 1 requests") as busy:
            once.predict("nie")
        assert busy.value.retry_after == 1
        begin = time.monotonic()
        threading.Timer(0.3, held.shutdown, (socket.SHUT_RDWR,)).start()
        assert MentionClient(server.url).predict("nie").text == "nie"
        assert time.monotonic() - begin >= 1


def test_many_clients_of_a_service_without_room_are_all_answered_in_the_end(start):
    server = start("--most-items", "5", "--most-waiting", "5", "--threads", "1")
    ready = threading.Barrier(6)
    found = []

    def ask(number):
        client = MentionClient(server.url, deadline=60, retries=50)
        texts = [f"{number} {n} " + "paczka " * 1200 for n in range(10)]
        client.model()
        ready.wait()
        found.extend(zip(texts, client.predict(texts), strict=True))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 60
    assert all(answer.text == text for text, answer in found)
    assert server.metric('mentionlens_refused_total{reason="full"}') > 0


def test_there_is_no_waiting_beyond_the_deadline(service):
    answers = {
        "0.4 s": (0.4, plain("503 Service Unavailable", b"", "Retry-After: 1")),
        "a date": (1.5, plain("503 No", b"", "Retry-After: Fri, 01 Jan 2100 00:00:00 GMT")),
        "nonsense": (0.4, plain("429 No", b"", "Retry-After: soon")),
        "a gateway": (0.4, plain("502 Bad Gateway", b"<html>")),
    }
    for seconds, content in answers.values():
        with standing(Peer(None, answer=lambda _, __, c=content: c)) as peer:
            client = MentionClient(url_of(peer.port), deadline=seconds, retries=100)
            begin = time.monotonic()
            with pytest.raises(ServiceBusyError):
                client.predict("nie")
            assert time.monotonic() - begin < seconds + 0.3

    # A date that is past lets it try at once.
    def past(number, content):
        date = "Retry-After: Fri, 01 Jan 2010 00:00:00 GMT"
        return plain("503 No", b"", date) if number == 1 else content

    with standing(Peer(service.port, answer=past)) as peer:
        assert MentionClient(url_of(peer.port)).predict("nie").text == "nie"


@pytest.mark.parametrize("pace", ["silent", "a byte at a time", "the body a byte at a time"])
def test_a_peer_that_never_comes_to_an_end_is_left_at_the_deadline(pace):
    def drip(listening):
        connection, _ = listening.accept()
        head = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"
        with connection, contextlib.suppress(OSError):
            connection.recv(1 << 16)
            if pace.startswith("the body"):
                connection.sendall(head)
            for byte in itertools.chain(head[:30], itertools.repeat(ord("1"))):
                time.sleep(0.05)
                if pace != "silent":
                    connection.sendall(bytes([byte]))

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=drip, args=(listening,), daemon=True).start()
        client = MentionClient(url_of(listening.getsockname()[1]), deadline=0.7)
        begin = time.monotonic()
        with pytest.raises(ServiceUnreachableError, match="before the deadline"):
            client.predict("nie")
        assert 0.6 < time.monotonic() - begin < 1.5


def test_nobody_there_is_said_after_the_last_repetition():
    port = free_port()
    begin = time.monotonic()
    with pytest.raises(ServiceUnreachableError, match=f"{port}: .*refused"):
        MentionClient(url_of(port), retries=2).predict("nie")
    assert time.monotonic() - begin < 2


def test_what_is_no_service_of_ours_is_named():
    cases = [
        (plain("200 OK", b"<html>hello"), ServiceAnswerError, "not JSON"),
        (plain("200 OK", b"[1]"), ServiceAnswerError, "no JSON object"),
        (plain("200 OK", b'{"results": []}'), ServiceAnswerError, "a result for each"),
        (plain("200 OK", b'{"results": [{"text": "a"}, 7]}'), ServiceAnswerError, "for each"),
        (plain("200 OK", b'{"results": [7]}'), ServiceAnswerError, "an object, found int"),
        (plain("200 OK", b'{"results": [{"troll": 7}]}'), ServiceAnswerError, "troll"),
        (plain("200 OK", b'{"results": [{"error": 7}]}'), ServiceAnswerError, "mention 0"),
        (plain("301 Moved", b"", "Location: /x"), ServiceAnswerError, "301: Moved"),
        (plain("404 Not Found", b"<html>"), RequestRejectedError, "404: Not Found"),
        (plain("500 Oh", b'{"detail": "broke"}'), ServiceAnswerError, "500: broke"),
    ]
    for content, kind, said in cases:
        with standing(Peer(None, answer=lambda _, __, c=content: c)) as peer:
            with pytest.raises(kind, match=said) as found:
                MentionClient(url_of(peer.port)).predict("a")
            assert isinstance(found.value, ServiceError)
            assert peer.requests == 1
    empty = Peer(None, answer=lambda *_: plain("200 OK", b"{}"))
    with standing(empty) as peer, pytest.raises(ServiceAnswerError, match="limits"):
        MentionClient(url_of(peer.port)).predict(["a"])


def test_keys(start, tmp_path):
    key, line = new_key("care")
    keys = tmp_path / "keys"
    keys.write_text(line)
    server = start("--keys", str(keys))
    for wrong in (None, "wrong"):
        with pytest.raises(KeyRefusedError, match=r"401.*Bearer KEY"):
            MentionClient(server.url, api_key=wrong).predict("nie")
    client = MentionClient(server.url, api_key=key)
    assert client.predict(["nie", "tak"])[1].text == "tak"
    assert key not in repr(client)
    for wrong in ("", " ", "two\r\nlines", "ключ"):
        with pytest.raises(ValueError, match="api_key") as error:
            MentionClient(server.url, api_key=wrong)
        assert "lines" not in str(error.value)


def test_below_a_path_of_a_proxy(service):
    def strip(request):
        assert b" /tools/mentions/v1/" in request
        return request.replace(b" /tools/mentions/v1/", b" /v1/", 1)

    with standing(Peer(service.port, change=strip)) as peer:
        client = MentionClient(f"{url_of(peer.port)}/tools/mentions/")
        assert client.predict(["nie"])[0].text == "nie"


def test_over_tls_with_certificates_checked(service, tmp_path):
    name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    files = ["-keyout", str(tmp_path / "key"), "-out", str(tmp_path / "certificate")]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    try:
        subprocess.run([*command, *name, *files], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("openssl, which makes the certificate, is not there")
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(tmp_path / "certificate", tmp_path / "key")
    trusting = ssl.create_default_context(cafile=str(tmp_path / "certificate"))
    with standing(Peer(service.port, tls=server_side)) as peer:
        for host in ("localhost", "127.0.0.1"):
            client = MentionClient(f"https://{host}:{peer.port}", tls=trusting)
            assert [answer.text for answer in client.predict(MENTIONS)][3] == ""
            assert client.predict("again").text == "again"
        assert peer.connections == 2
        begin = time.monotonic()
        with pytest.raises(ServiceUnreachableError, match="certificate"):
            MentionClient(f"https://localhost:{peer.port}").predict("nie")
        assert time.monotonic() - begin < 5
        with pytest.raises(ServiceUnreachableError):
            MentionClient(url_of(peer.port), retries=1).predict("nie")


def test_over_ipv6(start):
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("no IPv6 here")
    server = start("--host", "::1", ready=False)
    server.host = "::1"
    server.wait()
    client = MentionClient(f"http://[::1]:{server.port}")
    assert client.predict("nie").text == "nie"
    assert client.model()["name"] == "tiny"


@pytest.mark.parametrize(
    "wrong",
    ["", "localhost:8080", "ftp://localhost", "http://", "http://a:b@host", "http://host/?a=b"],
)
def test_an_address_that_is_none_is_refused(wrong):
    with pytest.raises(ValueError, match="url must"):
        MentionClient(wrong)


@pytest.mark.parametrize("wrong", [{"deadline": 0}, {"retries": -1}, {"batch_items": 0}])
def test_numbers_that_are_not_possible_are_refused(wrong):
    with pytest.raises(ValueError, match="deadline must be"):
        MentionClient("http://localhost", **wrong)


def test_it_needs_no_model_and_no_extra():
    code = (
        "import json, sys, mentionlens.client\n"
        "heavy = {'onnxruntime', 'tokenizers', 'fastapi', 'pydantic', 'uvicorn', 'httpx'}\n"
        "print(json.dumps(sorted(heavy & {name.split('.')[0] for name in sys.modules})))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert json.loads(done.stdout) == []
