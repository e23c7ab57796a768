"""The Markdown of an evaluation in files."""

from __future__ import annotations

from pathlib import Path

from mentionlens_training.evaluation.markdown.language import render_language
from mentionlens_training.evaluation.markdown.overview import render_markdown
from mentionlens_training.evaluation.predictions import EvaluationError
from mentionlens_training.evaluation.report.pages import page_names
from mentionlens_training.evaluation.schema import Evaluation

__all__ = ["OVERVIEW_FILE", "write_markdown"]

OVERVIEW_FILE = "evaluation.md"


def write_markdown(evaluation: Evaluation, folder: Path) -> list[Path]:
    """Write the overview, and a file for each language named like its HTML page.

    Args:
        evaluation: what was found.
        folder: is made where it is missing; files of the same names are replaced.

    Returns:
        The files: the overview first, then the languages in the order of the evaluation.

    Raises:
        EvaluationError: the folder cannot be written to.
    """
    texts = {OVERVIEW_FILE: render_markdown(evaluation)}
    for lang, page in page_names(found.lang for found in evaluation.languages).items():
        texts[str(Path(page).with_suffix(".md"))] = render_language(evaluation, lang)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise EvaluationError(f"{folder}: cannot be written ({error.strerror})") from error
    return [folder / name for name in texts]
