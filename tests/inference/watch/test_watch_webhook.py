"""Alerts over real HTTP: in order, again after failures, never in the way."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from mentionlens.watch import WatchError
from mentionlens.watch.webhook import Webhook


class Receiver:
    """A receiver that answers as it is told; 0 lets the connection drop without an answer."""

    def __init__(self) -> None:
        self.answers: list[int] = []
        self.got: list[tuple[str, dict]] = []
        self.paths: list[str] = []
        self.slow = 0.0
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                receiver.paths.append(self.path)
                receiver.got.append((self.headers["Idempotency-Key"], body))
                time.sleep(receiver.slow)
                status = receiver.answers.pop(0) if receiver.answers else 200
                if status == 0:
                    self.close_connection = True
                    return
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *arguments: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?team=care"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    yield found
    found.server.shutdown()
    found.server.server_close()


def message(number: int) -> dict:
    return {"key": f"id.{number}", "summary": f"skarga {number} \ud83d"}


def test_messages_arrive_in_order_with_their_keys(receiver: Receiver) -> None:
    hook = Webhook(receiver.url)
    for number in range(5):
        hook.send(message(number))
    assert hook.close(20) == []
    assert [key for key, _ in receiver.got] == [f"id.{number}" for number in range(5)]
    assert receiver.got[3][1]["summary"].startswith("skarga 3")
    assert set(receiver.paths) == {"/hook?team=care"}


@pytest.mark.parametrize("failure", [500, 503, 429, 0])
def test_a_message_that_failed_is_sent_again_before_the_next(
    receiver: Receiver, failure: int
) -> None:
    receiver.answers = [200, failure]
    hook = Webhook(receiver.url)
    for number in range(3):
        hook.send(message(number))
    assert hook.close(20) == []
    assert [key for key, _ in receiver.got] == ["id.0", "id.1", "id.1", "id.2"]


def test_a_refused_message_is_reported_and_does_not_stop_the_others(receiver: Receiver) -> None:
    receiver.answers = [400]
    hook = Webhook(receiver.url)
    hook.send(message(0))
    hook.send(message(1))
    assert hook.close(20) == []
    assert hook.refused == {"id.0": "HTTP 400 Bad Request"}
    assert [key for key, _ in receiver.got] == ["id.0", "id.1"]


def test_sending_never_waits_for_the_receiver(receiver: Receiver) -> None:
    receiver.slow = 2.0
    hook = Webhook(receiver.url)
    begin = time.monotonic()
    for number in range(50):
        hook.send(message(number))
    assert time.monotonic() - begin < 1.0
    left = hook.close(0.1)
    assert [one["key"] for one in left][-1] == "id.49"


def test_what_was_not_sent_is_given_back_and_sent_by_the_next(receiver: Receiver) -> None:
    port = receiver.server.server_port
    receiver.server.shutdown()
    receiver.server.server_close()
    hook = Webhook(f"http://127.0.0.1:{port}/", timeout=0.5)
    hook.send(message(0))
    hook.send(message(1))
    left = hook.close(0.3)
    assert [one["key"] for one in left] == ["id.0", "id.1"]
    assert hook.problem
    working = Receiver()
    again = Webhook(working.url, waiting=left)
    assert again.close(20) == []
    assert [key for key, _ in working.got] == ["id.0", "id.1"]
    working.server.shutdown()
    working.server.server_close()


@pytest.mark.parametrize("url", ["ftp://example.org/", "example.org", "http://", "http://a:b@c/"])
def test_what_is_no_address_is_refused_at_once(url: str) -> None:
    with pytest.raises(WatchError, match="no address for a webhook"):
        Webhook(url)
