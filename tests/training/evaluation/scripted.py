"""A classifier whose answers are written down, so that every figure can be computed by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from mentionlens import Prediction, TaskPrediction
from mentionlens.inputs import Mention
from mentionlens.manifest import (
    GraphSpec,
    LongTextSpec,
    Manifest,
    NormalizerSpec,
    TaskSpec,
    TokenizerSpec,
)
from mentionlens_data.schema import LabelledMention

__all__ = ["ScriptedClassifier", "manifest", "row"]

SENTIMENT = ("negative", "neutral", "positive")
TROLL = ("no", "yes")


def manifest() -> Manifest:
    """Return a manifest of two tasks, troll second."""
    return Manifest(
        name="scripted",
        version="1.2.3",
        languages=("pl", "bg"),
        tasks=(
            TaskSpec("sentiment", SENTIMENT, "sentiment_logits"),
            TaskSpec("troll", TROLL, "troll_logits"),
        ),
        normalizer=NormalizerSpec(version=1),
        tokenizer=TokenizerSpec("tokenizer.json", "0" * 64, 64),
        long_text=LongTextSpec(),
        graphs=(GraphSpec("model.onnx", "int8", "a" * 64, 17, 8, "1.22.0", 1),),
    )


class ScriptedClassifier:
    """Answers a text with the label and the probability that a table names.

    Args:
        script: text to task to (label, probability); a task that is missing is answered with its
            first label and certainty.
    """

    def __init__(self, script: Mapping[str, Mapping[str, tuple[str, float]]]) -> None:
        self._script = script

    @property
    def manifest(self) -> Manifest:
        return manifest()

    def predict_iter(
        self, mentions: Iterable[Mention], /, batch_size: int = 64
    ) -> Iterator[Prediction]:
        for mention in mentions:
            text = mention if isinstance(mention, str) else mention["text"]
            tasks = {}
            for task in self.manifest.tasks:
                chosen, top = self._script[text].get(task.name, (task.labels[0], 1.0))
                rest = (1.0 - top) / (len(task.labels) - 1)
                probabilities = {x: top if x == chosen else rest for x in task.labels}
                tasks[task.name] = TaskPrediction(chosen, top, probabilities)
            yield Prediction(text, tasks)


def row(
    number: int, lang: str, text: str, *, source: str = "made", split: str = "test", **labels: str
) -> LabelledMention:
    """Return a labelled row; its id is `<source>/<number>`."""
    return LabelledMention(
        id=f"{source}/{number}",
        text=text,
        lang=lang,
        source=source,
        split=split,
        group=f"{source}/{number}",
        labels=labels,
    )
