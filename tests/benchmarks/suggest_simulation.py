r"""How many labels does `mentionlens data suggest` save against random choice?

Run by hand; pytest does not collect it:

    mentionlens data prepare --corpora CORPORA -o PREPARED
    python tests/benchmarks/suggest_simulation.py --data PREPARED \
        --training-ids RUN/training_ids.txt -o OUT

A set is one task of one corpus in one language. Its pool are rows of the prepared set's train part
that the bundle's model was not trained on; what is learned is measured on rows of the validation
part. Test parts are not touched. The project's own mentions come too, in all languages: the model
was trained on that pool, so that its guesses there are better than they will be elsewhere.

From the pool, of which each seed sees four fifths, N mentions are taken at random or as `suggest`
takes them; logistic regression is trained on their labels alone, from scratch, on two kinds of
features: character n-gram TF-IDF, and the pooled output of the bundle's encoder, frozen. The
encoder has learned from other rows of most of these corpora, so that the second curve is flatter
than it will be for mentions of a new kind. Written are `suggest.png` and `suggest.md`: macro-F1
with 95 % intervals over the seeds, and how many labels random choice needs for the same (on its
mean curve, straight between the measured sizes).

The rule's weights were found with `--tuning`, on other sets, in English.
"""

from __future__ import annotations

import argparse
import hashlib
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import matplotlib as mpl
import numpy as np
import onnx
import onnxruntime
from mentionlens.bundle import Bundle, packaged_bundle_path
from mentionlens.tokenization import TextEncoder
from mentionlens_data.hashing import unit_hash
from mentionlens_data.labelling.sample_mentions import SOURCE, read_sample_mentions
from mentionlens_data.prepared import read_split
from mentionlens_data.schema import LabelledMention
from mentionlens_data.suggestion.copies import copy_key
from mentionlens_data.suggestion.pool import Pool
from mentionlens_data.suggestion.rule import SuggestionRule, load_rule
from mentionlens_data.suggestion.suggest import suggest
from mentionlens_data.tables import markdown_table
from numpy.typing import NDArray
from scipy.stats import t as student
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.multiclass import OneVsRestClassifier

SIZES = (50, 100, 200, 400, 800)
POOL, HELD_OUT, SEEN = 1600, 500, 0.8
LEARNERS = ("TF-IDF", "frozen encoder")
WAYS = ("random", "suggest")
COLOURS = {"random": "#8a8f98", "suggest": "#c2410c"}


@dataclass(frozen=True)
class SimulatedSet:
    """One task of one corpus.

    Attributes:
        source: name in the ledger.
        lang: ISO 639-1; None takes all.
        task: that is learned.
    """

    source: str
    lang: str | None
    task: str

    def __str__(self) -> str:
        return f"{self.source} ({self.lang or 'all'}, {self.task})"


REPORTED = (
    SimulatedSet("pl-polemo2-medicine-sentences", "pl", "sentiment"),
    SimulatedSet("ru-sentirueval2016-tweets", "ru", "sentiment"),
    SimulatedSet("twitter15-text", "bg", "sentiment"),
    SimulatedSet("ro-offense", "ro", "troll"),
    SimulatedSet("offendes", "es", "troll"),
    SimulatedSet(SOURCE, None, "complaint"),
)
TUNING = (
    SimulatedSet("airline-us-en", "en", "sentiment"),
    SimulatedSet("airline-us-en", "en", "complaint"),
    SimulatedSet("olid-en", "en", "troll"),
)


@dataclass
class Material:
    """The rows of a set, the pool's first, with all that is computed once.

    Attributes:
        pool: number of rows of the pool.
        rows: of pool and held-out part.
        probabilities: for each task of the bundle (rows, labels).
        features: by learner, (rows, features).
    """

    pool: int
    rows: list[LabelledMention]
    probabilities: list[NDArray[np.float32]] = field(default_factory=list)
    features: dict[str, object] = field(default_factory=dict)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="prepared set")
    parser.add_argument("--training-ids", type=Path, required=True, help="of the bundle")
    parser.add_argument("--bundle", type=Path, help="(default: the packaged one)")
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--rule", type=Path, help="weights (default: those of the package)")
    parser.add_argument("--tuning", action="store_true", help="the sets that the rule is tuned on")
    parser.add_argument("--cache", type=Path, help="keep what the model computes in this folder")
    arguments = parser.parse_args()
    rule = load_rule(arguments.rule) if arguments.rule else SuggestionRule()
    start = time.perf_counter()
    arguments.output.mkdir(parents=True, exist_ok=True)
    seen = set(arguments.training_ids.read_text(encoding="utf-8").split("\n"))
    encoder = FrozenEncoder(
        Bundle.load(arguments.bundle or packaged_bundle_path()), arguments.cache
    )
    scores: dict[SimulatedSet, dict[tuple[str, str], NDArray[np.float64]]] = {}
    for name, material in read_sets(
        TUNING if arguments.tuning else REPORTED, arguments.data, seen
    ).items():
        encoder.fill(material)
        scores[name] = simulate(name, material, encoder.bundle, rule, arguments.seeds)
        print(f"{name}: {time.perf_counter() - start:.0f} s", flush=True)
        for key, values in scores[name].items():
            print("  ", *key, (100 * values.mean(axis=0)).round(1), flush=True)
    lines = list(report(scores))
    (arguments.output / "suggest.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    draw(scores, arguments.output / "suggest.png")
    print(*lines, f"\n{time.perf_counter() - start:.0f} s", sep="\n")


def read_sets(
    names: Sequence[SimulatedSet], data: Path, seen: set[str]
) -> dict[SimulatedSet, Material]:
    """Return the rows of each set, drawn by their ids."""
    pools: dict[SimulatedSet, list[LabelledMention]] = defaultdict(list)
    held_out: dict[SimulatedSet, list[LabelledMention]] = defaultdict(list)
    for part, found in (("train", pools), ("validation", held_out)):
        for row in read_split(data, part):
            if row.source == SOURCE or (part == "train" and row.id in seen):
                continue
            for name in names:
                if (row.source, row.lang) == (name.source, name.lang) and name.task in row.labels:
                    found[name].append(row)
    for sample in read_sample_mentions():
        row = sample.mention
        for name in names:
            if name.source == SOURCE and row.split in ("train", "validation"):
                (pools if row.split == "train" else held_out)[name].append(row)
    materials = {}
    for name in names:
        first, second = (
            sorted(rows[name], key=lambda row: unit_hash("p", row.id))[:most]
            for rows, most in ((pools, POOL), (held_out, HELD_OUT))
        )
        materials[name] = Material(len(first), first + second)
    return materials


class FrozenEncoder:
    """The shipped graph with the input of its heads as one more output.

    Args:
        bundle: whose graph.
        cache: folder of what was computed before, if any.
    """

    def __init__(self, bundle: Bundle, cache: Path | None) -> None:
        self.bundle = bundle
        self._cache = cache
        self._encoder = TextEncoder(bundle)
        model = onnx.load(str(bundle.graph_path))
        self._outputs = [output.name for output in model.graph.output]
        makers = {name: node for node in model.graph.node for name in node.output}
        # Logits are pooled @ weights + bias.
        pooled = makers[makers[self._outputs[0]].input[0]].input[0]
        model.graph.output.append(
            onnx.helper.make_tensor_value_info(pooled, onnx.TensorProto.FLOAT, None)
        )
        self._outputs.append(pooled)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(model.SerializeToString(), options)

    def fill(self, material: Material) -> None:
        """Compute probabilities and features; long texts are read up to the end of a window."""
        texts = [row.text for row in material.rows]
        *logits, pooled = self._cached(texts)
        for task, values in zip(self.bundle.manifest.tasks, logits, strict=True):
            divisors = np.array([task.temperature_of(row.lang) for row in material.rows])
            exponents = np.exp((values - values.max(axis=1, keepdims=True)) / divisors[:, None])
            shares = exponents / exponents.sum(axis=1, keepdims=True)
            material.probabilities.append(shares.astype(np.float32))
        centred = pooled - pooled.mean(axis=0)
        vectorizer = TfidfVectorizer(
            analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True, max_features=50_000
        )
        material.features = {
            "TF-IDF": vectorizer.fit_transform(texts),
            "frozen encoder": centred / np.linalg.norm(centred, axis=1, keepdims=True),
        }

    def _cached(self, texts: Sequence[str]) -> list[NDArray[np.float32]]:
        if self._cache is None:
            return self._run(texts)
        whole = "\0".join((self.bundle.manifest.graph.sha256, *texts))
        path = self._cache / f"{hashlib.sha256(whole.encode()).hexdigest()[:24]}.npz"
        if not path.exists():
            self._cache.mkdir(parents=True, exist_ok=True)
            np.savez(path, *self._run(texts))
        with np.load(path) as stored:
            return [stored[name] for name in stored.files]

    def _run(self, texts: Sequence[str]) -> list[NDArray[np.float32]]:
        windows = [self._encoder.encode(text).windows[0] for text in texts]
        order = np.argsort([len(window) for window in windows], kind="stable")
        parts: list[list[NDArray[np.float32]]] = []
        for start in range(0, len(order), 32):
            batch = [windows[i] for i in order[start : start + 32]]
            shape = (len(batch), max(map(len, batch)))
            ids = np.full(shape, self._encoder.padding_id, dtype=np.int64)
            mask = np.zeros(shape, dtype=np.int64)
            for i, window in enumerate(batch):
                ids[i, : len(window)], mask[i, : len(window)] = window, 1
            feed = {"input_ids": ids, "attention_mask": mask}
            parts.append(self._session.run(self._outputs, feed))
        back = np.argsort(order, kind="stable")
        return [np.concatenate(values)[back] for values in zip(*parts, strict=True)]


def simulate(
    name: SimulatedSet, material: Material, bundle: Bundle, rule: SuggestionRule, seeds: int
) -> dict[tuple[str, str], NDArray[np.float64]]:
    """Return macro-F1 by learner and way of choosing, (seeds, sizes)."""
    labels = np.array([row.labels[name.task] for row in material.rows])
    held_out = np.arange(material.pool, len(labels))
    sizes = sizes_of(material)
    scores = {(learner, way): np.zeros((seeds, len(sizes))) for learner in LEARNERS for way in WAYS}
    for seed in range(seeds):
        draw_from = np.random.default_rng(seed).permutation(material.pool)
        pool = draw_from[: int(SEEN * material.pool)]
        suggested = choose_rows(name, material, pool, bundle, rule, seed)
        for place, size in enumerate(sizes):
            chosen = {"random": pool[:size], "suggest": suggested[size]}
            for (learner, way), values in scores.items():
                features = material.features[learner]
                values[seed, place] = learn(features, labels, chosen[way], held_out)
    return scores


def sizes_of(material: Material) -> list[int]:
    """Return the sizes that leave a choice."""
    return [size for size in SIZES if size <= 0.75 * SEEN * material.pool]


def choose_rows(
    name: SimulatedSet,
    material: Material,
    rows: NDArray[np.intp],
    bundle: Bundle,
    rule: SuggestionRule,
    seed: int,
) -> dict[int, NDArray[np.intp]]:
    """Return what `suggest` takes from some rows of the pool, by size."""
    pool = Pool(
        tasks=bundle.manifest.tasks,
        keys=[copy_key(material.rows[row].text) for row in rows],
        langs=[material.rows[row].lang for row in rows],
        probabilities=tuple(values[rows] for values in material.probabilities),
        files=np.zeros(len(rows), dtype=np.int32),
        numbers=np.arange(len(rows)),
    )
    sizes = sizes_of(material)
    if name.lang is not None:
        # In one language fewer suggestions are the beginning of more.
        found = suggest(pool, sizes[-1], tasks=[name.task], rule=rule, seed=seed)
        whole = rows[[item.mention for item in found.chosen]]
        return {size: whole[:size] for size in sizes}
    return {
        size: rows[
            [
                item.mention
                for item in suggest(pool, size, tasks=[name.task], rule=rule, seed=seed).chosen
            ]
        ]
        for size in sizes
    }


def learn(
    features: object,
    labels: NDArray[np.str_],
    chosen: NDArray[np.intp],
    held_out: NDArray[np.intp],
) -> float:
    """Return macro-F1 over the labels of the held-out rows, after training on the chosen ones."""
    expected = labels[held_out]
    if len(set(labels[chosen])) < 2:
        found = np.full(len(held_out), labels[chosen][0])
    elif isinstance(features, np.ndarray):
        model = LogisticRegression(C=10, max_iter=500)
        found = model.fit(features[chosen], labels[chosen]).predict(features[held_out])
    else:
        model = OneVsRestClassifier(LogisticRegression(C=10, solver="liblinear"))
        found = model.fit(features[chosen], labels[chosen]).predict(features[held_out])
    score = f1_score(
        expected, found, labels=sorted(set(expected)), average="macro", zero_division=0
    )
    return float(score)


def labels_needed(score: float, curve: NDArray[np.float64], sizes: Sequence[int]) -> str:
    """Return how many labels a mean curve needs for a score."""
    reached = np.maximum.accumulate(curve)
    if score <= reached[0]:
        return f"{sizes[0]} or fewer" if score < reached[0] else str(sizes[0])
    if score > reached[-1]:
        return f"over {sizes[-1]}"
    return str(round(float(np.interp(score, reached, sizes))))


def interval(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return half the width of the 95 % interval of the mean over the seeds, for each size."""
    seeds = len(values)
    return student.ppf(0.975, seeds - 1) * values.std(axis=0, ddof=1) / np.sqrt(seeds)


def report(
    scores: dict[SimulatedSet, dict[tuple[str, str], NDArray[np.float64]]],
) -> Iterator[str]:
    """Yield the Markdown table: one row a set and learner, one cell a size."""
    head = ["set", "features", *(f"{size} labels" for size in SIZES)]
    body = []
    for name, found in scores.items():
        for learner in LEARNERS:
            random, ours = found[learner, "random"], found[learner, "suggest"]
            sizes = SIZES[: random.shape[1]]
            cells = []
            for place in range(len(sizes)):
                gain = ours[:, place] - random[:, place]
                needed = labels_needed(ours.mean(axis=0)[place], random.mean(axis=0), sizes)
                cells.append(
                    f"{100 * random[:, place].mean():.1f} → {100 * ours[:, place].mean():.1f} "
                    f"({100 * gain.mean():+.1f} ± {100 * interval(gain[:, None])[0]:.1f}); {needed}"
                )
            body.append([str(name), learner, *cells, *["-"] * (len(SIZES) - len(cells))])
    yield "Macro-F1 in percent, random → suggest (difference, 95 % interval over the seeds, each of"
    yield "which sees the same pool both ways); then the labels that random choice needs for it."
    yield ""
    yield from markdown_table(head, body)


def draw(
    scores: dict[SimulatedSet, dict[tuple[str, str], NDArray[np.float64]]], path: Path
) -> None:
    """Draw a panel for each set and learner."""
    mpl.use("Agg")
    from matplotlib import pyplot

    figure, panels = pyplot.subplots(
        len(LEARNERS), len(scores), figsize=(3.1 * len(scores), 6.2), sharex=True, squeeze=False
    )
    for column, (name, found) in enumerate(scores.items()):
        for row, learner in enumerate(LEARNERS):
            panel = panels[row, column]
            for way in WAYS:
                values = 100 * found[learner, way]
                sizes = SIZES[: values.shape[1]]
                mean, half = values.mean(axis=0), interval(values)
                panel.fill_between(
                    sizes, mean - half, mean + half, color=COLOURS[way], alpha=0.2, linewidth=0
                )
                panel.plot(sizes, mean, "o-", color=COLOURS[way], markersize=4, label=way)
            panel.set_xscale("log")
            panel.set_xticks(SIZES, [str(size) for size in SIZES], minor=False)
            panel.minorticks_off()
            panel.grid(alpha=0.25)
            panel.spines[["top", "right"]].set_visible(False)
            if row == 0:
                kind = f"{name.lang or 'all languages'}, {name.task}"
                panel.set_title(f"{name.source}\n{kind}", fontsize=9)
        panels[-1, column].set_xlabel("labels")
    for row, learner in enumerate(LEARNERS):
        panels[row, 0].set_ylabel(f"{learner}\nmacro-F1, %")
    panels[0, 0].legend(frameon=False)
    figure.tight_layout()
    figure.savefig(path, dpi=110)


if __name__ == "__main__":
    main()
