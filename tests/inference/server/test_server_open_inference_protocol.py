"""The Open Inference Protocol v2, against the shapes that its specification gives.

https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md
"""

from __future__ import annotations

import math
from typing import Literal

import pytest
from mentionlens import MentionClassifier
from pydantic import BaseModel, ConfigDict
from tiny_bundle import COMMITTED, GOLDEN, TASKS

TEXTS = [text for _, text in GOLDEN.values()]
INFER = "/v2/models/tiny/infer"


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class TensorMetadata(Strict):
    name: str
    datatype: Literal["BYTES", "FP32"]
    shape: list[int]
    parameters: dict[str, str | int | bool] = {}


class ModelMetadata(Strict):
    name: str
    versions: list[str]
    platform: str
    inputs: list[TensorMetadata]
    outputs: list[TensorMetadata]


class ServerMetadata(Strict):
    name: str
    version: str
    extensions: list[str]


class Tensor(TensorMetadata):
    data: list[str | float]


class InferenceResponse(Strict):
    model_name: str
    model_version: str
    id: str | None = None
    outputs: list[Tensor]


class InferenceError(Strict):
    error: str


def tensor(name: str, values: list[object]) -> dict[str, object]:
    return {"name": name, "shape": [len(values)], "datatype": "BYTES", "data": values}


def test_the_server_and_the_model_say_what_they_are(service):
    ServerMetadata(**service.get("/v2")[1])
    for path in ("/v2/models/tiny", "/v2/models/tiny/versions/1"):
        metadata = ModelMetadata(**service.get(path)[1])
        assert metadata.name == "tiny"
        shapes = {output.name: output.shape for output in metadata.outputs}
        assert shapes["complaint_probabilities"] == [-1, len(TASKS["complaint"])]


@pytest.mark.parametrize("path", ["/v2/health/live", "/v2/health/ready", "/v2/models/tiny/ready"])
def test_health(service, path):
    assert service.get(path)[0] == 200


def test_answers_are_those_of_python(service):
    request = {"id": "42", "inputs": [tensor("text", TEXTS), tensor("lang", ["hu"] * len(TEXTS))]}
    status, answer = service.post(INFER, request)
    assert status == 200
    response = InferenceResponse(**answer)
    assert (response.id, response.model_name, response.model_version) == ("42", "tiny", "1")
    outputs = {output.name: output for output in response.outputs}
    metadata = ModelMetadata(**service.get("/v2/models/tiny")[1])
    assert list(outputs) == [output.name for output in metadata.outputs]
    for output in outputs.values():
        assert math.prod(output.shape) == len(output.data)
    expected = MentionClassifier(COMMITTED).predict([{"text": t, "lang": "hu"} for t in TEXTS])
    assert outputs["sentiment"].data == [item.sentiment.label for item in expected]
    assert outputs["troll_score"].data == pytest.approx([i.troll.score for i in expected], abs=1e-6)
    assert outputs["complaint_probabilities"].data == pytest.approx(
        [value for item in expected for value in item.complaint.probabilities.values()], abs=1e-6
    )
    assert all("unsupported_language:hu" in flags for flags in outputs["flags"].data)


def test_only_the_outputs_that_are_asked_for_come_back(service):
    request = {"inputs": [tensor("text", ["nie"])], "outputs": [{"name": "troll"}]}
    response = InferenceResponse(**service.post(INFER, request)[1])
    assert [output.name for output in response.outputs] == ["troll"]


@pytest.mark.parametrize(
    ("path", "request_", "status", "detail"),
    [
        ("/v2/models/other/infer", {"inputs": [tensor("text", ["a"])]}, 404, "other"),
        ("/v2/models/tiny/versions/9/infer", {"inputs": [tensor("text", ["a"])]}, 404, "9"),
        (INFER, {}, 400, "inputs"),
        (INFER, {"inputs": [tensor("words", ["a"])]}, 400, "text"),
        (INFER, {"inputs": [tensor("text", [1])]}, 400, "must be a string"),
        (INFER, {"inputs": [tensor("text", ["a"]), tensor("lang", [])]}, 400, "0 languages"),
        (INFER, {"inputs": [{**tensor("text", ["a"]), "datatype": "FP32"}]}, 400, "BYTES"),
        (INFER, {"inputs": [{**tensor("text", ["a"]), "shape": [2]}]}, 400, "shape"),
        (INFER, {"inputs": [tensor("text", ["a"])], "outputs": [{"name": "x"}]}, 400, "'x'"),
    ],
)
def test_errors_have_the_protocols_shape(service, path, request_, status, detail):
    found, answer = service.post(path, request_)
    assert found == status
    assert detail in InferenceError(**answer).error


def test_a_body_that_is_no_json_has_the_protocols_error(service):
    headers = {"Content-Type": "application/json"}
    status, _, body = service.request("POST", INFER, b"{", headers)
    assert status == 400
    InferenceError.model_validate_json(body)
