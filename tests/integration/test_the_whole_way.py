"""Corpora in, a verified bundle out, an answer for a mention: every command, on tiny data."""

from __future__ import annotations

import gzip
import json
import random
import shutil
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from mentionlens import MentionClassifier
from mentionlens.cli import main
from mentionlens_training.encoder.tokenizer import SPECIAL_PIECES, build_tokenizer
from mentionlens_training.evaluation.reading import read_evaluation
from transformers import BertConfig, BertModel

LETTERS = "abcdefghijklmnoprstuvwyząćęłńóśźżабвгдежзийклмнопрстуфхцчшщъыьэюя:,."
GOOD = {"pl": ["polecam", "super"], "en": ["great", "thanks"]}
BAD = {"pl": ["porażka", "oszuści"], "en": ["awful", "late"]}
FILLER = {
    "pl": ["sklep", "paczka", "kurier", "towar", "cena", "termin"],
    "en": ["flight", "seat", "agent", "bag", "gate", "crew"],
}
CONFIG = """
name = "tiny"
version = "0.0.1"
seed = 5

[encoder]
name = "{encoder}"
least_cosine = -1.0

[text]
train_length = 32
max_length = 32
max_windows = 2

[[stages]]
name = "all"

[stages.sampling]
rows = 2400

[stages.optimization]
learning_rate = 2e-3
head_learning_rate = 1e-2
batch_size = 16
epochs = 4
checkpoint_steps = 100
evaluation_rows = 50
bfloat16 = false

[calibration]
low_confidence = {{ sentiment = 0.5 }}
"""


def write_corpora(folder: Path) -> None:
    """Write tiny stand-ins for two corpora of the ledger, in their own fields."""
    generator = random.Random(0)

    def text(lang: str, good: bool) -> str:
        signal = generator.choice((GOOD if good else BAD)[lang])
        words = [*generator.sample(FILLER[lang], 4), signal]
        generator.shuffle(words)
        return " ".join(words) + " " + "".join(generator.choices("abcdef", k=4))

    def write(name: str, rows: list[dict[str, object]]) -> None:
        (folder / name).mkdir(parents=True)
        with gzip.open(folder / name / "data.jsonl.gz", "wt", encoding="utf-8") as lines:
            for row in rows:
                lines.write(json.dumps(row, ensure_ascii=False) + "\n")

    polish, english = [], []
    for i in range(2400):
        good = i % 2 == 0
        polish.append(
            {
                "id": f"p{i}",
                "text": text("pl", good),
                "lang": "pl",
                "label": "positive" if good else "negative",
                "split": None,
                "source": "pl-shop-and-play-mentions",
                "domain": "shop-review",
            }
        )
        english.append(
            {
                "id": f"e{i}",
                "text": text("en", good),
                "lang": "en",
                "label": "positive" if good else "negative",
                "split": None,
                "source": "airline-us-en",
                "negativereason": None if good else "Late Flight",
            }
        )
    write("pl-shop-and-play-mentions", polish)
    write("airline-us-en", english)


def write_encoder(folder: Path) -> None:
    words = sorted({w for group in (GOOD, BAD, FILLER) for words in group.values() for w in words})
    pieces = [(piece, 0.0) for piece in SPECIAL_PIECES] + [("▁", -2.0), ("▁query", -4.0)]
    pieces += [(letter, -6.0) for letter in LETTERS] + [(f"▁{word}", -5.0) for word in words]
    config = BertConfig(
        vocab_size=len(pieces),
        hidden_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=128,
        max_position_embeddings=64,
    )
    torch.manual_seed(0)
    BertModel(config).save_pretrained(folder)
    build_tokenizer(pieces).save(str(folder / "tokenizer.json"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The work folder after prepare, train and export."""
    folder = tmp_path_factory.mktemp("way")
    write_corpora(folder / "corpora")
    write_encoder(folder / "encoder")
    (folder / "run.toml").write_text(CONFIG.format(encoder=folder / "encoder"), encoding="utf-8")
    golden = [
        {"id": f"g{i}", "lang": lang, "text": f"{FILLER[lang][i]} {words[lang][i % 2]}"}
        for lang in ("pl", "en")
        for words in (GOOD, BAD)
        for i in range(3)
    ]
    (folder / "golden.jsonl").write_text(
        "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in golden), encoding="utf-8"
    )
    prepared, run = str(folder / "prepared"), str(folder / "run")
    # A user's own file, in a language that has too few rows to be claimed.
    own = [
        f"{i};{'gut' if i % 2 else 'late'} {'abcdefghij'[i // 10] * 3} {'klmnopqrst'[i % 10]}"
        f" seat;de;{'positive' if i % 2 else 'negative'}"
        for i in range(100)
    ]
    text = "\n".join(["id;text;lang;sentiment", *own])
    (folder / "care.csv").write_text(text, encoding="utf-8")
    prepare = ["data", "prepare", "--corpora", str(folder / "corpora"), "-o", prepared]
    prepare += ["--public-only", "--file", str(folder / "care.csv")]
    for name in ("pl-shop-and-play-mentions", "airline-us-en"):
        prepare += ["--corpus", name]
    assert main(prepare) == 0
    train = ["train", "--data", prepared, "--config", str(folder / "run.toml"), "--run", run]
    train += ["--golden", str(folder / "golden.jsonl"), "-o", str(folder / "bundle")]
    assert main(train) == 0
    return folder


def test_the_bundle_answers_and_knows_where_it_comes_from(folder):
    classifier = MentionClassifier(folder / "bundle", threads=1)
    good, bad, late = classifier.predict(
        ["super sklep, polecam", "porażka, oszuści", "flight late, awful crew"]
    )
    assert good.sentiment.label == "positive"
    assert bad.sentiment.label == "negative"
    assert late.complaint.label == "delivery"
    assert late.troll.label == "no"
    corpora = classifier.manifest.provenance["data"]["corpora"]
    assert set(corpora) == {"pl-shop-and-play-mentions", "airline-us-en", "care.csv"}
    assert all(corpus["licence"] and corpus["rows"] > 50 for corpus in corpora.values())
    assert set(classifier.manifest.languages) == {"pl", "en"}


def test_the_graph_does_not_tell_where_it_was_made(folder):
    assert str(folder).encode() not in (folder / "bundle" / "model.onnx").read_bytes()


def test_the_gate_left_its_record_and_the_bundle_verifies(folder, capsys):
    manifest = json.loads((folder / "bundle" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["verification"]["checks"]
    assert main(["verify", str(folder / "bundle")]) == 0


def test_evaluation_beats_the_majority_on_the_test_parts(folder):
    words = ["evaluate", str(folder / "bundle"), "--data", str(folder / "prepared")]
    words += ["-o", str(folder / "evaluation"), "--baseline-train", str(folder / "prepared")]
    words += ["--training-ids", str(folder / "run" / "training_ids.txt")]
    assert main(words) == 0
    table = (folder / "evaluation" / "evaluation.md").read_text(encoding="utf-8")
    assert "| pl |" in table
    evaluation = read_evaluation(folder / "evaluation")
    result = evaluation.language("pl").task("sentiment")
    assert result.scores.macro_f1.value > 0.9
    assert result.majority.value < 0.6
    assert "Polish" in (folder / "evaluation" / "pl.html").read_text(encoding="utf-8")
    predictions = (folder / "evaluation" / "predictions.jsonl").read_text(encoding="utf-8")
    assert len(predictions.splitlines()) > 50


def test_a_model_is_no_worse_than_itself(folder, capsys):
    words = ["compare", str(folder / "evaluation"), str(folder / "evaluation")]
    assert main([*words, "--no-worse-than", "0"]) == 0
    assert main(["report", str(folder / "evaluation"), "--lang", "pl"]) == 0
    assert "Polish" in capsys.readouterr().out


def test_the_same_run_gives_the_same_weights(folder):
    words = ["train", "--data", str(folder / "prepared"), "--config", str(folder / "run.toml")]
    assert main([*words, "--run", str(folder / "again")]) == 0
    for name in ("heads.safetensors", "encoder/model.safetensors"):
        first = (folder / "run" / "trained" / name).read_bytes()
        assert (folder / "again" / "trained" / name).read_bytes() == first


def test_a_run_folder_is_not_used_for_another_run(folder, capsys):
    words = ["train", "--data", str(folder / "prepared"), "--config", str(folder / "run.toml")]
    assert main([*words, "--run", str(folder / "run"), "--seed", "6"]) == 1
    assert "another configuration" in capsys.readouterr().err


def test_one_call_prepares_too_and_goes_on_from_what_is_there(folder, capsys):
    words = ["train", "--config", str(folder / "run.toml"), "--run", str(folder / "one-call")]
    words += ["--corpora", str(folder / "corpora")]
    # The two corpora are not all that the ledger knows.
    assert main(words) == 1
    assert "airline-es" in capsys.readouterr().err
    assert not (folder / "one-call" / "trained").exists()

    # As an earlier call would have left it.
    shutil.copytree(folder / "prepared", folder / "one-call" / "prepared")
    assert main([*words, "--policy", "open"]) == 1
    assert "was prepared with --policy research, not open" in capsys.readouterr().err
    assert main(words) == 0
    assert (folder / "one-call" / "trained" / "trained.json").is_file()


def test_a_policy_is_for_corpora(folder, capsys):
    words = ["train", "--data", str(folder / "prepared"), "--config", str(folder / "run.toml")]
    assert main([*words, "--run", str(folder / "never"), "--policy", "open"]) == 2
    assert "--policy needs --corpora" in capsys.readouterr().err
    assert not (folder / "never").exists()
