"""The manifest of a bundle: everything that a model needs and code must not know.

The manifest is plain JSON. `Manifest.from_dict` is the only way in and checks every field;
`Manifest.to_dict` is the only way out. A bundle of another schema version is refused, never
half-read.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mentionlens.errors import UnsupportedSchemaError
from mentionlens.fields import Fields
from mentionlens.romanization import romanized_languages

__all__ = [
    "SCHEMA_VERSION",
    "GraphSpec",
    "LongTextSpec",
    "Manifest",
    "NormalizerSpec",
    "RomanizationSpec",
    "TaskSpec",
    "TokenizerSpec",
]

SCHEMA_VERSION = 1

# Keys and attributes of a prediction that are not tasks.
_RESERVED_NAMES = frozenset({"id", "text", "flags", "tasks", "to_dict"})


@dataclass(frozen=True)
class TaskSpec:
    """One question that the model answers.

    Attributes:
        name: key of the answer in every output, for example `sentiment`.
        labels: label names in the order of the logits.
        output: name of the graph output that holds the logits, shape (batch, labels).
        temperature: positive divisor of the logits, fitted on validation data.
        language_temperatures: ISO 639-1 code to the divisor for mentions that are said to be in
            that language; a language that is not there has `temperature`.
        low_confidence: an answer whose probability is below this is flagged
            `low_confidence:<task>`.
    """

    name: str
    labels: tuple[str, ...]
    output: str
    temperature: float = 1.0
    low_confidence: float = 0.0
    language_temperatures: Mapping[str, float] = field(default_factory=dict)

    def temperature_of(self, lang: str | None) -> float:
        """Return the divisor for mentions of a language, None where nobody named it."""
        return self.language_temperatures.get(lang or "", self.temperature)


@dataclass(frozen=True)
class NormalizerSpec:
    """Version and options of the text normaliser that the model was trained with."""

    version: int
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class RomanizationSpec:
    """Which mentions are read in Cyrillic though they were typed in Latin letters.

    Attributes:
        languages: ISO 639-1 codes; nothing is read back where there are none.
    """

    languages: tuple[str, ...] = ()


@dataclass(frozen=True)
class LongTextSpec:
    """What happens to a mention of more than `TokenizerSpec.max_length` pieces.

    Attributes:
        max_windows: windows that are read at most; 1 means plain truncation. The probabilities
            of several windows are averaged, weighted by their number of pieces.
    """

    max_windows: int = 1


@dataclass(frozen=True)
class TokenizerSpec:
    """The tokenizer file and how text enters it.

    Attributes:
        file: file name inside the bundle.
        sha256: hexadecimal digest of that file.
        max_length: pieces of one window, special pieces included.
        prefix: text put before every mention, for example `query: `.
    """

    file: str
    sha256: str
    max_length: int
    prefix: str = ""


@dataclass(frozen=True)
class GraphSpec:
    """One ONNX graph: inputs `input_ids` and `attention_mask`, both int64 (batch, pieces).

    Attributes:
        file: file name inside the bundle.
        precision: of the weights, for example `float32` or `int8`.
        sha256: hexadecimal digest of the file.
        opset: version of the standard operators.
        ir_version: version of the file format.
        min_onnxruntime: the oldest release that runs the graph.
        max_batch: rows of one run at most. 1 where activations are quantised with one scale for
            the whole batch: an answer must not depend on its neighbours.
    """

    file: str
    precision: str
    sha256: str
    opset: int
    ir_version: int
    min_onnxruntime: str
    max_batch: int


@dataclass(frozen=True)
class Manifest:
    """The typed content of `manifest.json`.

    `verification` and `provenance` are records for people and tools; the runtime only carries them.
    """

    name: str
    version: str
    languages: tuple[str, ...]
    tasks: tuple[TaskSpec, ...]
    normalizer: NormalizerSpec
    tokenizer: TokenizerSpec
    long_text: LongTextSpec
    graphs: tuple[GraphSpec, ...]
    romanization: RomanizationSpec = field(default_factory=RomanizationSpec)
    verification: Mapping[str, Any] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)
    schema_version: int = SCHEMA_VERSION

    @property
    def graph(self) -> GraphSpec:
        """The graph that ships: the first one listed."""
        return self.graphs[0]

    def to_dict(self) -> dict[str, Any]:
        """Return the manifest as JSON-ready dictionaries and lists."""
        plain: dict[str, Any] = _plain(dataclasses.asdict(self))
        # Left out where there is none, so that releases that do not know it read the bundle.
        if not self.romanization.languages:
            del plain["romanization"]
        for task in plain["tasks"]:
            if not task["language_temperatures"]:
                del task["language_temperatures"]
        return plain

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Manifest:
        """Read and check a manifest.

        Raises:
            UnsupportedSchemaError: the manifest has another schema version.
            BundleFormatError: a field is missing, of the wrong type or contradictory.
        """
        fields = Fields(data, "")
        version = fields.integer("schema_version")
        if version != SCHEMA_VERSION:
            raise UnsupportedSchemaError(
                f"schema_version: the manifest has version {version}, this mentionlens reads "
                f"version {SCHEMA_VERSION}; install a mentionlens that reads version {version}, "
                "or export the model again"
            )
        manifest = cls(
            name=fields.text("name"),
            version=fields.text("version"),
            languages=fields.texts("languages", at_least=1),
            tasks=tuple(_task(item) for item in fields.items("tasks")),
            normalizer=_normalizer(fields.section("normalizer")),
            tokenizer=_tokenizer(fields.section("tokenizer")),
            long_text=_long_text(fields.section("long_text")),
            graphs=tuple(_graph(item) for item in fields.items("graphs")),
            romanization=_romanization(fields),
            verification=fields.mapping("verification", required=False),
            provenance=fields.mapping("provenance", required=False),
            schema_version=version,
        )
        fields.finish()
        fields.distinct("tasks", "name", [task.name for task in manifest.tasks])
        fields.distinct("tasks", "output", [task.output for task in manifest.tasks])
        fields.distinct("graphs", "file", [graph.file for graph in manifest.graphs])
        return manifest


def _task(fields: Fields) -> TaskSpec:
    name = fields.text("name")
    if name in _RESERVED_NAMES or name.startswith("_") or not name.isidentifier():
        raise fields.error(
            "name",
            f"{name!r} cannot be a key of the answer; it must be a word of letters, digits and "
            f"underscores, and none of {sorted(_RESERVED_NAMES)}",
        )
    task = TaskSpec(
        name=name,
        labels=fields.texts("labels", at_least=2),
        output=fields.text("output"),
        temperature=fields.number("temperature", above=0.0),
        low_confidence=fields.number("low_confidence", least=0.0, most=1.0),
        language_temperatures=fields.numbers("language_temperatures", above=0.0),
    )
    fields.finish()
    return task


def _normalizer(fields: Fields) -> NormalizerSpec:
    spec = NormalizerSpec(
        version=fields.integer("version", least=1), options=fields.mapping("options")
    )
    fields.finish()
    return spec


def _tokenizer(fields: Fields) -> TokenizerSpec:
    spec = TokenizerSpec(
        file=fields.file_name("file"),
        sha256=fields.sha256("sha256"),
        max_length=fields.integer("max_length", least=3),
        prefix=fields.text("prefix", empty=True),
    )
    fields.finish()
    return spec


def _romanization(manifest: Fields) -> RomanizationSpec:
    if not manifest.mapping("romanization", required=False):
        return RomanizationSpec()
    fields = manifest.section("romanization")
    spec = RomanizationSpec(languages=fields.texts("languages", at_least=1))
    unknown = sorted(set(spec.languages) - set(romanized_languages()))
    if unknown:
        raise fields.error(
            "languages",
            f"{unknown[0]!r} cannot be read back, possible are {sorted(romanized_languages())}",
        )
    fields.finish()
    return spec


def _long_text(fields: Fields) -> LongTextSpec:
    spec = LongTextSpec(max_windows=fields.integer("max_windows", least=1))
    fields.finish()
    return spec


def _graph(fields: Fields) -> GraphSpec:
    spec = GraphSpec(
        file=fields.file_name("file"),
        precision=fields.text("precision"),
        sha256=fields.sha256("sha256"),
        opset=fields.integer("opset", least=1),
        ir_version=fields.integer("ir_version", least=1),
        min_onnxruntime=fields.version("min_onnxruntime"),
        max_batch=fields.integer("max_batch", least=1),
    )
    fields.finish()
    return spec


def _plain(value: Any) -> Any:  # noqa: ANN401 - JSON is untyped
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
