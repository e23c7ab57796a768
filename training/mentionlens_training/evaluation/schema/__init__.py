"""The typed content of `evaluation.json`: the one source of every page, table and card.

All shares and scores lie in [0, 1] and are rounded to 4 decimals. What was not measured is null or
an empty list, never zero. A file of an older schema version is brought up to this one by
`mentionlens_training.evaluation.reading`.
"""

from __future__ import annotations

from mentionlens_training.evaluation.schema.base import Estimate, Record, Share
from mentionlens_training.evaluation.schema.evaluation import SCHEMA_VERSION, Evaluation
from mentionlens_training.evaluation.schema.language import (
    LanguageResult,
    Robustness,
    TaskRobustness,
)
from mentionlens_training.evaluation.schema.run import (
    BaselineInfo,
    BundleInfo,
    DataInfo,
    Precision,
    PrecisionCell,
    Settings,
    Speed,
)
from mentionlens_training.evaluation.schema.scores import (
    CoveragePoint,
    FalseAlarms,
    LabelScores,
    ReliabilityBin,
    Scores,
    SliceScores,
    SourceScores,
    Threshold,
)
from mentionlens_training.evaluation.schema.task import Mistake, MistakeKind, Rival, TaskResult

__all__ = [
    "SCHEMA_VERSION",
    "BaselineInfo",
    "BundleInfo",
    "CoveragePoint",
    "DataInfo",
    "Estimate",
    "Evaluation",
    "FalseAlarms",
    "LabelScores",
    "LanguageResult",
    "Mistake",
    "MistakeKind",
    "Precision",
    "PrecisionCell",
    "Record",
    "ReliabilityBin",
    "Rival",
    "Robustness",
    "Scores",
    "Settings",
    "Share",
    "SliceScores",
    "SourceScores",
    "Speed",
    "TaskResult",
    "TaskRobustness",
    "Threshold",
]
