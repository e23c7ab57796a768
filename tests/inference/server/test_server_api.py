"""The service's own API, over real HTTP."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys

import pytest
from mentionlens import MentionClassifier
from tiny_bundle import COMMITTED, GOLDEN, TASKS

TEXTS = [text for _, text in GOLDEN.values()]
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def classifier():
    return MentionClassifier(COMMITTED, threads=1)


def test_answers_are_those_of_python_and_of_the_command_line(service, classifier):
    mentions = [{"id": str(n), "text": text} for n, text in enumerate(TEXTS)]
    status, answer = service.post("/v1/predict", {"mentions": mentions})
    assert status == 200
    assert answer["model"] == {"name": "tiny", "version": "1"}
    assert answer["results"] == [item.to_dict() for item in classifier.predict(mentions)]
    command = [sys.executable, "-m", "mentionlens", "predict", "--format", "jsonl"]
    lines = subprocess.run(
        [*command, "--bundle", str(COMMITTED), *TEXTS], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    without_id = [{k: v for k, v in item.items() if k != "id"} for item in answer["results"]]
    assert [json.loads(line) for line in lines] == without_id


def test_the_answer_has_the_shape_that_is_promised(service):
    _, answer = service.post("/v1/predict", {"mentions": [{"id": "7", "text": TEXTS[0]}]})
    (result,) = answer["results"]
    assert list(result) == ["id", "text", *TASKS, "flags"]
    for task, labels in TASKS.items():
        assert list(result[task]) == ["label", "score", "probabilities"]
        assert list(result[task]["probabilities"]) == labels
        assert result[task]["score"] == max(result[task]["probabilities"].values())


def test_a_bad_mention_gets_an_error_and_the_others_their_answers(service):
    long = "a" * 100_001
    bad = [{"id": 3}, 5, None, {"text": 1, "id": "x"}, {"text": long, "id": "l"}]
    mentions = [{"id": "first", "text": "nie"}, *bad, "a bare text", {"text": ""}]
    status, answer = service.post("/v1/predict", {"mentions": mentions})
    assert status == 200
    results = answer["results"]
    assert len(results) == len(mentions)
    assert results[0]["id"] == "first"
    assert [result.get("id") for result in results[1:6]] == ["3", None, None, "x", "l"]
    for place, result in enumerate(results[1:6], start=1):
        assert f"mention {place}" in result["error"]["detail"]
        assert long not in json.dumps(result)
    assert results[6]["text"] == "a bare text"
    assert results[7]["flags"][0] == "empty"


def test_no_mention_gives_no_result(service):
    assert service.post("/v1/predict", {"mentions": []})[1]["results"] == []


def test_a_language_is_flagged(service):
    mention = {"text": "Ez nem jó", "lang": "hu"}
    _, answer = service.post("/v1/predict", {"mentions": [mention]})
    assert "unsupported_language:hu" in answer["results"][0]["flags"]


def test_half_a_surrogate_pair_comes_back_as_a_character(service):
    body = b'{"mentions": [{"id": "\\ud83d", "text": "nie \\ud83d"}]}'
    status, _, answer = service.request("POST", "/v1/predict", body, JSON)
    assert status == 200
    assert json.loads(answer)["results"][0]["text"] == "nie �"


@pytest.mark.parametrize(
    ("body", "status", "detail"),
    [
        (b"", 400, "not JSON"),
        (b"{", 400, "line 1"),
        (b'{"mentions": ["\xff"]}', 400, "not UTF-8: byte 15"),
        (b"[" * 100_000, 400, "nested too deeply"),
        (b"9" * 5000, 400, "too long"),
        (b"[]", 422, "expected a JSON object"),
        (b"{}", 422, "mentions: the field is missing"),
        (b'{"mentions": "a"}', 422, "expected a list"),
        (b'{"mentions": [], "text": "a"}', 422, "text: unknown field"),
        (json.dumps({"mentions": ["a"] * 1001}).encode(), 413, "at most 1000"),
    ],
)
def test_what_cannot_be_read_is_a_problem(service, body, status, detail):
    found, headers, answer = service.request("POST", "/v1/predict", body, JSON)
    problem = json.loads(answer)
    assert (found, problem["status"]) == (status, status)
    assert headers["content-type"] == "application/problem+json"
    assert set(problem) == {"type", "title", "status", "detail"}
    assert detail in problem["detail"]


def test_other_media_types_are_refused(service):
    headers = {"Content-Type": "text/plain"}
    status, _, body = service.request("POST", "/v1/predict", b'{"mentions": []}', headers)
    assert status == 415
    assert "text/plain" in json.loads(body)["detail"]


def test_what_does_not_exist_is_a_problem(service):
    assert service.get("/nothing")[0] == 404
    assert service.get("/v1/predict")[0] == 405
    assert service.get("/page/../command.py")[0] == 404
    assert service.get("/page/%2e%2e%2fcommand.py")[0] == 404


def test_a_stream_is_answered_line_by_line(service, classifier):
    lines = [json.dumps({"id": str(n), "text": text}) for n, text in enumerate(TEXTS * 40)]
    lines[7:7] = ["", "no JSON", '{"id": "x"}', "   "]
    body = "\r\n".join(lines).encode()
    status, headers, answer = service.request("POST", "/v1/score", body)
    assert status == 200
    assert headers["content-type"] == "application/x-ndjson"
    results = [json.loads(line) for line in answer.decode().split("\n")[:-1]]
    assert len(results) == len(TEXTS) * 40 + 2
    assert "mention 7: not JSON" in results[7]["error"]["detail"]
    assert results[8]["id"] == "x"
    for n, (result, text) in enumerate(zip(results[:7] + results[9:], TEXTS * 40, strict=True)):
        expected = classifier.predict(text)
        assert (result["id"], result["text"]) == (str(n), text)
        assert result["flags"] == list(expected.flags)
        assert result["complaint"]["label"] == expected.complaint.label
        # Its company in a batch moves an answer of the tiny graph in the sixth place.
        probabilities = pytest.approx(expected.complaint.probabilities, abs=1e-5)
        assert result["complaint"]["probabilities"] == probabilities


def test_a_stream_is_answered_while_it_is_still_being_sent(service):
    connection = http.client.HTTPConnection(service.host, service.port, timeout=30)
    connection.putrequest("POST", "/v1/score")
    connection.putheader("Transfer-Encoding", "chunked")
    connection.endheaders()
    line = b'{"id": "1", "text": "nie"}\n'
    connection.send(b"%x\r\n%s\r\n" % (len(line), line))
    response = connection.getresponse()
    assert json.loads(response.readline())["id"] == "1"
    line = b'{"id": "2", "text": "tak"}'
    connection.send(b"%x\r\n%s\r\n0\r\n\r\n" % (len(line), line))
    assert json.loads(response.readline())["id"] == "2"
    assert response.read() == b""
    connection.close()


def test_a_line_without_end_is_bounded(service):
    body = b'{"text": "a"}\n' + b"a" * (5 << 20)
    status, _, answer = service.request("POST", "/v1/score", body)
    first, last = answer.decode().splitlines()
    assert status == 200
    assert json.loads(first)["text"] == "a"
    assert json.loads(last)["error"]["status"] == 413


def test_the_model_says_what_it_is(service):
    status, model = service.get("/v1/model")
    assert status == 200
    assert (model["name"], model["version"]) == ("tiny", "1")
    assert {task["name"]: task["labels"] for task in model["tasks"]} == TASKS
    assert model["languages"] == ["pl", "ro", "ru", "bg", "es"]
    assert model["limits"]["items"] == 1000
    assert model["figures"] == []


def test_the_packaged_bundle_has_figures(start):
    from mentionlens import packaged_bundle_path

    server = start(bundle=packaged_bundle_path())
    figures = server.get("/v1/model")[1]["figures"]
    assert {"pl", "ro", "ru", "es", "bg"} <= {figure["lang"] for figure in figures}
    assert all(0 < figure["macro_f1"] <= 1 and figure["rows"] >= 50 for figure in figures)


def test_words_are_left_out_one_by_one(service, classifier):
    text = "Paczka 😡 nie livrarea"
    status, answer = service.post("/v1/explain", {"text": text, "lang": "pl"})
    assert status == 200
    whole = classifier.predict({"text": text, "lang": "pl"})
    assert answer["answer"]["sentiment"]["label"] == whole.sentiment.label
    assert answer["answer"]["text"] == text
    assert [word["word"] for word in answer["words"]] == text.split()
    for word in answer["words"]:
        start, end = word["start"], word["end"]
        assert text[start:end] == word["word"]
        without = classifier.predict(text[:start] + text[end:])
        label = whole.sentiment.label
        lost = whole.sentiment.score - without.sentiment.probabilities[label]
        assert word["effects"]["sentiment"] == pytest.approx(lost, abs=1e-5)
    assert not answer["truncated"]


def test_a_text_of_many_words_is_explained_in_part(service):
    _, answer = service.post("/v1/explain", {"text": "nie " * 200})
    assert len(answer["words"]) == 128
    assert answer["truncated"]


def test_what_cannot_be_explained_is_a_problem(service):
    assert service.post("/v1/explain", {"text": 5})[0] == 422
    assert service.post("/v1/explain", {"txt": "a"})[0] == 422


def test_the_openapi_document_names_every_route_with_examples(service):
    _, document = service.get("/openapi.json")
    paths = document["paths"]
    wanted = {"/v1/predict", "/v1/score", "/v1/explain", "/v1/model", "/health/live", "/metrics"}
    assert wanted <= set(paths)
    content = paths["/v1/predict"]["post"]["requestBody"]["content"]["application/json"]
    assert {"pl", "ro", "ru", "es", "bg"} <= set(content["examples"])
    for example in content["examples"].values():
        status, answer = service.post("/v1/predict", example["value"])
        assert status == 200
        assert all("sentiment" in result for result in answer["results"])
    text = json.dumps(document)
    for name in document["components"]["schemas"]:
        assert text.count(f'"#/components/schemas/{name}"') >= 1, name


def test_health_and_metrics(service):
    assert service.get("/health/live") == (200, {"status": "live"})
    assert service.get("/health/ready")[1]["model"]["name"] == "tiny"
    secret = "Sekretna wzmianka o wielorybie"
    before = service.metric('mentionlens_mentions_total{outcome="answered"}')
    service.post("/v1/predict", {"mentions": [secret]})
    assert service.metric('mentionlens_mentions_total{outcome="answered"}') == before + 1
    _, headers, metrics = service.request("GET", "/metrics")
    assert headers["content-type"].startswith("text/plain")
    assert b"wielorybie" not in metrics
    assert "wielorybie" not in service.log


def test_every_answer_has_the_headers_of_safety(service):
    for path in ("/", "/v1/model", "/nothing"):
        _, headers, _ = service.request("GET", path)
        assert headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "server" not in headers
