"""The card as a whole.

Its sections are those that Mitchell et al. ask for ("Model Cards for Model Reporting", FAT* 2019,
section 4); the YAML block in front is what model hubs read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mentionlens.manifest import Manifest

from mentionlens_training.evaluation.reading import evaluation_from_dict
from mentionlens_training.evaluation.schema import Evaluation
from mentionlens_training.export.model_card.data import data_section
from mentionlens_training.export.model_card.facts import (
    answers_section,
    gate_section,
    origin_section,
)
from mentionlens_training.export.model_card.figures import evaluation_section
from mentionlens_training.export.model_card.head import head, metadata
from mentionlens_training.export.model_card.use import limits_section, use_section

__all__ = ["model_card"]


def model_card(manifest: Manifest, evaluation: Evaluation | Mapping[str, Any] | None = None) -> str:
    """Return the card in Markdown; what was not recorded is left out.

    No text of a mention enters it, whatever the evaluation holds.

    Args:
        manifest: of the bundle.
        evaluation: of the bundle, or the content of `evaluation.json` in any version that is
            supported; None where it has not been evaluated.

    Raises:
        EvaluationError: the evaluation cannot be read.
    """
    if evaluation is not None and not isinstance(evaluation, Evaluation):
        evaluation = evaluation_from_dict(evaluation)
    sections = (
        metadata(manifest),
        head(manifest, evaluation),
        use_section(manifest),
        limits_section(manifest, evaluation),
        evaluation_section(manifest, evaluation),
        answers_section(manifest),
        data_section(manifest),
        origin_section(manifest),
        gate_section(manifest),
    )
    return "\n\n".join(section for section in sections if section) + "\n"
