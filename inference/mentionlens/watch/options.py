"""What can be chosen about a watch; the defaults are those that the simulation measured."""

from __future__ import annotations

import math
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from mentionlens.watch.errors import WatchOptionsError

__all__ = ["WatchOptions"]


@dataclass(frozen=True)
class WatchOptions:
    """Options of a watch.

    Attributes:
        alarms: false alarms that are put up with, per brand and month of 30 days, in all series
            and tests together; thresholds follow from it.
        lateness: hours by which a mention may come after others of its time and still raise an
            alarm; a later one is counted in the history alone.
        ahead: hours by which a mention may lie after all others before it is held back until
            others confirm that time went on.
        warm_up: hours of a brand's history before it can raise an alarm.
        half_life: days after which what was seen counts half for the expected level.
        timezone: IANA name; the rhythm of the week is that of its clocks.
        most_series: series that are kept; mentions of brands beyond are counted as unwatched.

    Raises:
        WatchOptionsError: a value outside its range; the message names it.
    """

    alarms: float = 1.0
    lateness: float = 2.0
    ahead: float = 24.0
    warm_up: float = 168.0
    half_life: float = 21.0
    timezone: str = "UTC"
    most_series: int = 50_000

    def __post_init__(self) -> None:
        self._check("alarms", least=1e-6, most=100.0)
        self._check("lateness", least=0.0, most=23.0)
        self._check("ahead", least=1.0, most=24.0 * 366)
        self._check("warm_up", least=24.0, most=24.0 * 366)
        self._check("half_life", least=2.0, most=366.0)
        self._check("most_series", least=20, most=5_000_000)
        try:
            ZoneInfo(self.timezone)
        except (OSError, ValueError, KeyError) as error:  # an unknown name is a KeyError
            raise WatchOptionsError(
                f"timezone: no time zone is called {self.timezone!r}; possible are names such as "
                "Europe/Warsaw, and UTC"
            ) from error

    def _check(self, name: str, *, least: float, most: float) -> None:
        value = getattr(self, name)
        if not math.isfinite(value) or not least <= value <= most:
            raise WatchOptionsError(f"{name}: must be from {least:g} to {most:g}, found {value}")
