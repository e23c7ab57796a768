"""The Open Inference Protocol, version 2 over REST, for tools that speak it.

https://github.com/kserve/open-inference-protocol. The tensor `text` (BYTES, one dimension) holds
the mentions, `lang` (BYTES, the same length, may be absent) their languages. For each task there
are `<task>` (BYTES: the answered labels), `<task>_score` (FP32) and `<task>_probabilities`
(FP32, mentions x labels); `flags` (BYTES) holds the flags of a mention, parted by spaces.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from mentionlens.inputs import Item
from mentionlens.manifest import Manifest
from mentionlens.server.answering import answer_mentions
from mentionlens.server.live_model import LiveModel
from mentionlens.server.problems import ProblemError
from mentionlens.server.reading import BadMention, json_bytes, read_json, read_mention
from mentionlens.server.schemas import INFERENCE_ERRORS
from mentionlens.server.service import Service

__all__ = ["routes"]

_PLATFORM = "onnxruntime_onnx"
_MODEL = INFERENCE_ERRORS(404)
_INFER = INFERENCE_ERRORS(400, 404, 408)


def routes(service: Service) -> APIRouter:
    """Return the routes of one service."""
    router = APIRouter(prefix="/v2", tags=["Open Inference Protocol"])

    @router.get("/health/live")
    async def live() -> Response:
        """Say that the process answers."""
        return _json({"live": True})

    @router.get("/health/ready")
    async def ready() -> Response:
        """Say whether the model answers."""
        return _json({"ready": service.ready}, 200 if service.ready else 503)

    @router.get("")
    @router.get("/", include_in_schema=False)
    async def server() -> Response:
        """Tell which server this is."""
        return _json({"name": "mentionlens", "version": version("mentionlens"), "extensions": []})

    @router.get("/models/{name}", responses=_MODEL)
    @router.get("/models/{name}/versions/{model_version}", responses=_MODEL)
    async def model(name: str, model_version: str | None = None) -> Response:
        """Tell the tensors of the model."""
        return _json(_metadata(_model(service, name, model_version).manifest))

    @router.get("/models/{name}/ready", responses=_MODEL)
    @router.get("/models/{name}/versions/{model_version}/ready", responses=_MODEL)
    async def model_ready(name: str, model_version: str | None = None) -> Response:
        """Say whether this model answers."""
        found = _model(service, name, model_version)
        return _json({"name": found.manifest.name, "ready": True})

    @router.post("/models/{name}/infer", responses=_INFER)
    @router.post("/models/{name}/versions/{model_version}/infer", responses=_INFER)
    async def infer(request: Request, name: str, model_version: str | None = None) -> Response:
        """Answer the mentions of the tensor `text`."""
        model = _model(service, name, model_version)
        data = await read_json(request)
        mentions = _mentions(data, service)
        wanted = _wanted(data, model.manifest)
        results = await answer_mentions(service, model, mentions)
        answer: dict[str, Any] = {
            "model_name": model.manifest.name,
            "model_version": model.manifest.version,
        }
        if isinstance(data.get("id"), str):
            answer["id"] = data["id"]
        tensors = {tensor["name"]: tensor for tensor in _outputs(model.manifest, results)}
        answer["outputs"] = [tensors[name] for name in (wanted or tensors)]
        return _json(answer)

    return router


def _model(service: Service, name: str, model_version: str | None) -> LiveModel:
    model = service.model
    if name != model.manifest.name:
        raise ProblemError(
            404, f"there is no model {name!r}; this service has {model.manifest.name!r}"
        )
    if model_version not in (None, model.manifest.version):
        raise ProblemError(
            404, f"there is no version {model_version!r}, but {model.manifest.version!r}"
        )
    return model


def _metadata(manifest: Manifest) -> dict[str, Any]:
    outputs: list[dict[str, Any]] = []
    for task in manifest.tasks:
        outputs += [
            {"name": task.name, "datatype": "BYTES", "shape": [-1]},
            {"name": f"{task.name}_score", "datatype": "FP32", "shape": [-1]},
            {
                "name": f"{task.name}_probabilities",
                "datatype": "FP32",
                "shape": [-1, len(task.labels)],
                "parameters": {"labels": ",".join(task.labels)},
            },
        ]
    return {
        "name": manifest.name,
        "versions": [manifest.version],
        "platform": _PLATFORM,
        "inputs": [{"name": name, "datatype": "BYTES", "shape": [-1]} for name in ("text", "lang")],
        "outputs": [*outputs, {"name": "flags", "datatype": "BYTES", "shape": [-1]}],
    }


def _mentions(data: Mapping[str, Any], service: Service) -> list[Item]:
    inputs = data.get("inputs")
    if not isinstance(inputs, list) or not all(isinstance(tensor, Mapping) for tensor in inputs):
        raise ProblemError(400, "inputs: expected a list of tensors")
    tensors = {str(tensor.get("name")): _values(tensor) for tensor in inputs}
    texts = tensors.pop("text", None)
    languages = tensors.pop("lang", None)
    if texts is None or tensors:
        raise ProblemError(400, "inputs: expected the tensor `text`, and perhaps `lang`")
    if languages is not None and len(languages) != len(texts):
        raise ProblemError(400, f"inputs: {len(texts)} texts and {len(languages)} languages")
    if len(texts) > service.settings.most_items:
        raise ProblemError(
            400, f"inputs: at most {service.settings.most_items} mentions are possible"
        )
    mentions = []
    for index, text in enumerate(texts):
        value = {"text": text, "lang": None if languages is None else languages[index]}
        mention = read_mention(value, index, service.settings.most_characters)
        if isinstance(mention, BadMention):
            raise ProblemError(400, mention.detail)
        mentions.append(mention)
    return mentions


def _values(tensor: Mapping[str, Any]) -> Sequence[Any]:
    name = tensor.get("name")
    if tensor.get("datatype") != "BYTES":
        raise ProblemError(400, f"inputs: {name!r} must have the datatype BYTES")
    shape, values = tensor.get("shape"), tensor.get("data")
    if not isinstance(values, list):
        raise ProblemError(400, f"inputs: {name!r} must have `data`, a list of strings")
    if (
        not isinstance(shape, list)
        or not all(isinstance(n, int) and n >= 0 for n in shape)
        or math.prod(shape) != len(values)
        or max(shape, default=0) != len(values)
    ):
        raise ProblemError(400, f"inputs: the shape of {name!r} must be [{len(values)}]")
    return values


def _wanted(data: Mapping[str, Any], manifest: Manifest) -> list[str]:
    outputs = data.get("outputs") or []
    possible = [tensor["name"] for tensor in _metadata(manifest)["outputs"]]
    if not isinstance(outputs, list) or not all(isinstance(item, Mapping) for item in outputs):
        raise ProblemError(400, "outputs: expected a list of objects with `name`")
    names = [str(item.get("name")) for item in outputs]
    for name in names:
        if name not in possible:
            raise ProblemError(400, f"outputs: no {name!r}; possible are {', '.join(possible)}")
    return names


def _outputs(manifest: Manifest, results: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    count = len(results)
    tensors: list[dict[str, Any]] = []
    for task in manifest.tasks:
        answers = [result[task.name] for result in results]
        tensors += [
            _tensor(task.name, "BYTES", [count], [answer["label"] for answer in answers]),
            _tensor(f"{task.name}_score", "FP32", [count], [answer["score"] for answer in answers]),
            _tensor(
                f"{task.name}_probabilities",
                "FP32",
                [count, len(task.labels)],
                [value for answer in answers for value in answer["probabilities"].values()],
            ),
        ]
    flags = [" ".join(result["flags"]) for result in results]
    return [*tensors, _tensor("flags", "BYTES", [count], flags)]


def _tensor(name: str, datatype: str, shape: list[int], data: list[Any]) -> dict[str, Any]:
    return {"name": name, "datatype": datatype, "shape": shape, "data": data}


def _json(value: object, status: int = 200) -> Response:
    return Response(json_bytes(value), status, media_type="application/json")
