"""One page for a care team: what to answer first, what waits, what is unusual, how the brand fares.

>>> from datetime import UTC, datetime
>>> from mentionlens.overview import build_overview, overview_page
>>> overview = build_overview(mentions, now=datetime.now(UTC))
>>> html = overview_page(overview)
"""

from mentionlens.overview.building import OverviewError, OverviewOptions, build_overview
from mentionlens.overview.html import overview_page

__all__ = ["OverviewError", "OverviewOptions", "build_overview", "overview_page"]
