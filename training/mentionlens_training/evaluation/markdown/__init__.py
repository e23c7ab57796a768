"""An evaluation as Markdown: an overview, and a page for each language."""

from mentionlens_training.evaluation.markdown.files import OVERVIEW_FILE, write_markdown
from mentionlens_training.evaluation.markdown.language import render_language
from mentionlens_training.evaluation.markdown.overview import render_markdown

__all__ = ["OVERVIEW_FILE", "render_language", "render_markdown", "write_markdown"]
