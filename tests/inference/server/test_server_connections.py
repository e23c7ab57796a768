"""Connections that are held, cut off or filled, and requests larger than the room for them."""

from __future__ import annotations

import json
import socket
import time

HEAD = b"POST /v1/predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


def connect(server):
    return socket.create_connection((server.host, server.port), timeout=30)


def seconds_until_closed(connection, send=b""):
    """Send a byte now and then until the other side closes."""
    begin = time.monotonic()
    connection.settimeout(0.1)
    for place in range(200):
        try:
            connection.sendall(send[place : place + 1])
            if connection.recv(100) == b"":
                break
        except TimeoutError:
            continue
        except ConnectionError:
            break
    return time.monotonic() - begin


def test_a_connection_without_a_request_is_closed(start):
    server = start("--deadline", "1")
    with connect(server) as silent:
        assert 0.8 < seconds_until_closed(silent) < 3
    with connect(server) as slow:
        assert 0.8 < seconds_until_closed(slow, HEAD) < 3
    # The second request of a connection has no more time than the first.
    with connect(server) as second:
        second.sendall(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert second.recv(4096).startswith(b"HTTP/1.1 200")
        assert 0.8 < seconds_until_closed(second, HEAD) < 3


def test_a_request_that_takes_longer_than_its_head_may_is_answered(start):
    server = start("--deadline", "1")
    body = b'{"mentions": ["nie"]}'
    with connect(server) as connection:
        connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(body))
        for place in range(0, len(body), 4):
            time.sleep(0.4)
            connection.sendall(body[place : place + 4])
        assert connection.recv(4096).startswith(b"HTTP/1.1 200")


def test_a_client_that_leaves_in_the_middle_is_no_failure_of_the_service(start):
    server = start()
    for part in (b"", b'{"mentions": ["ni'):
        with connect(server) as connection:
            connection.sendall(HEAD + b"Content-Length: 100\r\n\r\n" + part)
            time.sleep(0.1)
    left = 'mentionlens_requests_total{route="/v1/predict",status="499"}'
    server.until(lambda: server.metric(left) == 2)
    assert server.metric("mentionlens_requests_in_flight") == 1  # the one that asks
    assert "Traceback" not in server.log


def test_a_head_is_bounded(service):
    for filling in (b"X: y\r\n" * 50_000, b"X: " + b"y" * 300_000 + b"\r\n"):
        with connect(service) as connection:
            try:
                connection.sendall(HEAD + filling + b"\r\n")
                answer = connection.recv(4096)
            except ConnectionError:
                continue  # closed before it had read all of it
            assert answer.startswith(b"HTTP/1.1 400") or answer == b""
    assert service.get("/health/live")[0] == 200


def test_what_is_larger_than_the_room_for_it_has_its_turn(start):
    server = start("--most-items", "5", "--most-waiting", "5", "--threads", "1")
    lines = b"".join(json.dumps({"text": f"nie {n}"}).encode() + b"\n" for n in range(150))
    status, _, answer = server.request("POST", "/v1/score", lines)
    assert status == 200
    assert [json.loads(line)["text"] for line in answer.splitlines()] == [
        f"nie {n}" for n in range(150)
    ]
    status, answer = server.post("/v1/explain", {"text": "jeden dwa trzy cztery pięć sześć siedem"})
    assert (status, len(answer["words"])) == (200, 7)


def test_the_description_names_the_errors_of_the_open_inference_protocol(service):
    paths = service.get("/openapi.json")[1]["paths"]
    routes = [path for path in paths if path.startswith("/v2/models/")]
    assert len(routes) == 6
    for path in routes:
        (operation,) = paths[path].values()
        assert operation["responses"]["404"]["content"]["application/json"]["schema"]
    for path in ("/v2/models/{name}/infer", "/v2/models/{name}/versions/{model_version}/infer"):
        assert "400" in paths[path]["post"]["responses"]
