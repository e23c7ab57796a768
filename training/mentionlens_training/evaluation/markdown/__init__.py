"""An evaluation as Markdown: an overview, and a page for each language."""

from mentionlens_training.evaluation.markdown.language import render_language
from mentionlens_training.evaluation.markdown.overview import render_markdown

__all__ = ["render_language", "render_markdown"]
