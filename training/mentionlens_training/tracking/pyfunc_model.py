"""The code that MLflow stores with a bundle and runs where the model is loaded.

MLflow copies this one file into the model and runs it there, so it may import what the light
runtime and MLflow bring, and nothing that stands beside it.
"""

# No `from __future__ import annotations`: MLflow looks at the annotations of `predict`.

from typing import Any

import pandas as pd
from mentionlens import MentionClassifier
from mentionlens_data.files.record import Record
from mentionlens_data.scoring.answers import AnswerColumns
from mentionlens_data.scoring.rows import RowScorer
from mlflow.models import set_model
from mlflow.pyfunc import PythonModel

__all__ = ["MentionModel"]

_TEXT, _LANG = "text", "lang"


class MentionModel(PythonModel):  # type: ignore[misc] # mlflow is an extra, checked or not
    """A bundle as an MLflow model: a data frame of mentions in, one of answers out."""

    def load_context(self, context: Any) -> None:  # noqa: ANN401 - MLflow's
        """Open the bundle that is stored as the artefact `bundle`.

        One thread, since whoever loads an MLflow model for a whole table (Spark, a server with
        workers) has a process for each processor already.

        Args:
            context: holds the paths of the artefacts.

        Raises:
            BundleError: the bundle cannot be used.
        """
        classifier = MentionClassifier(context.artifacts["bundle"], threads=1)
        self._answers = AnswerColumns(classifier.manifest.tasks, "", probabilities=False)
        self._names = self._answers.names(table=True)
        numbers = self._answers.numbers_by_task()
        self._labels = [name for name, is_number in numbers.items() if not is_number]
        self._scorer = RowScorer(classifier, _TEXT, _LANG, frozenset(self._names))

    def predict(
        self,
        context: Any,  # noqa: ANN401 - MLflow's
        model_input: pd.DataFrame,
        params: dict[str, Any] | None = None,
    ) -> pd.DataFrame:
        """Answer mentions.

        Args:
            context: not used again.
            model_input: a column `text`, and `lang` (ISO 639-1) where languages are known; other
                columns are not looked at. What is no text is flagged, not refused.
            params: there are none.

        Returns:
            The columns that `mentionlens score` adds to a table, in the order and with the index
            of the input: a label and a score for each task, and `flags` with blanks between. What
            has no answer has empty labels and no scores.
        """
        columns = [name for name in (_TEXT, _LANG) if name in model_input.columns]
        rows = self._scorer.score(
            [
                Record(number, values, values)
                for number, values in enumerate(model_input[columns].to_dict("records"), start=1)
            ]
        )
        answers = [self._answers.table_row(row) for row in rows]
        frame = pd.DataFrame(answers, columns=list(self._names), index=model_input.index)
        # On its way to Spark, MLflow makes the text "nan" of a label that is missing.
        return frame.fillna(dict.fromkeys(self._labels, ""))


set_model(MentionModel())
