"""An evaluation as HTML: an overview, and a page for each language."""

from mentionlens_training.evaluation.report.pages import write_report

__all__ = ["write_report"]
