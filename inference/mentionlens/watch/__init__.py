"""Early warning: what is usual for each brand, language and complaint type, and when it is not."""

from mentionlens.watch.alerts import Alert, Example, Strength, Texts
from mentionlens.watch.errors import WatchError, WatchOptionsError, WatchStateError
from mentionlens.watch.options import WatchOptions
from mentionlens.watch.state import load_watch, save_watch
from mentionlens.watch.watch import Watch, WatchReport

__all__ = [
    "Alert",
    "Example",
    "Strength",
    "Texts",
    "Watch",
    "WatchError",
    "WatchOptions",
    "WatchOptionsError",
    "WatchReport",
    "WatchStateError",
    "load_watch",
    "save_watch",
]
