"""`setfit` for `few_shot.py`, in a Python that has it: a JSON job a line in, an answer a line out.

A job names the folder of the encoder (`encoder`), the texts and label ids to learn from (`texts`,
`labels`), the texts to answer (`test`), `seed`, `threads`, `max_length` and `iterations`, which is
how many pairs of either kind are drawn for each text. The answer has `labels`, and `seconds` and
`processor_seconds` of the training alone, loading the encoder not counted.

The encoder is trained under bfloat16 autocast, with the plain attention and without its word
embeddings, as mentionlens trains its own: all of it makes `setfit` faster than its defaults.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from typing import Any

import numpy as np
import torch
from datasets import Dataset
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
from setfit import SetFitModel, Trainer, TrainingArguments
from sklearn.linear_model import LogisticRegression
from transformers import PreTrainedTokenizerFast, set_seed

BATCH = 16


def main() -> None:
    # Libraries print to standard output, which is for answers.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    for line in sys.stdin:
        answers.write(json.dumps(answer(json.loads(line))) + "\n")


def answer(job: dict[str, Any]) -> dict[str, Any]:
    torch.set_num_threads(job["threads"])
    set_seed(job["seed"])
    body = load_encoder(job["encoder"], job["max_length"])
    model = SetFitModel(model_body=body, model_head=LogisticRegression(max_iter=1000))
    texts, labels = job["texts"], job["labels"]
    with tempfile.TemporaryDirectory() as folder:
        trainer = Trainer(
            model=model,
            args=TrainingArguments(
                output_dir=folder,
                batch_size=BATCH,
                seed=job["seed"],
                report_to="none",
                save_strategy="no",
                logging_strategy="no",
                show_progress_bar=False,
                # As many pairs as `num_iterations` draws; that one first lists every pair of a
                # large set in memory.
                max_steps=max(1, 2 * job["iterations"] * len(texts) // BATCH),
            ),
            train_dataset=Dataset.from_dict({"text": texts, "label": labels}),
        )
        start = time.perf_counter(), time.process_time()
        with torch.autocast("cpu", torch.bfloat16):
            trainer.train()
        seconds, processor = time.perf_counter() - start[0], time.process_time() - start[1]
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        found = np.asarray(model.predict(job["test"], batch_size=64, as_numpy=True))
    labels = [int(label) for label in found]
    return {"labels": labels, "seconds": seconds, "processor_seconds": processor}


def load_encoder(folder: str, max_length: int) -> SentenceTransformer:
    """Return the encoder with mean pooling."""
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_file=f"{folder}/tokenizer.json",
        bos_token="<s>",
        eos_token="</s>",
        cls_token="<s>",
        sep_token="</s>",
        unk_token="<unk>",
        pad_token="<pad>",
    )
    tokenizer.save_pretrained(folder)
    # The attention that is fastest here, as mentionlens' own; what no text passes is left out.
    options = {"attn_implementation": "eager", "add_pooling_layer": False}
    words = Transformer(folder, max_seq_length=max_length, model_kwargs=options)
    pooling = Pooling(words.get_embedding_dimension(), pooling_mode="mean")
    body = SentenceTransformer(modules=[words, pooling], device="cpu")
    words.auto_model.get_input_embeddings().requires_grad_(False)
    return body


if __name__ == "__main__":
    main()
