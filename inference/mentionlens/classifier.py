"""The classifier: mentions in, calibrated answers out."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

from mentionlens.batching import run_windows
from mentionlens.bundle import Bundle, packaged_bundle_path
from mentionlens.cpu import default_threads
from mentionlens.inputs import Item, Mention, check_stream, read_chunks
from mentionlens.language_evidence import LanguageEvidence
from mentionlens.manifest import Manifest, TaskSpec
from mentionlens.prediction import Prediction, TaskPrediction
from mentionlens.session import open_session
from mentionlens.tokenization import EncodedText, TextEncoder

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

__all__ = ["MentionClassifier"]

_BATCH_SIZE = 64
# Batches that are read ahead, so that mentions of similar length can share one.
_LOOK_AHEAD = 8

# Opening imports libraries and takes locks of theirs. A fork waits until it is over: the child
# would wait for ever for a thread that it does not have.
_OPENING = threading.RLock()
if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(
        before=_OPENING.acquire,
        after_in_parent=_OPENING.release,
        after_in_child=_OPENING.release,
    )


class _Engine(NamedTuple):
    encoder: TextEncoder
    evidence: LanguageEvidence
    session: InferenceSession
    workers: Executor | None
    process: int


class MentionClassifier:
    """Answers the tasks of a bundle, on the CPU, without network.

    The bundle is checked at once; tokenizer and session open with the first mention. Safe to call
    from many threads. A process that is forked at any moment opens it again, and so does another
    one that unpickles it: it pickles as the path of its bundle.

    Args:
        bundle: folder of a bundle; None takes the one that is installed with mentionlens.
        threads: runs of the graph side by side; None takes the available processors, but at most
            four. One mention is one run on the caller's thread.

    Raises:
        BundleError: the bundle cannot be used; the subclass says why.
        ValueError: `threads` is below 1.
    """

    def __init__(
        self, bundle: str | os.PathLike[str] | None = None, *, threads: int | None = None
    ) -> None:
        if threads is not None and threads < 1:
            raise ValueError(f"threads must be 1 or more, found {threads}")
        self.bundle = Bundle.load(packaged_bundle_path() if bundle is None else bundle)
        self._threads = threads
        self._opened: _Engine | None = None

    @property
    def manifest(self) -> Manifest:
        """The manifest of the bundle."""
        return self.bundle.manifest

    def labels(self, task: str) -> tuple[str, ...]:
        """Return the labels of a task in the order of its logits.

        Raises:
            KeyError: the bundle has no such task.
        """
        for spec in self.manifest.tasks:
            if spec.name == task:
                return spec.labels
        raise KeyError(f"no task {task!r}; possible are {[t.name for t in self.manifest.tasks]}")

    @overload
    def predict(  # type: ignore[overload-overlap] # a string is an iterable of strings, too
        self, mentions: str
    ) -> Prediction: ...
    @overload
    def predict(  # type: ignore[overload-overlap] # and a mapping is one of its keys
        self, mentions: Mapping[str, Any]
    ) -> Prediction: ...
    @overload
    def predict(self, mentions: Iterable[Mention]) -> list[Prediction]: ...
    def predict(self, mentions: Mention | Iterable[Mention]) -> Prediction | list[Prediction]:
        """Answer one mention, or every mention of an iterable.

        Args:
            mentions: a string, or a mapping with `text` and optionally `id` and `lang` (ISO
                639-1); or an iterable of these. A language that is named gets the temperatures
                that were fitted for it, where there are any, and tells what to read in Cyrillic
                though it was typed in Latin letters. One that the bundle does not cover
                is flagged `unsupported_language:<lang>`; where none is named, so is one that the
                script or the function words of the text speak for clearly.

        Raises:
            InputError: something is not a mention.
            BundleError: the graph or the tokenizer cannot be used.
        """
        if isinstance(mentions, str | Mapping):
            return next(self.predict_iter([mentions]))
        return list(self.predict_iter(mentions))

    def predict_iter(
        self, mentions: Iterable[Mention], batch_size: int = _BATCH_SIZE
    ) -> Iterator[Prediction]:
        """Answer a stream in its own order, with bounded memory.

        Eight batches are read ahead (fewer when the mentions are very long) and sorted by length.

        Args:
            mentions: any iterable of mentions, as for `predict`.
            batch_size: mentions of one run of the graph at most.

        Raises:
            ValueError: `batch_size` is below 1.
            InputError: something is not a mention; raised when the stream comes to it.
            BundleError: the graph or the tokenizer cannot be used.
        """
        _check_batch_size(batch_size)
        check_stream(mentions)
        return self._predict_chunks(mentions, batch_size)

    def logits(
        self, mentions: Iterable[Mention], batch_size: int = _BATCH_SIZE
    ) -> dict[str, NDArray[np.float64]]:
        """Return what calibration starts from: the raw logits, by the path of `predict`.

        For a mention of one window, `predict` gives softmax(logits / temperature), with the
        temperature of the mention's language. Of several
        windows this is the weighted mean of the logits, where `predict` averages probabilities.

        Returns:
            Task name to logits, (mentions, labels of the task).

        Raises:
            ValueError, InputError, BundleError: as `predict_iter` does.
        """
        _check_batch_size(batch_size)
        check_stream(mentions)
        parts: dict[str, list[NDArray[np.float64]]] = {}
        for task in self.manifest.tasks:
            parts[task.name] = [np.empty((0, len(task.labels)))]
        for chunk in read_chunks(mentions, batch_size * _LOOK_AHEAD):
            places, encoded, logits = self._run(chunk, batch_size)
            for name, values in logits.items():
                parts[name].append(_average(values, encoded)[places])
        return {name: np.concatenate(values) for name, values in parts.items()}

    def _predict_chunks(self, mentions: Iterable[Mention], batch_size: int) -> Iterator[Prediction]:
        for chunk in read_chunks(mentions, batch_size * _LOOK_AHEAD):
            places, encoded, logits = self._run(chunk, batch_size)
            languages = [_code(item.lang) for item in chunk]
            probabilities = {
                lang: {
                    task.name: _average(
                        _softmax(logits[task.name] / task.temperature_of(lang)), encoded
                    )
                    for task in self.manifest.tasks
                }
                for lang in set(languages)
            }
            for item, lang, place in zip(chunk, languages, places, strict=True):
                row = {name: values[place] for name, values in probabilities[lang].items()}
                yield self._prediction(item, encoded[place].flags, row)

    def _run(
        self, chunk: Sequence[Item], batch_size: int
    ) -> tuple[list[int], list[EncodedText], dict[str, NDArray[np.float64]]]:
        """Run the different texts of a chunk once each.

        Returns:
            For each item the place of its text; the texts; the logits of all their windows.
        """
        engine = self._engine()
        seen: dict[tuple[str, str | None], int] = {}
        places = [seen.setdefault((item.text, _code(item.lang)), len(seen)) for item in chunk]
        encoded = [engine.encoder.encode(text, lang) for text, lang in seen]
        logits = run_windows(
            engine.session,
            self.manifest.tasks,
            [window for text in encoded for window in text.windows],
            batch_size=min(batch_size, self.manifest.graph.max_batch),
            padding_id=engine.encoder.padding_id,
            workers=engine.workers,
        )
        return places, encoded, logits

    def _prediction(
        self, item: Item, flags: tuple[str, ...], rows: Mapping[str, NDArray[np.float64]]
    ) -> Prediction:
        tasks = {task.name: _answer(task, rows[task.name]) for task in self.manifest.tasks}
        notes = list(flags)
        lang = self._foreign(item)
        if lang is not None:
            notes.append(f"unsupported_language:{lang}")
        for task in self.manifest.tasks:
            if tasks[task.name].score < task.low_confidence:
                notes.append(f"low_confidence:{task.name}")
        return Prediction(item.text, tasks, tuple(notes), item.id)

    def _foreign(self, item: Item) -> str | None:
        """Return the language of a mention where the bundle does not cover it."""
        if item.lang is None:
            return self._engine().evidence.foreign(item.text)
        return None if _code(item.lang) in self.manifest.languages else item.lang

    def _engine(self) -> _Engine:
        engine = self._opened
        # After a fork the threads of the parent's session do not exist in the child.
        if engine is None or engine.process != os.getpid():
            with _OPENING:
                engine = self._opened
                if engine is None or engine.process != os.getpid():
                    session = open_session(self.bundle)
                    threads = self._threads or default_threads()
                    workers = ThreadPoolExecutor(threads) if threads > 1 else None
                    evidence = LanguageEvidence(self.manifest.languages)
                    encoder = TextEncoder(self.bundle)
                    engine = _Engine(encoder, evidence, session, workers, os.getpid())
                    self._opened = engine
        return engine

    def __getstate__(self) -> dict[str, Any]:
        return {"bundle": str(self.bundle.path), "threads": self._threads}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(state["bundle"], threads=state["threads"])  # type: ignore[misc]

    def __repr__(self) -> str:
        return f"MentionClassifier({str(self.bundle.path)!r}, threads={self._threads})"


def _check_batch_size(batch_size: int) -> None:
    if batch_size < 1:
        raise ValueError(f"batch_size must be 1 or more, found {batch_size}")


def _code(lang: str | None) -> str | None:
    """Return the ISO 639-1 code of a tag: `pt-BR` is Portuguese."""
    return lang and lang.replace("_", "-").split("-")[0].lower()


def _answer(task: TaskSpec, row: NDArray[np.float64]) -> TaskPrediction:
    probabilities = dict(zip(task.labels, row.tolist(), strict=True))
    label = task.labels[int(row.argmax())]
    return TaskPrediction(label, probabilities[label], probabilities)


def _softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    exponents = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exponents / exponents.sum(axis=1, keepdims=True)  # type: ignore[no-any-return]


def _average(values: NDArray[np.float64], encoded: Sequence[EncodedText]) -> NDArray[np.float64]:
    """Average the rows of each text's windows, weighted by their pieces."""
    if len(values) == len(encoded):
        return values
    counts = [len(text.windows) for text in encoded]
    starts = np.cumsum([0, *counts[:-1]])
    weights = np.array([weight for text in encoded for weight in text.weights], dtype=np.float64)
    totals = np.add.reduceat(weights, starts)
    sums: NDArray[np.float64] = np.add.reduceat(values * weights[:, None], starts, axis=0)
    return sums / totals[:, None]
