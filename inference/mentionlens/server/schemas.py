"""What the OpenAPI document says of bodies and answers, with examples in five languages."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from mentionlens.server.problems import MEDIA_TYPE

__all__ = [
    "EXPLAIN",
    "INFERENCE_ERRORS",
    "MODEL",
    "PREDICT",
    "SCORE",
    "TRIAGE",
    "components",
    "problem_responses",
]

_REFERENCE = "#/components/schemas/{model}"


class Mention(BaseModel):
    """A mention."""

    id: str | int | None = Field(None, description="comes back with the answer")
    text: str
    lang: str | None = Field(None, description="ISO 639-1; flagged where it is not covered")


class PredictRequest(BaseModel):
    """Mentions to answer."""

    model_config = ConfigDict(extra="forbid")

    mentions: list[Mention | str]


class TriageMention(Mention):
    """A mention, and what is known about it; without a time nothing is due, and nothing old."""

    brand: str | int | None = Field(None, description="history is kept apart by brand")
    author: str | int | None = None
    thread: str | int | None = None
    time: str | float | None = Field(
        None, description="when it was written: ISO 8601 (UTC where no zone stands), or since 1970"
    )
    replied_at: str | float | None = Field(None, description="when it was answered, likewise")
    reach: float | None = Field(None, description="how many may read it")


class TriageRequest(BaseModel):
    """Mentions to answer and decide about; they are each other's history."""

    model_config = ConfigDict(extra="forbid")

    mentions: list[TriageMention | str]
    now: str | float | None = Field(None, description="of which ages speak; the clock otherwise")
    guidance_language: str | None = Field(
        None, description="bg, en, es, pl, ro or ru; that of each mention otherwise"
    )


class ExplainRequest(Mention):
    """A mention to explain."""

    model_config = ConfigDict(extra="forbid")


class ModelName(BaseModel):
    """Which model answered."""

    name: str
    version: str


class Answer(BaseModel):
    """The answer to one task."""

    label: str
    score: float = Field(description="calibrated probability of the label")
    probabilities: dict[str, float] = Field(description="of every label, in the model's order")


class MentionError(BaseModel):
    """Why a mention has no answer."""

    type: str
    title: str
    detail: str


class Result(BaseModel):
    """An answer, with the keys of the model's tasks, or an error."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Answer]

    id: str | None = None
    text: str | None = None
    flags: list[str] | None = None
    error: MentionError | None = None


class PredictResponse(BaseModel):
    """Results in the order of the mentions."""

    model: ModelName
    results: list[Result]


class PlaybookName(BaseModel):
    """Which playbook decided."""

    name: str
    version: str


class Reason(BaseModel):
    """What was found behind a condition of the rule."""

    what: str = Field(description="the probability, number, sign, flag or label")
    found: str | float | bool | list[str] | None
    needed: str = Field(description="what the rule asks for")


class Decision(BaseModel):
    """What to do with a mention."""

    action: str = Field(
        description="answer_now, answer_question, thank, follow_up, watch, do_not_engage, person"
    )
    priority: int = Field(description="from 1, the most urgent")
    target_time: str | None = Field(description="in which it is to be answered")
    due_at: str | None = Field(description="when that is over")
    rule: str
    reasons: list[Reason]
    guidance_do: str
    guidance_avoid: str


class TriageResult(Result):
    """An answer with a decision, or an error."""

    triage: Decision | None = None


class TriageResponse(BaseModel):
    """Results in the order of the mentions."""

    model: ModelName
    playbook: PlaybookName
    results: list[TriageResult]


class Word(BaseModel):
    """A word, its place in code points, and what the answered labels lose without it."""

    word: str
    start: int
    end: int
    effects: dict[str, float]


class ExplainResponse(BaseModel):
    """An answer and its words."""

    model: ModelName
    answer: Result
    words: list[Word]
    truncated: bool = Field(description="whether there are more words than were left out")


class Task(BaseModel):
    """A question that the model answers."""

    name: str
    labels: list[str]
    temperature: float
    language_temperatures: dict[str, float] = Field(
        description="of mentions whose language is named, where a language has its own"
    )
    low_confidence: float


class Limits(BaseModel):
    """What a request may hold."""

    items: int
    characters: int
    body_bytes: int
    deadline_seconds: float


class Graph(BaseModel):
    """The graph that runs."""

    precision: str
    sha256: str
    max_batch: int


class Figure(BaseModel):
    """How well the model does in one language and task, on test rows."""

    lang: str
    task: str
    rows: int
    macro_f1: float
    ece: float


class ModelResponse(ModelName):
    """What the model is."""

    mentionlens: str
    onnxruntime: str
    identity: str
    since: float
    languages: list[str]
    tasks: list[Task]
    graph: Graph
    limits: Limits
    figures: list[Figure]


class ProblemResponse(BaseModel):
    """An error after RFC 9457."""

    type: str
    title: str
    status: int
    detail: str


class InferenceError(BaseModel):
    """An error of the Open Inference Protocol."""

    error: str


_MODELS: tuple[type[BaseModel], ...] = (
    PredictRequest,
    PredictResponse,
    TriageRequest,
    TriageResponse,
    ExplainRequest,
    ExplainResponse,
    ModelResponse,
    ProblemResponse,
    InferenceError,
)

_EXAMPLES = {
    "pl": ("a late parcel", "Paczka miała być w piątek, jest środa i cisza."),
    "ro": (
        "a double charge",
        "Mi-ați luat abonamentul de două ori și nimeni nu răspunde.",
    ),
    "ru": ("an app that fails", "Приложение опять не работает, оплата не проходит третий день."),
    "es": ("praise", "¡Qué maravilla de hotel! Desayuno riquísimo y un personal encantador."),
    "bg": ("a question", "До колко часа работи магазинът във Варна в неделя?"),
}


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the documentation of errors."""
    schema = {"$ref": _REFERENCE.format(model="ProblemResponse")}
    return {
        status: {"description": "Problem", "content": {MEDIA_TYPE: {"schema": schema}}}
        for status in statuses
    }


def INFERENCE_ERRORS(*statuses: int) -> dict[int | str, dict[str, Any]]:  # noqa: N802
    """Return the documentation of errors of the Open Inference Protocol."""
    content = _content("application/json", "InferenceError")
    return {
        status: {"description": "Error", **content} for status in (401, 421, 429, 503, *statuses)
    }


def _content(media_type: str, model: str, examples: dict[str, Any] | None = None) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": {"$ref": _REFERENCE.format(model=model)}}
    if examples:
        content["examples"] = examples
    return {"content": {media_type: content}}


def _answered(model: str, *statuses: int) -> dict[int | str, dict[str, Any]]:
    answered = {"description": "Answered", **_content("application/json", model)}
    return {200: answered, **problem_responses(401, 421, 429, *statuses)}


def _route(request: dict[str, Any] | None, responses: dict[int | str, Any]) -> dict[str, Any]:
    extra = {} if request is None else {"requestBody": {"required": True, **request}}
    return {"responses": responses, "openapi_extra": extra}


_BODY = (400, 408, 413, 415, 422, 503)
_ONE = {
    lang: {"summary": f"{lang}: {what}", "value": {"mentions": [{"id": "1", "text": text}]}}
    for lang, (what, text) in _EXAMPLES.items()
}
_MANY = {
    "summary": "several",
    "value": {
        "mentions": [
            {"id": lang, "text": text, "lang": lang} for lang, (_, text) in _EXAMPLES.items()
        ]
    },
}
_TEXT = {
    lang: {"summary": f"{lang}: {what}", "value": {"text": text}}
    for lang, (what, text) in _EXAMPLES.items()
}
_LINES = {"schema": {"type": "string", "description": "a JSON object a line"}}

PREDICT = _route(
    _content("application/json", "PredictRequest", {**_ONE, "several": _MANY}),
    _answered("PredictResponse", *_BODY),
)
_KNOWN = {
    "brand": "Zipolot",
    "author": "anna",
    "time": "2026-03-02T08:15:00Z",
    "reach": 180,
}
_QUEUE = {
    lang: {
        "summary": f"{lang}: {what}",
        "value": {
            "mentions": [{"id": "1", "text": text, "lang": lang, **_KNOWN}],
            "now": "2026-03-02T09:00:00Z",
        },
    }
    for lang, (what, text) in _EXAMPLES.items()
}
TRIAGE = _route(
    _content("application/json", "TriageRequest", _QUEUE), _answered("TriageResponse", *_BODY)
)
EXPLAIN = _route(
    _content("application/json", "ExplainRequest", _TEXT), _answered("ExplainResponse", *_BODY)
)
MODEL = _route(None, _answered("ModelResponse", 503))
SCORE = _route(
    {"content": {"application/x-ndjson": _LINES}},
    {
        200: {"description": "Answered", "content": {"application/x-ndjson": _LINES}},
        **problem_responses(401, 421, 429, 503),
    },
)


def components() -> dict[str, Any]:
    """Return the schemas that the routes refer to."""
    found: dict[str, Any] = {}
    for model in _MODELS:
        schema = model.model_json_schema(ref_template=_REFERENCE)
        found.update(schema.pop("$defs", {}))
        found[model.__name__] = schema
    return found
