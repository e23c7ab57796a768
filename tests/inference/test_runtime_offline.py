"""No network, ever: not while answering, scoring or verifying, and not by a native library."""

import json
import os
import platform
import signal
import subprocess
import sys
import textwrap

import pytest
from tiny_bundle import COMMITTED

# What a user does, from the first import on. A socket of any kind is refused from the start.
WORK = """
import sys
from pathlib import Path

bundle, folder = sys.argv[1], Path(sys.argv[2])

def work():
    from mentionlens import MentionClassifier, verify_bundle
    from mentionlens.cli import main
    from mentionlens_data.scoring.command import main as score

    assert MentionClassifier(bundle).predict("Paczka").text == "Paczka"
    assert len(MentionClassifier(threads=1).predict(["Paczka", "", "не"])) == 3  # the packaged one
    assert verify_bundle(bundle).passed
    assert main(["predict", "--bundle", bundle, "ab", "не"]) == 0
    assert main(["info", "--bundle", bundle]) == 0
    assert main(["verify", bundle]) == 0
    table = folder / "mentions.csv"
    table.write_text("id,text\\n1,Paczka nie\\n2,не работи\\n", encoding="utf-8")
    assert score([str(table), "-o", str(folder / "scored.csv"), "--bundle", bundle]) == 0
    assert len((folder / "scored.csv").read_text(encoding="utf-8").splitlines()) == 3
"""

AUDITED = """
def refuse(event, arguments):
    if event.startswith("socket."):
        raise PermissionError(f"{event} {arguments}")

sys.addaudithook(refuse)
work()
print("worked")
import socket
try:
    socket.socket()
except PermissionError:
    print("refused")
"""

# The kernel ends the process at socket(2), whoever calls it: a program for seccomp with five steps.
# Load the number of the call; if it is socket, kill, else allow.
FILTERED = """
import ctypes, os, signal, struct, time

LOAD, IF_EQUAL, RETURN = 0x20, 0x15, 0x06
KILL, ALLOW = 0x80000000, 0x7FFF0000
NO_NEW_PRIVILEGES, SECCOMP, FILTER = 38, 22, 2
steps = b"".join(
    struct.pack("HBBI", *step)
    for step in (
        (LOAD, 0, 0, 0),
        (IF_EQUAL, 0, 1, int(sys.argv[3])),
        (RETURN, 0, 0, KILL),
        (RETURN, 0, 0, ALLOW),
    )
)
buffer = ctypes.create_string_buffer(steps, len(steps))
program = struct.pack("HxxxxxxP", len(steps) // 8, ctypes.addressof(buffer))
prctl = ctypes.CDLL(None, use_errno=True).prctl
if prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0) or prctl(SECCOMP, FILTER, program, 0, 0):
    print("no seccomp")
    sys.exit()
work()
print("worked", flush=True)
import socket
socket.socket()
print("a socket was opened")
"""

# Numbers of socket(2).
CALLS = {"x86_64": 41, "aarch64": 198}


def run(code, *arguments):
    """Run code in a fresh process that may not be told to stay offline by its environment."""
    told = ("OFFLINE", "TELEMETRY")
    environment = {k: v for k, v in os.environ.items() if not any(word in k for word in told)}
    command = [sys.executable, "-c", textwrap.dedent(code), str(COMMITTED), *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, env=environment, timeout=300, check=False
    )


def test_no_socket_is_asked_for_by_python(tmp_path):
    done = run(WORK + AUDITED, tmp_path)
    assert done.returncode == 0, done.stderr
    # The last line shows that the hook would have caught one.
    assert done.stdout.splitlines()[-2:] == ["worked", "refused"]


@pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in CALLS, reason="seccomp is Linux's"
)
def test_no_socket_is_asked_for_by_a_native_library(tmp_path):
    done = run(WORK + FILTERED, tmp_path, CALLS[platform.machine()])
    if done.stdout == "no seccomp\n":
        pytest.skip("the kernel grants no seccomp filter here")
    assert done.stdout.splitlines()[-1:] == ["worked"], done.stderr
    # Only the socket at the end was one too many.
    assert done.returncode == -signal.SIGSYS


@pytest.mark.skipif(sys.platform != "linux", reason="threads are counted in /proc")
def test_onnxruntime_does_not_report_its_use():
    code = (
        "import os, sys\n"
        "from mentionlens import MentionClassifier\n"
        "if len(sys.argv) > 2: os.environ['ORT_DISABLE_TELEMETRY'] = sys.argv[2]\n"
        "MentionClassifier(sys.argv[1], threads=1).predict('ab')\n"
        "print(len(os.listdir('/proc/self/task')))"
    )
    quiet, told = run(code), run(code, "1")
    # Reports come from threads of their own.
    assert quiet.stdout == told.stdout != ""


def test_proxies_and_hub_settings_change_nothing(tmp_path, monkeypatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    code = (
        "import json, sys; from mentionlens import MentionClassifier\n"
        "print(json.dumps(MentionClassifier(sys.argv[1]).predict('ab').to_dict()))"
    )
    done = run(code)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["text"] == "ab"
