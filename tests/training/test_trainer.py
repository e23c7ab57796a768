from __future__ import annotations

import random
import shutil
from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from mentionlens_data.schema import LabelledMention
from mentionlens_data.tasks import Task
from mentionlens_training.config import OptimizationConfig, TextConfig
from mentionlens_training.dataset import HELD, TextPreparer, build_dataset
from mentionlens_training.encoder.tokenizer import SPECIAL_PIECES, build_tokenizer
from mentionlens_training.logits import predict_logits
from mentionlens_training.loss import NOT_HELD
from mentionlens_training.model import MultiTaskClassifier
from mentionlens_training.trainer import fine_tune
from scipy.special import softmax
from transformers import BertConfig, BertModel

TASKS = (Task("sentiment", ("negative", "positive")), Task("troll", ("no", "yes")))
PIECES = [(piece, 0.0) for piece in SPECIAL_PIECES] + [
    (piece, -3.0) for piece in ["▁", "▁good", "▁bad", *"abcdefghijklmnopqrstuvwxyz:"]
]
TEXT = TextConfig(prefix="", train_length=16)
OPTIONS = OptimizationConfig(
    learning_rate=3e-3,
    head_learning_rate=1e-2,
    batch_size=16,
    epochs=4,
    checkpoint_steps=8,
    evaluation_rows=40,
    bfloat16=False,
)
SETTINGS = {"seed": 3, "freeze_embeddings": True, "pad_id": 1}


def tiny_model() -> MultiTaskClassifier:
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(PIECES),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        attn_implementation="eager",
    )
    return MultiTaskClassifier(BertModel(config, add_pooling_layer=False), TASKS)


def tiny_rows(count: int = 200) -> list[LabelledMention]:
    generator = random.Random(0)
    rows = []
    for i in range(count):
        good = generator.random() < 0.5
        text = " ".join(["good" if good else "bad", *generator.choices("uvwxyz", k=i % 9)])
        labels = {"sentiment": "positive" if good else "negative"}
        if i % 2:
            labels["troll"] = "no" if good else "yes"
        rows.append(LabelledMention(f"s/{i}", text, "en", "s", "train", str(i), labels))
    return rows


@pytest.fixture(scope="module")
def dataset():
    preparer = TextPreparer(build_tokenizer(PIECES), TEXT)
    return build_dataset(tiny_rows(), TASKS, preparer)


def test_learns_both_tasks_and_leaves_frozen_embeddings_alone(dataset, tmp_path):
    model = tiny_model()
    before = model.encoder.get_input_embeddings().weight.clone()
    log = fine_tune(model, dataset, dataset, OPTIONS, output=tmp_path, **SETTINGS)
    figures = [entry for entry in log if "eval_sentiment_macro_f1" in entry]
    assert figures[-1]["eval_sentiment_macro_f1"] > 0.95
    assert figures[-1]["eval_troll_macro_f1"] > 0.95
    assert torch.equal(model.encoder.get_input_embeddings().weight, before)


def test_a_stopped_run_goes_on_from_its_last_checkpoint(dataset, tmp_path):
    whole = tiny_model()
    fine_tune(whole, dataset, None, OPTIONS, output=tmp_path / "run", **SETTINGS)
    checkpoints = sorted(
        (tmp_path / "run").glob("checkpoint-*"), key=lambda path: int(path.name.split("-")[1])
    )
    # As if the process had died before the last checkpoint was written.
    shutil.rmtree(checkpoints[-1])

    resumed = tiny_model()
    log = fine_tune(resumed, dataset, None, OPTIONS, output=tmp_path / "run", **SETTINGS)
    assert log[-1]["step"] == 52

    # The few steps that were done again draw other batches, so the weights are close, not equal:
    # a run that had started again from nothing would be as far away as a fresh model.
    def distance(a: MultiTaskClassifier, b: MultiTaskClassifier) -> float:
        pairs = zip(a.parameters(), b.parameters(), strict=True)
        return sum((x - y).square().sum().item() for x, y in pairs) ** 0.5

    assert distance(resumed, whole) < 0.3 * distance(tiny_model(), whole)


def test_logits_come_back_in_the_order_of_the_rows(dataset):
    model = tiny_model().eval()
    together = predict_logits(model, dataset, pad_id=1, batch_size=64)
    alone = predict_logits(model, dataset.select(range(5)), pad_id=1, batch_size=1)
    for name, values in alone.items():
        torch.testing.assert_close(
            torch.tensor(together[name][:5]), torch.tensor(values), atol=1e-5, rtol=0
        )


def test_an_unknown_label_names_the_row():
    row = LabelledMention("s/1", "x", "en", "s", "train", "g", {"sentiment": "great"})
    with pytest.raises(ValueError, match=r"s/1.*great"):
        build_dataset([row], TASKS, TextPreparer(build_tokenizer(PIECES), TEXT))


def test_excluded_labels_teach_that_something_is_not_so(tmp_path):
    rows = [
        replace(row, labels={}, excluded={"sentiment": ("negative",)})
        if row.labels["sentiment"] == "positive"
        else replace(row, labels={}, excluded={"sentiment": ("positive",)})
        for row in tiny_rows()
    ]
    data = build_dataset(rows, TASKS, TextPreparer(build_tokenizer(PIECES), TEXT))
    model = tiny_model()
    fine_tune(model, data, None, OPTIONS, output=tmp_path, **SETTINGS)
    answers = predict_logits(model.eval(), data, pad_id=1, batch_size=64)["sentiment"].argmax(1)
    gold = [row.excluded["sentiment"] == ("negative",) for row in rows]
    assert (answers == gold).mean() > 0.95


def test_dropout_is_that_of_the_options(dataset, tmp_path):
    model = tiny_model()
    options = OPTIONS.model_copy(update={"epochs": 0.1, "encoder_dropout": 0.25, "dropout": 0.0})
    fine_tune(model, dataset, None, options, output=tmp_path, **SETTINGS)
    inside = [m.p for m in model.encoder.modules() if isinstance(m, torch.nn.Dropout)]
    assert set(inside) == {0.25}
    assert model.dropout.p == 0.0


def test_held_answers_stay_while_something_else_is_learned(tmp_path) -> None:
    preparer = TextPreparer(build_tokenizer(PIECES), TEXT)
    # Nothing is said of trolls.
    rows = [replace(row, labels={"sentiment": row.labels["sentiment"]}) for row in tiny_rows()]
    dataset = build_dataset(rows, TASKS, preparer)
    before = predict_logits(tiny_model().eval(), dataset, 1, 32)["troll"]
    held = np.concatenate([np.full((len(rows), 2), NOT_HELD), softmax(before, axis=1)], axis=1)

    def trained(hold: float) -> tuple[float, float]:
        model = tiny_model()
        options = OPTIONS.model_copy(update={"hold": hold})
        train = dataset.add_column(HELD, held.tolist())
        fine_tune(model, train, None, options, output=tmp_path / f"{hold:g}", **SETTINGS)
        after = predict_logits(model.eval(), dataset, 1, 32)
        right = [row.labels["sentiment"] == "positive" for row in rows]
        moved = np.abs(softmax(after["troll"], axis=1) - softmax(before, axis=1)).mean()
        return float(moved), float((after["sentiment"].argmax(1) == right).mean())

    (free_moved, free), (held_moved, still) = trained(0.0), trained(3.0)
    assert held_moved < 0.5 * free_moved
    assert still > free - 0.05
