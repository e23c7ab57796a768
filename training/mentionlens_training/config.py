"""One typed file describes a run: `training/run-configs/<name>.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from mentionlens.errors import MentionlensError
from mentionlens.romanization import romanized_languages
from mentionlens_data.augmentation import applies
from mentionlens_data.languages import target_languages
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from mentionlens_training.encoder.resolver import DEFAULT_ENCODER

__all__ = [
    "AugmentationConfig",
    "CalibrationConfig",
    "EncoderConfig",
    "GateConfig",
    "HeadsConfig",
    "OptimizationConfig",
    "ParameterConfig",
    "RehearsalConfig",
    "RunConfig",
    "RunConfigError",
    "SamplingConfig",
    "SearchConfig",
    "StageConfig",
    "TextConfig",
    "check_run_config",
    "load_run_config",
    "read_toml",
]


class RunConfigError(MentionlensError):
    """A run configuration cannot be read; the message names file and field."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _romanized(lang: str) -> str:
    if lang not in romanized_languages():
        raise ValueError(f"{lang!r} cannot be read back, possible are {romanized_languages()}")
    return lang


class EncoderConfig(_Section):
    """The base encoder.

    Attributes:
        name: a folder or hub name.
        vocabulary: pieces to keep; None keeps all of them.
        freeze_embeddings: leave the word embeddings as they are: cheaper steps, words of languages
            that training never sees stay in place, and 4-bit tables stay exact.
        trainable_layers: uppermost layers that are trained; what is below them stays as it is, with
            the embeddings. None trains all of them.
        least_cosine: a cut is refused where the mean cosine between the pooled outputs of the cut
            and the uncut encoder is lower in any language.
    """

    name: str = DEFAULT_ENCODER
    vocabulary: int | None = Field(default=None, ge=4000)
    freeze_embeddings: bool = True
    trainable_layers: int | None = Field(default=None, ge=1)
    least_cosine: float = Field(default=0.99, ge=-1, le=1)


class TextConfig(_Section):
    """How a mention becomes ids; copied into the bundle's manifest.

    Attributes:
        prefix: text before every mention.
        train_length: pieces that training reads of a mention.
        max_length: pieces of a window in the shipped model.
        max_windows: windows of a long mention in the shipped model.
        normalizer_version: version of the runtime's normaliser.
        normalizer_options: its options.
        romanized_languages: what is typed in Latin letters and shall be read in Cyrillic.
    """

    prefix: str = "query: "
    train_length: int = Field(default=128, ge=8, le=512)
    max_length: int = Field(default=128, ge=8, le=512)
    max_windows: int = Field(default=1, ge=1)
    normalizer_version: int = 1
    normalizer_options: dict[str, Any] = Field(default_factory=dict)
    romanized_languages: tuple[Annotated[str, AfterValidator(_romanized)], ...] = ()


class SamplingConfig(_Section):
    """Which rows an epoch sees.

    A cell is (source, language, task, label); each gets a share that grows with the
    `exponent`-th power of its weighted size, so that small languages and rare labels stay alive.

    Attributes:
        rows: rows drawn for an epoch.
        exponent: 1 is proportional, 0 gives every cell the same.
        max_repeats: how often one row may be drawn at most.
        task_shares: relative share of each task; a task that is not named has 1.
        source_shares: relative share of each corpus; a corpus that is not named has 1.
    """

    rows: int = Field(ge=1)
    exponent: float = Field(default=0.5, ge=0.0, le=1.0)
    max_repeats: int = Field(default=2, ge=1)
    task_shares: dict[str, Annotated[float, Field(gt=0)]] = Field(default_factory=dict)
    source_shares: dict[str, Annotated[float, Field(gt=0)]] = Field(default_factory=dict)


class AugmentationConfig(_Section):
    """Which of the drawn training rows are read in another form; validation and test never are.

    Attributes:
        shares: name of an augmentation (`mentionlens data augment --list`) to the share of the
            drawn rows, of the languages that it is for, that it is applied to. A row gets one at
            most, so the shares of a language come to 1 at most.
    """

    shares: dict[str, Annotated[float, Field(ge=0, le=1)]] = Field(default_factory=dict)

    @field_validator("shares")
    @classmethod
    def _possible(cls, shares: dict[str, float]) -> dict[str, float]:
        for language in target_languages():
            # An unknown name is an AugmentationError here, and so a ValueError to pydantic.
            total = sum(share for name, share in shares.items() if applies(name, language.code))
            if total > 1 + 1e-9:
                raise ValueError(f"the shares of {language.code!r} come to {total:g}, more than 1")
        return shares


class OptimizationConfig(_Section):
    """The optimiser and its schedule (AdamW, linear decay after warm-up).

    Attributes:
        learning_rate: peak rate of the encoder.
        head_learning_rate: peak rate of the task heads.
        batch_size: mentions a step.
        epochs: passes over the drawn rows.
        weight_decay: of matrices; biases and normalisation weights have none.
        warmup_ratio: share of the steps in which the rate rises.
        dropout: of the pooled features.
        encoder_dropout: inside the encoder, attention included. Zero is much faster on a CPU,
            where random numbers take a good part of a step.
        label_smoothing: share of probability spread over the other labels.
        bfloat16: run the encoder under bfloat16 autocast.
        checkpoint_steps: steps between checkpoints.
        evaluation_rows: validation rows measured at every checkpoint.
        early_stopping: checkpoints without a better mean macro-F1 on the validation rows after
            which training ends; the weights of the best one are kept. None trains to the end.
        hold: in a retraining, how much an answer of the model that it starts from weighs against
            the loss of a row, see `mentionlens_training.retraining.held_answers`; 0 lets them go.
    """

    learning_rate: float = Field(default=8e-5, gt=0)
    head_learning_rate: float = Field(default=1e-3, gt=0)
    batch_size: int = Field(default=48, ge=1)
    epochs: float = Field(default=1.0, gt=0)
    weight_decay: float = Field(default=0.01, ge=0)
    warmup_ratio: float = Field(default=0.06, ge=0, lt=1)
    dropout: float = Field(default=0.1, ge=0, lt=1)
    encoder_dropout: float = Field(default=0.0, ge=0, lt=1)
    label_smoothing: float = Field(default=0.0, ge=0, lt=1)
    bfloat16: bool = True
    checkpoint_steps: int = Field(default=500, ge=1)
    evaluation_rows: int = Field(default=2000, ge=0)
    early_stopping: int | None = Field(default=None, ge=1)
    hold: float = Field(default=0.0, ge=0)


class StageConfig(_Section):
    """One part of the training: rows, the form they are read in, and the optimiser's schedule.

    Attributes:
        name: of its folder within the run.
        sampling: which rows.
        augmentation: in which form.
        optimization: how.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    sampling: SamplingConfig
    augmentation: AugmentationConfig = AugmentationConfig()
    optimization: OptimizationConfig = OptimizationConfig()


class HeadsConfig(_Section):
    """How heads are trained on the answers of a frozen encoder.

    A head is drawn to the one that it starts from; `l2` says how strongly. The strength is chosen
    for each task by cross-validation on training rows, whole groups left out at a time, so that
    few rows move a head little. Its answers to rehearsed rows are held near to what they were.

    Attributes:
        l2: strengths to choose from; the largest leaves a head nearly as it was.
        folds: of the cross-validation.
        selection_rows: rows that it reads.
        class_weight_exponent: 0 weighs every row the same, 1 every label; 0.5 by square roots.
        hold: how much a rehearsed row's old answer weighs against the loss of a row; 0 lets them
            go.
        iterations: of the optimiser (L-BFGS) at most.
        piece_scales: how much the pieces of a text may say beside the encoder's features, in units
            of these: the ratio of their mean squared norms. Chosen with `l2`; 0 leaves them out.
    """

    l2: list[Annotated[float, Field(gt=0)]] = Field(default=[1.0], min_length=1)
    folds: int = Field(default=4, ge=2)
    selection_rows: int = Field(default=4000, ge=50)
    class_weight_exponent: float = Field(default=0.5, ge=0, le=1)
    hold: float = Field(default=0.0, ge=0)
    iterations: int = Field(default=60, ge=1)
    piece_scales: list[Annotated[float, Field(ge=0)]] = Field(default=[0.0], min_length=1)


class RehearsalConfig(_Section):
    """Rows of what the model knew before, mixed with those of one's own files.

    Attributes:
        rows: rows at most; a share for every corpus, language, task and label.
        measured_rows: validation rows of a language x task on which forgetting is measured.
    """

    rows: int = Field(default=0, ge=0)
    measured_rows: int = Field(default=200, ge=1)


class CalibrationConfig(_Section):
    """When an answer counts as unsure.

    Attributes:
        low_confidence: task to the calibrated probability below which an answer is flagged.
        rows: validation rows of a language x task that a temperature is fitted on.
    """

    low_confidence: dict[str, float] = Field(default_factory=dict)
    rows: int = Field(default=500, ge=1)


class GateConfig(_Section):
    """What the export gate reads.

    Attributes:
        labelled_rows: validation rows of each language x task on which the shipped precision is
            compared with float32; fewer are faster, and leave more to chance.
    """

    labelled_rows: int = Field(default=500, ge=50)


class ParameterConfig(_Section):
    """The values of one setting that a search may try: a range of numbers, or a list of choices.

    Attributes:
        low: the smallest number.
        high: the largest number; whole numbers alone are tried where the setting is one.
        log: whether the logarithms are drawn evenly, not the numbers.
        choices: values of the setting's own type, in no order.
    """

    low: float | None = None
    high: float | None = None
    log: bool = False
    choices: list[Any] | None = Field(default=None, min_length=1)

    @model_validator(mode="after")
    def _range_or_choices(self) -> ParameterConfig:
        if self.choices is not None:
            if self.low is not None or self.high is not None or self.log:
                raise ValueError("either low and high (and log), or choices")
            return self
        if self.low is None or self.high is None:
            raise ValueError("low and high, or choices, must stand there")
        if not self.low < self.high:
            raise ValueError(f"low ({self.low:g}) is not below high ({self.high:g})")
        if self.log and self.low <= 0:
            raise ValueError(f"with log, low ({self.low:g}) must be above 0")
        return self


class SearchConfig(_Section):
    """What `mentionlens train --trials` looks for; a run without trials takes no notice of it.

    Attributes:
        space: path of a setting (`stages.0.optimization.learning_rate`) to the values to try.
        random_trials: trials that are drawn at random before earlier ones guide the draw, and
            before one that does worse than the median of the others may be stopped early.
        forgetting_allowed: points of macro-F1 that the task that is forgotten most may lose on
            the rows of old knowledge, on average over its languages, at no cost.
        forgetting_weight: what every point beyond that takes off the value of a trial.
    """

    space: dict[str, ParameterConfig] = Field(min_length=1)
    random_trials: int = Field(default=5, ge=1)
    forgetting_allowed: float = Field(default=1.0, ge=0)
    forgetting_weight: float = Field(default=1.0, ge=0)


class RunConfig(_Section):
    """Everything that decides a run besides the data folder.

    Attributes:
        name: of the model.
        version: of the model.
        seed: of every draw.
        stages: one after the other, each going on from the weights of the one before. None where
            `heads` stands: then the encoder is not trained.
        heads: how the heads alone are trained.
        rehearsal: what old knowledge is mixed in, where the run goes on from another model.
        least_rows: training rows that a language needs before the model claims it. Fewer rows are
            trained on all the same; but nothing can be said of the language, and the export gate
            wants as many texts of every language that a bundle claims.
        search: what trials look for. No part of what a run is: it is left out of every record.
    """

    name: str
    version: str = "0.1.0"
    seed: int = 13
    least_rows: int = Field(default=200, ge=1)
    encoder: EncoderConfig = EncoderConfig()
    text: TextConfig = TextConfig()
    stages: list[StageConfig] = Field(default_factory=list)
    heads: HeadsConfig | None = None
    rehearsal: RehearsalConfig = RehearsalConfig()
    calibration: CalibrationConfig = CalibrationConfig()
    gate: GateConfig = GateConfig()
    search: SearchConfig | None = Field(default=None, exclude=True)

    @field_validator("stages")
    @classmethod
    def _own_names(cls, stages: list[StageConfig]) -> list[StageConfig]:
        names = [stage.name for stage in stages]
        if len(set(names)) != len(names):
            raise ValueError(f"two stages have one name: {', '.join(names)}")
        return stages

    @model_validator(mode="after")
    def _stages_or_heads(self) -> RunConfig:
        if bool(self.stages) == (self.heads is not None):
            raise ValueError("either [[stages]], or [heads] for a frozen encoder, must stand there")
        return self


def load_run_config(path: Path) -> RunConfig:
    """Read and check a run configuration.

    Raises:
        RunConfigError: the file is missing, not TOML, or a field is unknown or out of range.
    """
    return check_run_config(read_toml(path), str(path))


def read_toml(path: Path) -> dict[str, Any]:
    """Return the tables of a configuration file, unchecked.

    Raises:
        RunConfigError: the file is missing or not TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RunConfigError(f"{path}: {error}") from error


def check_run_config(values: Mapping[str, Any], where: str) -> RunConfig:
    """Return the configuration that some tables stand for.

    Args:
        values: as they stand in a file.
        where: names the file in errors.

    Raises:
        RunConfigError: a field is missing, unknown or out of range.
    """
    try:
        return RunConfig.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "stages"
        raise RunConfigError(f"{where}: field {field!r}: {first['msg']}") from error
