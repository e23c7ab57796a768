"""`POST /v1/triage`, over real HTTP."""

from __future__ import annotations

import signal
import subprocess
import sys
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from mentionlens import MentionClassifier
from mentionlens.scored_mention import Columns, from_row
from mentionlens.triage import Triage
from tiny_bundle import COMMITTED

MENTIONS = [
    {"id": "1", "text": "Nu mi-a venit coletul.", "lang": "ro", "author": "ion", "brand": "Z"},
    {"id": "2", "text": "Kiedy otwieracie?", "lang": "pl", "time": "2026-03-10T10:00:00Z"},
    {"id": "3", "text": "", "reach": 50000},
    {"id": "4", "text": "Még mindig nincs itt", "lang": "hu", "thread": 7},
    "Спасибо, всё отлично!",
]
NOW = "2026-03-10T12:00:00Z"


def ask(service: Any, mentions: object, **more: object) -> tuple[int, dict]:
    return service.post("/v1/triage", {"mentions": mentions, "now": NOW, **more})


def test_the_answers_are_those_of_predict_and_of_the_library(service):
    status, answer = ask(service, MENTIONS)
    assert status == 200
    assert answer["playbook"] == {"name": "default", "version": "1.0"}
    _, predicted = service.post("/v1/predict", {"mentions": MENTIONS})
    decided = [result.pop("triage") for result in answer["results"]]
    assert answer["results"] == predicted["results"]
    classifier = MentionClassifier(COMMITTED, threads=1)
    columns = Columns.find(["id", "text", "lang", "author", "brand", "thread", "time", "reach"])
    rows = [item if isinstance(item, dict) else {"text": item} for item in MENTIONS]
    scored = [
        from_row({**row, **found.to_dict()}, Columns(columns.names | {"flags": ("flags",)}))
        for row, found in zip(rows, classifier.predict(MENTIONS), strict=True)
    ]
    now = scored[1].time.replace(hour=12)
    assert decided == [one.to_dict() for one in Triage().decide_all(scored, now=now)]
    assert decided[2]["rule"] == "empty"
    assert decided[3]["action"] == "person"
    assert decided[1]["due_at"] is None or decided[1]["due_at"] > "2026-03-10T10"


def test_guidance_is_in_the_language_that_was_asked_for(service):
    _, answer = ask(service, [{"text": "x", "lang": "ro"}], guidance_language="bg")
    text = answer["results"][0]["triage"]["guidance_do"]
    assert any("а" <= letter <= "я" for letter in text)


def test_a_bad_mention_gets_an_error_and_the_others_their_decisions(service):
    mentions = [{"text": 5}, {"text": "nie", "author": ["a"]}, {"text": "nie", "time": "soon"}]
    status, answer = ask(service, mentions)
    assert status == 200
    first, second, third = answer["results"]
    assert "`text` must be a string" in first["error"]["detail"]
    assert (
        "mention 1: `author` must be a string or a whole number, found list"
        in (second["error"]["detail"])
    )
    assert "bad_time:time" in third["flags"]
    assert third["triage"]["due_at"] is None


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ({"mentions": [], "when": NOW}, 422, "when: unknown field; possible are mentions, now"),
        ({"mentions": [], "now": "noon"}, 422, "now: 'noon' is no time"),
        ({"mentions": [], "guidance_language": "xx"}, 422, "no guidance in 'xx'; possible are"),
        ({"mentions": [], "guidance_language": 5}, 422, "expected a string, found int"),
        ({"now": NOW}, 422, "mentions: the field is missing"),
        ({"mentions": ["a"] * 1001}, 413, "1001 in one request, at most 1000"),
    ],
)
def test_what_cannot_be_asked_is_a_problem(service, body, status, message):
    found, answer = service.post("/v1/triage", body)
    assert found == status
    assert message in answer["detail"]
    assert answer["status"] == status


def test_the_api_document_has_examples_in_five_languages_that_work(service):
    _, document = service.get("/openapi.json")
    content = document["paths"]["/v1/triage"]["post"]["requestBody"]["content"]
    examples = content["application/json"]["examples"]
    assert {"pl", "ro", "ru", "es", "bg"} <= set(examples)
    for example in examples.values():
        status, answer = service.post("/v1/triage", example["value"])
        assert status == 200
        assert answer["results"][0]["triage"]["reasons"]


def test_an_own_playbook_decides_and_is_read_again_on_sighup(start, tmp_path: Path):
    text = resources.files("mentionlens.triage").joinpath("playbook.toml").read_text("utf-8")
    playbook = tmp_path / "own.toml"
    playbook.write_text(text.replace('name = "default"', 'name = "own"'), encoding="utf-8")
    server = start("--drain", "0", "--playbook", str(playbook))
    assert ask(server, ["a"])[1]["playbook"]["name"] == "own"
    playbook.write_text(text.replace('name = "default"', 'name = "newer"'), encoding="utf-8")
    server.process.send_signal(signal.SIGHUP)
    server.until(lambda: ask(server, ["a"])[1]["playbook"]["name"] == "newer")
    playbook.write_text("rules = 5", encoding="utf-8")
    server.process.send_signal(signal.SIGHUP)
    server.until(lambda: "the former playbook goes on" in server.log)
    assert ask(server, ["a"])[1]["playbook"]["name"] == "newer"


def test_a_service_does_not_start_with_a_playbook_that_is_none(tmp_path: Path):
    playbook = tmp_path / "bad.toml"
    playbook.write_text("schema_version = 1", encoding="utf-8")
    command = [sys.executable, "-m", "mentionlens", "serve", "--port", "0"]
    command += ["--playbook", str(playbook)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 1
    assert ended.stderr.splitlines() == [f"mentionlens: {playbook}: tasks: the field is missing"]
