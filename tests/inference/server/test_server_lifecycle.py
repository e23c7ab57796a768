"""A new model without downtime, and an end that loses nothing."""

from __future__ import annotations

import contextlib
import http.client
import json
import shutil
import signal
import threading
import time

import pytest
from tiny_bundle import copy_tiny_bundle, edit_manifest

HEADERS = {"Content-Type": "application/json"}
BODY = json.dumps({"mentions": [{"id": "1", "text": "nie"}]}).encode()


class Load:
    """Clients that ask again and again, each over connections that it keeps."""

    def __init__(self, server, clients=8):
        self.answers: list[str] = []
        self.lost: list[str] = []
        self._server = server
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._ask) for _ in range(clients)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _ask(self):
        connection = None
        fresh = True
        while not self._stop.is_set():
            try:
                if connection is None:
                    connection = http.client.HTTPConnection(
                        self._server.host, self._server.port, timeout=60
                    )
                    connection.connect()
                    fresh = True
            except OSError:
                return  # nobody listens any more: nothing was accepted
            try:
                connection.request("POST", "/v1/predict", BODY, HEADERS)
                response = connection.getresponse()
                answer = json.loads(response.read())
                assert response.status == 200, answer
                self.answers.append(answer["model"]["version"])
                fresh = False
                if response.getheader("Connection") == "close":
                    connection.close()
                    connection = None
            except (ConnectionError, http.client.HTTPException) as error:
                # A connection that still stood in the kernel's queue when the port was closed was
                # never accepted; the next one is refused, or answered.
                if not fresh:
                    self.lost.append(repr(error))
                    return
                connection = None
            except Exception as error:
                self.lost.append(repr(error))
                return
        if connection is not None:
            connection.close()


def rename_version(folder, version):
    return edit_manifest(folder, lambda manifest: manifest.update(version=version))


def replace_folder(new, folder):
    """Put another bundle in the place of a folder, as deployments do."""
    old = folder.with_name("old")
    shutil.rmtree(old, ignore_errors=True)
    folder.rename(old)
    new.rename(folder)


def test_a_new_bundle_is_taken_up_under_load_and_nothing_is_lost(start, tmp_path):
    folder = copy_tiny_bundle(tmp_path / "live")
    server = start("--watch", "0.2", bundle=folder)
    with Load(server) as load:
        time.sleep(0.5)
        for version in ("2", "3"):
            new = rename_version(copy_tiny_bundle(tmp_path / f"new-{version}"), version)
            replace_folder(new, folder)
            server.until(lambda v=version: server.get("/v1/model")[1]["version"] == v)
        time.sleep(0.3)
    assert load.lost == []
    assert [version for version in dict.fromkeys(load.answers)] == ["1", "2", "3"]
    assert server.metric('mentionlens_reloads_total{outcome="loaded"}') == 3


def test_a_bad_bundle_is_refused_and_the_old_one_goes_on(start, tmp_path):
    folder = copy_tiny_bundle(tmp_path / "live")
    server = start("--watch", "0", bundle=folder)
    golden = folder / "golden.jsonl"
    lines = golden.read_text(encoding="utf-8").splitlines()
    first = json.loads(lines[0])
    first["expected"]["troll"] = {"no": 0.0, "yes": 1.0}
    golden.write_text("\n".join([json.dumps(first), *lines[1:]]), encoding="utf-8")
    rename_version(folder, "2")
    server.process.send_signal(signal.SIGHUP)
    server.until(lambda: "refused" in server.log)
    assert "tiny 1 goes on" in server.log
    assert server.post("/v1/predict", {"mentions": ["nie"]})[1]["model"]["version"] == "1"
    assert server.metric('mentionlens_reloads_total{outcome="refused"}') == 1
    golden.write_text("\n".join(lines), encoding="utf-8")
    server.process.send_signal(signal.SIGHUP)
    server.until(lambda: server.get("/v1/model")[1]["version"] == "2")
    # Half a folder, as one that is being copied.
    (folder / "model.onnx").write_bytes(b"")
    rename_version(folder, "3")
    server.process.send_signal(signal.SIGHUP)
    server.until(lambda: server.metric('mentionlens_reloads_total{outcome="refused"}') == 2)
    assert server.post("/v1/predict", {"mentions": ["nie"]})[1]["model"]["version"] == "2"


def test_a_service_without_a_model_lives_and_becomes_ready_with_one(start, tmp_path):
    folder = copy_tiny_bundle(tmp_path / "live")
    good = (folder / "model.onnx").read_bytes()
    (folder / "model.onnx").write_bytes(b"")
    server = start("--watch", "0", bundle=folder, ready=False)
    server.until(lambda: "no model answers yet" in server.log)
    assert server.get("/health/live")[0] == 200
    assert server.get("/health/ready")[0] == 503
    assert server.get("/v2/health/ready")[0] == 503
    status, answer = server.post("/v1/predict", {"mentions": ["nie"]})
    assert (status, answer["status"]) == (503, 503)
    (folder / "model.onnx").write_bytes(good)
    server.process.send_signal(signal.SIGHUP)
    server.wait()
    assert server.post("/v1/predict", {"mentions": ["nie"]})[0] == 200


@pytest.mark.parametrize("drain", ["0.5", "1"])
def test_a_stop_in_the_middle_of_load_loses_no_request(start, drain):
    server = start("--drain", drain)
    with Load(server, clients=16) as load:
        server.until(lambda: len(load.answers) > 50)
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(60)
        answered = len(load.answers)
    assert load.lost == []
    assert answered > 50
    assert server.process.returncode == 0
    assert "Traceback" not in server.log


def test_while_it_drains_it_is_not_ready_and_sends_clients_away(start):
    server = start("--drain", "2")
    server.process.send_signal(signal.SIGTERM)
    server.until(lambda: server.get("/health/ready")[0] == 503)
    status, headers, _ = server.request("POST", "/v1/predict", BODY, HEADERS)
    assert (status, headers["connection"]) == (200, "close")
    assert server.process.wait(60) == 0


def test_a_long_request_is_answered_before_the_end(start):
    server = start("--drain", "0", "--threads", "1", "--deadline", "60")
    found = []
    mentions = [f"{n} " + "nie paczka " * 100 for n in range(1000)]

    def ask():
        found.append(server.post("/v1/predict", {"mentions": mentions}))

    thread = threading.Thread(target=ask)
    thread.start()
    server.until(lambda: server.metric("mentionlens_mentions_waiting") > 0)
    server.process.send_signal(signal.SIGTERM)
    thread.join()
    ((status, answer),) = found
    assert (status, len(answer["results"])) == (200, 1000)
    assert server.process.wait(60) == 0


def test_ctrl_c_ends_it_at_once(start):
    server = start("--drain", "30")
    server.process.send_signal(signal.SIGINT)
    assert server.process.wait(30) == 0
    with contextlib.suppress(OSError):
        assert "Traceback" not in server.log
