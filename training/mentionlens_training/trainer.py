"""Fine-tunes the multi-task model with `transformers.Trainer`; a stopped run goes on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from datasets import Dataset
from mentionlens_data.tasks import Task
from sklearn.metrics import f1_score
from torch import Tensor, nn
from transformers import (
    EarlyStoppingCallback,
    EvalPrediction,
    PrinterCallback,
    Trainer,
    TrainingArguments,
)
from transformers.trainer_utils import get_last_checkpoint, set_seed

from mentionlens_training.config import OptimizationConfig
from mentionlens_training.dataset import HELD, NO_LABEL, Collator
from mentionlens_training.freezing import freeze
from mentionlens_training.loss import held_loss, multi_task_loss
from mentionlens_training.model import MultiTaskClassifier
from mentionlens_training.progress import ProgressLines, Watch, WatchedValidation

__all__ = ["fine_tune"]


def fine_tune(
    model: MultiTaskClassifier,
    train: Dataset,
    validation: Dataset | None,
    options: OptimizationConfig,
    *,
    seed: int,
    freeze_embeddings: bool,
    output: Path,
    pad_id: int,
    trainable_layers: int | None = None,
    watch: Watch | None = None,
) -> list[dict[str, Any]]:
    """Train in place and return the log of the run (steps, loss, validation figures).

    Checkpoints go to `output`; where it already holds one of the same run, training goes on
    from there.

    Args:
        model: changed in place.
        train: from `build_dataset`.
        validation: measured at every checkpoint; None skips that.
        options: the optimiser and its schedule.
        seed: of the order of the rows.
        freeze_embeddings: leave the word embeddings as they are.
        output: folder of the checkpoints.
        pad_id: id of the padding piece.
        trainable_layers: uppermost layers of the encoder that are trained; None: all.
        watch: told the validation figures.

    Raises:
        FreezingError: the encoder has no such layers.
    """
    set_seed(seed)
    freeze(model.encoder, embeddings=freeze_embeddings, trainable_layers=trainable_layers)
    model.dropout.p = options.dropout
    for module in model.encoder.modules():
        if isinstance(module, nn.Dropout):
            module.p = options.encoder_dropout
    stops = options.early_stopping is not None and validation is not None
    arguments = TrainingArguments(
        output_dir=str(output),
        use_cpu=not torch.cuda.is_available(),
        bf16=options.bfloat16,
        num_train_epochs=options.epochs,
        per_device_train_batch_size=options.batch_size,
        per_device_eval_batch_size=options.batch_size,
        learning_rate=options.learning_rate,
        warmup_steps=options.warmup_ratio,
        lr_scheduler_type="linear",
        train_sampling_strategy="group_by_length",
        length_column_name="length",
        remove_unused_columns=False,
        label_names=["labels"],
        eval_strategy="no" if validation is None else "steps",
        eval_steps=options.checkpoint_steps,
        save_steps=options.checkpoint_steps,
        save_total_limit=2,
        logging_steps=50,
        report_to=[],
        load_best_model_at_end=stops,
        metric_for_best_model="macro_f1" if stops else None,
        disable_tqdm=True,
        seed=seed,
        data_seed=seed,
    )
    trainer = _MultiTaskTrainer(
        model=model,
        args=arguments,
        train_dataset=train,
        eval_dataset=validation,
        data_collator=Collator(pad_id),
        compute_metrics=_Metrics(model.tasks),
        optimizers=(torch.optim.AdamW(_parameter_groups(model, options), fused=True), None),
    )
    # It prints to standard output, which is for results.
    trainer.remove_callback(PrinterCallback)
    trainer.add_callback(ProgressLines())
    if stops and options.early_stopping is not None:
        trainer.add_callback(EarlyStoppingCallback(options.early_stopping))
    if watch is not None:
        trainer.add_callback(WatchedValidation(watch))
    trainer.label_smoothing, trainer.hold = options.label_smoothing, options.hold
    checkpoint = get_last_checkpoint(str(output)) if output.is_dir() else None  # type: ignore[no-untyped-call]
    trainer.train(resume_from_checkpoint=checkpoint)
    return list(trainer.state.log_history)


class _MultiTaskTrainer(Trainer):
    label_smoothing = 0.0
    hold = 0.0

    def compute_loss(  # type: ignore[override] # what else the base class passes is not needed
        self,
        model: nn.Module,
        inputs: dict[str, Tensor],
        return_outputs: bool = False,
        **_: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401 - a scalar, with outputs where asked
        logits = model(inputs["input_ids"], inputs["attention_mask"])
        loss = multi_task_loss(
            logits, inputs["labels"], inputs["weight"], inputs["excluded"], self.label_smoothing
        )
        if HELD in inputs:
            loss = loss + self.hold * held_loss(logits, inputs[HELD])
        return (loss, logits) if return_outputs else loss


class _Metrics:
    """Macro-F1 of each task over the rows that answer it."""

    def __init__(self, tasks: Sequence[Task]) -> None:
        self._tasks = tasks

    def __call__(self, prediction: EvalPrediction) -> dict[str, float]:
        labels = np.asarray(prediction.label_ids)
        figures = {}
        for column, (task, logits) in enumerate(
            zip(self._tasks, prediction.predictions, strict=True)
        ):
            known = labels[:, column] != NO_LABEL
            if known.any():
                figures[f"{task.name}_macro_f1"] = float(
                    f1_score(labels[known, column], logits[known].argmax(-1), average="macro")
                )
        if figures:
            figures["macro_f1"] = float(np.mean(list(figures.values())))
        return figures


def _parameter_groups(
    model: MultiTaskClassifier, options: OptimizationConfig
) -> list[dict[str, Any]]:
    """Heads learn faster than the encoder; vectors (biases, norms) are not decayed."""
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            rate = (
                options.head_learning_rate if name.startswith("heads.") else options.learning_rate
            )
            decay = options.weight_decay if parameter.ndim > 1 else 0.0
            groups.setdefault((rate, decay), []).append(parameter)
    return [
        {"params": parameters, "lr": rate, "weight_decay": decay}
        for (rate, decay), parameters in groups.items()
    ]
