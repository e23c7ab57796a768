"""The ways of learning that `few_shot.py` compares.

Every encoder reads the same texts: normalised, behind the prefix of the base encoder, 128 pieces at
most. Every learner is told the rows of one question and answers the test rows; its seconds are
those from labelled texts to a model that can answer, on the same number of threads, without the
loading of an encoder. What is computed once and kept, the features of the base encoder, is counted
at the measured speed. All torch encoders are trained, and read, under bfloat16 autocast.
"""

from __future__ import annotations

import copy
import dataclasses
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from few_shot_sets import DrawnSet
from mentionlens.bundle import sha256_file
from mentionlens_data.hashing import unit_hash
from mentionlens_data.preparation.source import SourceAccount
from mentionlens_data.preparation.writing import write_prepared
from mentionlens_data.schema import LabelledMention
from mentionlens_data.tasks import default_tasks
from mentionlens_training.config import TextConfig
from mentionlens_training.dataset import TextPreparer, build_dataset
from mentionlens_training.encoder.cut import save_encoder
from mentionlens_training.encoder.resolver import DEFAULT_ENCODER, resolve_encoder
from mentionlens_training.export.heads import pooled_graph
from mentionlens_training.export.pooled import EncoderPooler, GraphPooler
from mentionlens_training.init import Init
from mentionlens_training.logits import predict_logits
from mentionlens_training.model import MultiTaskClassifier
from mentionlens_training.pieces import bag_of_pieces
from mentionlens_training.retraining.depths import depth_config
from mentionlens_training.retraining.features import cached_features
from mentionlens_training.retraining.retrain import retrain
from mentionlens_training.retraining.start import open_start
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import StandardScaler
from torch.nn import functional

OWN = "few-shot"
STRENGTHS = (1e-4, 1e-3, 1e-2, 1e-1, 1.0)
ITERATIONS = {8: 20, 64: 5}
"""Rows of a label to the pairs of either kind that setfit draws for each text; 1 with more rows."""
BATCH, PASSES, LEAST_STEPS = 16, 3, 100
RATE, HEAD_RATE, WARM_UP = 8e-5, 1e-3, 0.1


@dataclasses.dataclass(frozen=True)
class Lesson:
    """What a learner is given.

    Attributes:
        drawn: the set, with the test rows.
        rows: to learn from.
        size: rows of a label that were asked for; None: all.
        seed: of whatever is drawn.
    """

    drawn: DrawnSet
    rows: Sequence[LabelledMention]
    size: int | None
    seed: int

    @property
    def labels(self) -> list[str]:
        """Labels of the rows to learn from."""
        return [row.labels[self.drawn.asked.task] for row in self.rows]

    @property
    def test_texts(self) -> list[str]:
        """Texts of the rows to answer."""
        return [row.text for row in self.drawn.test]


@dataclasses.dataclass(frozen=True)
class Answers:
    """What a learner made of one set.

    Attributes:
        labels: of the test rows.
        seconds: of the training, by the clock.
        processor_seconds: of the training, of all threads together: what a busy machine leaves
            nearly as it is.
    """

    labels: Sequence[str]
    seconds: float
    processor_seconds: float


class Stopwatch:
    """Runs from its making; `read` gives the seconds by the clock and of the processor."""

    def __init__(self) -> None:
        self._start = time.perf_counter(), time.process_time()

    def read(self) -> tuple[float, float]:
        """Return the seconds so far."""
        return time.perf_counter() - self._start[0], time.process_time() - self._start[1]


class Learners:
    """All of them, with what they share.

    Args:
        folder: of what is computed once, and of the runs.
        threads: of each learner.
        setfit_python: a Python that has `setfit`; None where it is not asked for.
    """

    def __init__(self, folder: Path, *, threads: int, setfit_python: Path | None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._threads = threads
        torch.set_num_threads(threads)
        self._base = resolve_encoder(DEFAULT_ENCODER)
        self._preparer = TextPreparer(self._base.tokenizer, TextConfig())
        self._pad_id = self._base.model.config.pad_token_id or 0
        self._start = open_start("packaged")
        self._setfit_python = setfit_python
        self._setfit: subprocess.Popen[str] | None = None
        self.methods: dict[str, Callable[[Lesson], Answers]] = {
            "packaged": self.packaged,
            "tfidf": self.tfidf,
            "frozen": self.frozen,
            "heads": self.heads,
            "finetune": self.finetune,
            "setfit": self.setfit,
            "top": self.top,
        }

    def close(self) -> None:
        """End the process of setfit, if there is one."""
        if self._setfit is not None and self._setfit.stdin is not None:
            self._setfit.stdin.close()
            self._setfit.wait()

    def tfidf(self, lesson: Lesson) -> Answers:
        """Logistic regression on TF-IDF of characters and words."""
        model = make_pipeline(
            make_union(
                TfidfVectorizer(
                    analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, max_features=100_000
                ),
                TfidfVectorizer(
                    ngram_range=(1, 2),
                    sublinear_tf=True,
                    max_features=50_000,
                    token_pattern=r"(?u)\b\w+\b",
                ),
            ),
            LogisticRegression(C=10, class_weight="balanced", max_iter=300),
        )
        texts = [self._preparer.text(row.text) for row in lesson.rows]
        watch = Stopwatch()
        model.fit(texts, lesson.labels)
        seconds = watch.read()
        found = model.predict(list(map(self._preparer.text, lesson.test_texts)))
        return Answers(found.tolist(), *seconds)

    def frozen(self, lesson: Lesson) -> Answers:
        """Logistic regression on the base encoder's features, its strength cross-validated."""
        features, of_a_row = self._base_features(lesson.drawn)
        places = {row.id: i for i, row in enumerate((*lesson.drawn.pool, *lesson.drawn.test))}
        train = features[[places[row.id] for row in lesson.rows]]
        watch = Stopwatch()
        # Balanced, as for TF-IDF: what is measured gives every label the same weight.
        model = make_pipeline(
            StandardScaler(), LogisticRegression(class_weight="balanced", max_iter=300)
        )
        folds = StratifiedKFold(4, shuffle=True, random_state=lesson.seed)
        search = GridSearchCV(
            model, {"logisticregression__C": STRENGTHS}, scoring="neg_log_loss", cv=folds
        )
        search.fit(train, lesson.labels)
        seconds = [
            fitting + reading * len(lesson.rows)
            for fitting, reading in zip(watch.read(), of_a_row, strict=True)
        ]
        return Answers(search.predict(features[len(lesson.drawn.pool) :]).tolist(), *seconds)

    def finetune(self, lesson: Lesson) -> Answers:
        """Fine-tune the base encoder and one linear head in a plain loop, with mentionlens' rates.

        As many passes as give `LEAST_STEPS` steps, `PASSES` at least; the word embeddings stay.
        """
        torch.manual_seed(lesson.seed)
        task = lesson.drawn.asked.question
        labels = torch.tensor([task.labels.index(label) for label in lesson.labels])
        ids = self._preparer.ids([row.text for row in lesson.rows])
        watch = Stopwatch()
        model = MultiTaskClassifier(copy.deepcopy(self._base.model), (task,)).train()
        model.encoder.get_input_embeddings().requires_grad_(False)
        groups = [
            {"params": [p for p in model.encoder.parameters() if p.requires_grad], "lr": RATE},
            {"params": list(model.heads.parameters()), "lr": HEAD_RATE},
        ]
        optimizer = torch.optim.AdamW(groups, weight_decay=0.01, fused=True)
        steps = max(LEAST_STEPS, PASSES * -(-len(lesson.rows) // BATCH))
        schedule = torch.optim.lr_scheduler.LambdaLR(
            optimizer,
            lambda step: min((step + 1) / (WARM_UP * steps), (steps - step) / (steps * 0.9), 1.0),
        )
        order = torch.cat(
            [torch.randperm(len(lesson.rows)) for _ in range(-(-steps * BATCH // len(lesson.rows)))]
        )
        for step in range(steps):
            batch = order[step * BATCH : (step + 1) * BATCH]
            padded = torch.nn.utils.rnn.pad_sequence(
                [torch.tensor(ids[i]) for i in batch], True, self._pad_id
            )
            with torch.autocast("cpu", torch.bfloat16):
                logits = model(padded, (padded != self._pad_id).long())[task.name]
            loss = functional.cross_entropy(logits.float(), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
        seconds = watch.read()
        return Answers(_torch_answers(model, lesson.drawn, self._preparer, self._pad_id), *seconds)

    def setfit(self, lesson: Lesson) -> Answers:
        """Contrastive training of the base encoder, then logistic regression, by `setfit`."""
        names = lesson.drawn.asked.labels
        job = {
            "encoder": str(self._encoder_folder()),
            "texts": [self._preparer.text(row.text) for row in lesson.rows],
            "labels": [names.index(label) for label in lesson.labels],
            "test": list(map(self._preparer.text, lesson.test_texts)),
            "seed": lesson.seed,
            "threads": self._threads,
            "max_length": TextConfig().train_length,
            "iterations": setfit_iterations(lesson.size),
        }
        process = self._setfit = self._setfit or self._start_setfit()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(job) + "\n")
        process.stdin.flush()
        line = process.stdout.readline()
        if not line:
            raise SystemExit(f"setfit ended with code {process.wait()}; see what it printed above")
        found = json.loads(line)
        seconds = found["seconds"], found["processor_seconds"]
        return Answers([names[i] for i in found["labels"]], *seconds)

    def packaged(self, lesson: Lesson) -> Answers:
        """Return what the shipped model answers as it is; for the questions that it knows."""
        return Answers(self._shipped_answers(self._start.trained.model, lesson.drawn), 0.0, 0.0)

    def heads(self, lesson: Lesson) -> Answers:
        """`mentionlens train --depth heads --no-rehearsal`, nothing held back.

        The answers are the new head's on what the shipped graph computes: what the bundle that
        the command writes answers to a mention of one window.
        """
        seconds, model = self._retrain("heads", lesson, lesson.rows, (), self._start)
        return Answers(self._shipped_answers(model, lesson.drawn), *seconds)

    def top(self, lesson: Lesson) -> Answers:
        """`mentionlens train --depth top --no-rehearsal`, a tenth held back as the command does."""
        order = sorted(lesson.rows, key=lambda row: unit_hash("held back", row.id))
        tenth = max(1, len(order) // 10)
        start = open_start("packaged")
        seconds, model = self._retrain("top", lesson, order[tenth:], order[:tenth], start)
        preparer = TextPreparer(start.trained.tokenizer, start.trained.config.text)
        pad_id = model.encoder.config.pad_token_id or 0
        return Answers(_torch_answers(model, lesson.drawn, preparer, pad_id), *seconds)

    def _retrain(
        self,
        depth: str,
        lesson: Lesson,
        rows: Sequence[LabelledMention],
        held_back: Sequence[LabelledMention],
        start: Init,
    ) -> tuple[tuple[float, float], MultiTaskClassifier]:
        tasks = default_tasks()
        if not lesson.drawn.asked.known:
            tasks = (*tasks, lesson.drawn.asked.question)
        parts = {
            split: [dataclasses.replace(row, source=OWN, split=split) for row in part]
            for split, part in (("train", rows), ("validation", held_back), ("test", ()))
        }
        account = SourceAccount(
            OWN, "rows of one set", "the user's own", "own", "", "", "", len(rows), ""
        )
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            data = Path(folder) / "prepared"
            write_prepared(data, parts, [account], removed=[], policy="own", seed=0, tasks=tasks)
            config = depth_config(depth, start, seed=lesson.seed)
            watch = Stopwatch()
            made = retrain(data, config, Path(folder) / "run", start, depth)
            return watch.read(), made.model

    def _base_features(self, drawn: DrawnSet) -> tuple[NDArray[np.float32], list[float]]:
        """Return the base encoder's features of pool and test rows, and what a row took.

        That is by the clock and of the processor.
        """
        path = self._folder / "base" / f"{drawn.asked.source}.npy"
        speed = path.with_suffix(".seconds.json")
        texts = [row.text for row in (*drawn.pool, *drawn.test)]
        pooler = EncoderPooler(self._base.model, padding_id=self._pad_id)
        if not speed.is_file():
            # Of enough rows to be one speed, and computed for that alone.
            some = self._preparer.ids(texts[:512])
            watch = Stopwatch()
            pooler(some)
            seconds = [value / len(some) for value in watch.read()]
            path.parent.mkdir(parents=True, exist_ok=True)
            speed.write_text(json.dumps(seconds), encoding="utf-8")
        features = cached_features(texts, self._preparer, pooler, path, encoder=DEFAULT_ENCODER)
        return features, json.loads(speed.read_text(encoding="utf-8"))

    def _shipped_answers(self, model: MultiTaskClassifier, drawn: DrawnSet) -> list[str]:
        """Answer the test rows by a model's head on what the shipped graph computes."""
        task = drawn.asked.question
        trained = self._start.trained
        text = trained.config.text
        preparer = TextPreparer(
            trained.tokenizer, text.model_copy(update={"train_length": text.max_length})
        )
        bags = bag_of_pieces(
            preparer.ids([row.text for row in drawn.test]), model.encoder.config.vocab_size
        )
        pooled = torch.from_numpy(self._shipped_features(drawn, preparer))
        with torch.inference_mode():
            logits = model.head(task.name).answer_bags(pooled, bags)
        return [task.labels[int(i)] for i in logits.argmax(1)]

    def _shipped_features(self, drawn: DrawnSet, preparer: TextPreparer) -> NDArray[np.float32]:
        trained = self._start.trained
        shipped = trained.shipped
        assert shipped is not None
        pad_id = trained.model.encoder.config.pad_token_id or 0
        path = self._folder / "shipped" / f"{drawn.asked.source}.npy"
        graph = pooled_graph(onnx.load(str(shipped.path)))
        with GraphPooler(graph, max_batch=shipped.max_batch, padding_id=pad_id) as pooler:
            texts = [row.text for row in drawn.test]
            sha = sha256_file(shipped.path)
            return np.array(cached_features(texts, preparer, pooler, path, encoder=sha))

    def _encoder_folder(self) -> Path:
        folder = self._folder / "encoder"
        if not (folder / "encoder.json").is_file():
            save_encoder(self._base, folder)
        return folder

    def _start_setfit(self) -> subprocess.Popen[str]:
        if self._setfit_python is None:
            raise SystemExit("setfit is not here: name a Python that has it, --setfit-python")
        worker = Path(__file__).with_name("few_shot_setfit.py")
        return subprocess.Popen(
            [str(self._setfit_python), str(worker)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": str(self._threads), "HF_HUB_OFFLINE": "1"},
        )


def setfit_iterations(size: int | None) -> int:
    """Return how many pairs of either kind setfit draws for each text: few where texts are many."""
    return ITERATIONS.get(size or 0, 1)


def _torch_answers(
    model: MultiTaskClassifier, drawn: DrawnSet, preparer: TextPreparer, pad_id: int
) -> list[str]:
    task = drawn.asked.question
    bare = [dataclasses.replace(row, labels={}) for row in drawn.test]
    with torch.autocast("cpu", torch.bfloat16):
        dataset = build_dataset(bare, model.tasks, preparer)
        logits = predict_logits(model.eval(), dataset, pad_id, 64)[task.name]
    return [task.labels[int(i)] for i in logits.argmax(axis=1)]
