r"""How soon does `mentionlens watch` see a crisis, and how often does it cry wolf?

Run by hand; pytest does not collect it:

    python tests/benchmarks/watch_simulation.py -o OUT [--parts acceptance curve ...]

Histories are made by `made_histories.py`, which states the generator. Five weeks are for learning
(nothing is counted), eight for false alarms (one for the parts that ask for delays alone), and
after them each brand has one crisis. A false alarm is an alert that opens before the crisis; a
delay is counted in hours from the begin of the crisis to the end of the hour after which an alert
opens.

- *table*: brands of 1 to 200 mentions a day, crises of all sizes and shapes, the default setting.
- *acceptance*: complaints tripled on brands of 50 mentions a day, by the share of complaints among
  them and the hour (UTC) at which it begins; the day is busiest from 9 to 22 o'clock.
- *curve*: complaints tripled on brands of 15 to 150 mentions a day at any hour, delay against false
  alarms, for thresholds of all kinds: `watch`, with all its series in five languages, beside
  detectors of `surveillance.py` that are given the one series that matters (all complaints of the
  brand, by the hour). For these, alarms less than 12 hours apart are one. The CUSUM that knows the
  true mean and the size of the crisis is what cannot be had; it shows how much of the delay is
  nobody's fault.
- *even*: the same on brands of 50 mentions a day that are all alike, at 9:00.
- *campaign*: four times as much of everything; how often that is told from trouble.

What was tuned (the factor `CALIBRATION`, half-lives, weights) was tuned on seeds below 100;
reported are seeds from 100 on.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
import numpy as np
from made_histories import START, Crisis, MadeBrand, MadeHistory, make_history, mentions_of
from mentionlens.watch import Watch, WatchOptions
from mentionlens_data.tables import markdown_table
from numpy.typing import NDArray
from surveillance import cusum, ears, farrington, fixed_threshold, sigma_rule

LEARNING, QUIET, AFTER = 35 * 24, 56 * 24, 72
MONTH = 720
WITHIN = 6
LONGEST = 48
TOGETHER = 12
SIZES, SHAPES = (1.5, 2.0, 3.0, 5.0), ("step", "ramp", "spike")
DAILY = (1, 3, 5, 20, 50, 200)
SHARES = (0.35, 0.5, 0.65, 0.8)
CURVE_SHARE = 0.5
CURVE_DAILY = (15, 150)


@dataclass(frozen=True)
class Outcome:
    """What became of one brand.

    Attributes:
        brand: with its crisis.
        false_alarms: in the quiet weeks.
        months: that these were.
        delay: hours; infinite where the crisis was not seen.
        kind: of the alert that saw it.
    """

    brand: MadeBrand
    false_alarms: int
    months: float
    delay: float
    kind: str = ""


def run_watch(histories: Sequence[MadeHistory], alarms: float) -> list[Outcome]:
    """Replay histories as one stream."""
    alerts = defaultdict(list)
    for alert in Watch(WatchOptions(alarms=alarms)).watch(mentions_of(histories)):
        if alert.event == "opened":
            hour = (alert.at - START).total_seconds() / 3600
            alerts[alert.brand].append((hour, alert.kind))
    outcomes = []
    for history in histories:
        crisis = history.brand.crisis
        assert crisis is not None
        found = alerts[history.brand.name]
        seen = [(hour, kind) for hour, kind in found if hour > crisis.start]
        outcomes.append(
            Outcome(
                history.brand,
                sum(LEARNING < hour <= crisis.start for hour, _ in found),
                (crisis.start - LEARNING) / MONTH,
                seen[0][0] - crisis.start if seen else np.inf,
                seen[0][1] if seen else "",
            )
        )
    return outcomes


def run_scores(
    histories: Sequence[MadeHistory], scores: NDArray[np.float64], threshold: float
) -> list[Outcome]:
    """Return what alarms above a threshold of a score would have done."""
    outcomes = []
    for history, row in zip(histories, scores, strict=True):
        crisis = history.brand.crisis
        assert crisis is not None
        hours = np.flatnonzero(row > threshold) + 1
        # What goes on is not told again, by whichever detector.
        told = hours[np.diff(hours, prepend=-np.inf) > TOGETHER]
        number = int(((told > LEARNING) & (told <= crisis.start)).sum())
        seen = told[told > crisis.start]
        delay = float(seen[0] - crisis.start) if len(seen) else np.inf
        outcomes.append(Outcome(history.brand, number, (crisis.start - LEARNING) / MONTH, delay))
    return outcomes


def make(brands: Sequence[MadeBrand], seed: int) -> list[MadeHistory]:
    """Make the histories of brands, up to some days after the last crisis."""
    draw = np.random.default_rng(seed)
    hours = max(brand.crisis.start for brand in brands if brand.crisis) + AFTER
    return [make_history(brand, hours, draw) for brand in brands]


def crisis_start(draw: np.random.Generator, hour: int | None, quiet: int = QUIET) -> int:
    """Return a start on one of the seven days after the quiet weeks, at an hour or any."""
    at = int(draw.integers(24)) if hour is None else hour
    return LEARNING + quiet + 24 * int(draw.integers(7)) + at


def false_alarms(outcomes: Sequence[Outcome]) -> float:
    """Return false alarms per brand and month."""
    return sum(o.false_alarms for o in outcomes) / sum(o.months for o in outcomes)


def caught(outcomes: Sequence[Outcome]) -> float:
    """Return the share of crises that were seen in time."""
    return float(np.mean([o.delay <= WITHIN for o in outcomes]))


def mean_delay(outcomes: Sequence[Outcome]) -> float:
    """Return the mean delay in hours; what was not seen by then counts as `LONGEST`."""
    return float(np.mean([min(o.delay, LONGEST) for o in outcomes]))


def table(seed: int, copies: int) -> dict[str, object]:
    """Measure brands of all sizes and crises of all kinds at the default setting."""
    draw = np.random.default_rng(seed + 1)
    brands = [
        MadeBrand(
            f"{daily} {size} {shape} {i}", daily, None, Crisis(crisis_start(draw, 9), size, shape)
        )
        for daily in DAILY
        for size in SIZES
        for shape in SHAPES
        for i in range(copies if daily < 200 else max(1, copies // 2))
    ]
    outcomes = run_watch(make(brands, seed), WatchOptions().alarms)
    by_daily = {d: [o for o in outcomes if o.brand.daily == d] for d in DAILY}
    alarms = [
        [f"{d}", false_alarms(found), len(found), round(sum(o.months for o in found))]
        for d, found in by_daily.items()
    ]
    cells = []
    for daily in DAILY:
        for shape in SHAPES:
            row: list[object] = [f"{daily}", shape]
            for size in SIZES:
                found = [
                    o
                    for o in by_daily[daily]
                    if o.brand.crisis
                    and (o.brand.crisis.size, o.brand.crisis.shape) == (size, shape)
                ]
                median = np.median([o.delay for o in found])
                seen = np.mean([o.delay <= LONGEST for o in found])
                row.append(
                    f"{100 * seen:.0f} %, {median:.0f} h" if seen >= 0.5 else f"{100 * seen:.0f} %"
                )
            cells.append(row)
    return {
        "false alarms": [
            ["mentions a day", "false alarms a month", "brands", "brand-months"],
            alarms,
        ],
        "all": false_alarms(outcomes),
        "delays": [["mentions a day", "shape", *(f"x{size:g}" for size in SIZES)], cells],
    }


def acceptance(seed: int, copies: int) -> dict[str, object]:
    """Measure a tripling at 50 mentions a day."""
    draw = np.random.default_rng(seed + 2)
    starts = {"9:00": 9, "18:00": 18, "any hour": None}
    brands, cells = [], {}
    for share in SHARES:
        for name, hour in starts.items():
            for i in range(copies):
                brand = MadeBrand(
                    f"{share} {name} {i}", 50, share, Crisis(crisis_start(draw, hour, 7 * 24), 3.0)
                )
                brands.append(brand)
                cells[brand.name] = (share, name)
    outcomes = run_watch(make(brands, seed), WatchOptions().alarms)
    rows = []
    for share in SHARES:
        row: list[object] = [f"{100 * share:.0f} % ({50 * share:.0f} a day)"]
        for name in starts:
            found = [o for o in outcomes if cells[o.brand.name] == (share, name)]
            # The delay that all but one in twenty keep; infinite where more were never seen.
            slow = sorted(o.delay for o in found)[int(np.ceil(0.95 * len(found))) - 1]
            row.append(f"{100 * caught(found):.0f} %, {slow:.0f} h")
        rows.append(row)
    return {
        "caught": [["complaints", *(f"from {name}" for name in starts)], rows],
        "all": false_alarms(outcomes),
        "brands in a cell": copies,
    }


def curve(seed: int, copies: int) -> dict[str, object]:
    """Measure delay against false alarms for all detectors: unlike brands, any hour."""
    draw = np.random.default_rng(seed + 3)
    brands = [
        MadeBrand(
            f"brand {i}",
            float(np.exp(draw.uniform(*np.log(CURVE_DAILY)))),
            CURVE_SHARE,
            Crisis(crisis_start(draw, None), 3.0),
        )
        for i in range(copies)
    ]
    least, most = CURVE_DAILY
    return _curves(brands, seed, f"at any hour on brands of {least} to {most} mentions a day")


def even_curve(seed: int, copies: int) -> dict[str, object]:
    """Measure the same where every brand is alike, which suits one threshold for all."""
    draw = np.random.default_rng(seed + 5)
    brands = [
        MadeBrand(f"brand {i}", 50, CURVE_SHARE, Crisis(crisis_start(draw, 9), 3.0))
        for i in range(copies)
    ]
    return _curves(brands, seed, "at 9:00 on brands of 50 mentions a day")


def _curves(brands: Sequence[MadeBrand], seed: int, where: str) -> dict[str, object]:
    histories = make(brands, seed)
    found: dict[str, list[list[float]]] = {}

    def note(name: str, outcomes: list[Outcome]) -> None:
        point = [false_alarms(outcomes), caught(outcomes), mean_delay(outcomes)]
        found.setdefault(name, []).append(point)

    hours = max(b.crisis.start for b in brands if b.crisis) + AFTER
    counts = np.array([history.complaints(hours) for history in histories], dtype=np.float64)
    usual = np.array([history.usual for history in histories])
    scores = {
        "fixed threshold, 6 h": fixed_threshold(counts, 6),
        "fixed threshold, 24 h": fixed_threshold(counts, 24),
        "sigma rule, 6 h": sigma_rule(counts, 6),
        "sigma rule, 24 h": sigma_rule(counts, 24),
        "EARS C1": ears(counts, "C1"),
        "EARS C2": ears(counts, "C2"),
        "EARS C3": ears(counts, "C3"),
        "improved Farrington, 6 h": farrington(counts, 6),
        "improved Farrington, 24 h": farrington(counts, 24),
        "CUSUM that knows the truth": cusum(counts, usual, 3.0),
    }
    for name, values in scores.items():
        finite = values[np.isfinite(values)]
        for threshold in np.unique(np.quantile(finite, 1 - np.logspace(-4.6, -1.3, 34))):
            note(name, run_scores(histories, values, float(threshold)))
        if name.startswith("sigma"):
            note(f"3-{name.removesuffix(' rule')}", run_scores(histories, values, 3.0))
        print(name, flush=True, file=sys.stderr)
    for alarms in (0.1, 0.4, 1.0, 4.0):
        note("mentionlens watch", run_watch(histories, alarms))
        print(f"watch at {alarms}: {found['mentionlens watch'][-1]}", flush=True, file=sys.stderr)
    return {"curves": found, "default": 2, "brands": len(brands), "where": where}


def campaign(seed: int, copies: int) -> dict[str, object]:
    """Measure what a campaign that brings four times as much of everything is called."""
    draw = np.random.default_rng(seed + 4)
    brands = [
        MadeBrand(f"{shape} {i}", 50, 0.35, Crisis(crisis_start(draw, 9, 7 * 24), 4.0, shape))
        for shape in ("campaign", "step")
        for i in range(copies)
    ]
    outcomes = run_watch(make(brands, seed), WatchOptions().alarms)
    rows = []
    for shape in ("campaign", "step"):
        found = [o for o in outcomes if o.brand.crisis and o.brand.crisis.shape == shape]
        kinds = [o.kind for o in found if o.delay <= LONGEST]
        attention = np.mean([kind == "attention" for kind in kinds]) if kinds else np.nan
        rows.append([shape, len(kinds), len(found), f"{100 * attention:.0f} %"])
    return {"kinds": [["what", "alerts", "brands", "called attention"], rows]}


def draw_curves(result: dict[str, object], path: Path) -> None:
    """Draw the share caught in time and the mean delay against false alarms."""
    mpl.use("Agg")
    from matplotlib import pyplot

    curves = result["curves"]
    assert isinstance(curves, dict)
    styles = {
        "mentionlens watch": ("#c2410c", "o-", 2.4),
        "improved Farrington": ("#1d4ed8", "-", 1.6),
        "EARS C1": ("#0f766e", ":", 1.3),
        "EARS C2": ("#0f766e", "--", 1.3),
        "EARS C3": ("#0f766e", "-", 1.3),
        "sigma rule": ("#7c3aed", "-", 1.3),
        "fixed threshold": ("#57534e", "-", 1.3),
        "CUSUM that knows the truth": ("#a8a29e", "--", 1.3),
    }
    figure, panels = pyplot.subplots(1, 2, figsize=(11.5, 5.0))
    titles = ("caught within 6 hours, %", "mean delay, hours (not seen in 48: 48)")
    for panel, column, title in zip(panels, (1, 2), titles, strict=True):
        for prefix, (colour, line, width) in styles.items():
            # Of two window lengths the better one stands for its kind.
            names = [name for name in curves if name.startswith(prefix)]
            name = min(names, key=lambda one: _quality(curves[one]))
            points = np.array(sorted(curves[name]))
            points = points[(points[:, 0] >= 0.02) & (points[:, 0] <= 12)]
            values = points[:, column] * (100 if column == 1 else 1)
            panel.plot(points[:, 0], values, line, color=colour, lw=width, ms=5, label=name)
        default = curves["mentionlens watch"][result["default"]]
        value = default[column] * (100 if column == 1 else 1)
        panel.plot(default[0], value, "o", ms=11, mfc="none", mec="#c2410c", mew=1.8)
        panel.axvline(1, color="#d6d3d1", lw=1, zorder=0)
        panel.set_xscale("log")
        panel.set_xlim(0.03, 10)
        panel.set_xticks([0.05, 0.1, 0.3, 1, 3, 10], ["0.05", "0.1", "0.3", "1", "3", "10"])
        panel.minorticks_off()
        panel.set_xlabel("false alarms per brand and month")
        panel.set_title(title, fontsize=11, loc="left")
        panel.grid(alpha=0.25)
        panel.spines[["top", "right"]].set_visible(False)
    panels[0].set_ylim(0, 100)
    panels[1].set_ylim(0, LONGEST)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="lower center", ncols=4, frameon=False, fontsize=9)
    figure.suptitle(
        f"Complaints tripled {result['where']}, {100 * CURVE_SHARE:.0f} % of them complaints "
        f"({result['brands']} brands; circle: the default)",
        fontsize=11,
    )
    figure.tight_layout(rect=(0, 0.1, 1, 0.98))
    figure.savefig(path, dpi=130)


def _quality(points: list[list[float]]) -> float:
    """Return the mean delay at about one false alarm a month; smaller is better."""
    ordered = np.array(sorted(points))
    return float(np.interp(1.0, ordered[:, 0], ordered[:, 2]))


def report(name: str, result: dict[str, object]) -> str:
    """Return a part in Markdown."""
    lines = [f"## {name}", ""]
    for key, value in result.items():
        if key == "curves":
            assert isinstance(value, dict)
            rows = []
            for detector, points in value.items():
                ordered = np.array(sorted(points))
                if len(ordered) > 1:
                    at = [np.interp(x, ordered[:, 0], ordered[:, 1]) * 100 for x in (0.3, 1, 3)]
                    delays = [np.interp(x, ordered[:, 0], ordered[:, 2]) for x in (0.3, 1, 3)]
                    shown = [f"{a:.0f} %, {d:.1f} h" for a, d in zip(at, delays, strict=True)]
                else:
                    a, c, d = points[0]
                    shown = [f"{100 * c:.0f} %, {d:.1f} h at {a:.2f} a month", "", ""]
                rows.append([detector, *shown])
            head = ["caught within 6 h, mean delay at", "0.3 a month", "1 a month", "3 a month"]
            lines += [*markdown_table(head, rows), ""]
        elif isinstance(value, list):
            lines += [*markdown_table(value[0], value[1]), ""]
        else:
            lines += [f"{key}: {value}", ""]
    return "\n".join(lines)


PARTS = {
    "table": (table, 6),
    "acceptance": (acceptance, 60),
    "curve": (curve, 100),
    "even": (even_curve, 80),
    "campaign": (campaign, 40),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--seed", type=int, default=100, help="(default: 100; tuned below)")
    parser.add_argument("--copies", type=int, help="brands of a kind (default: by the part)")
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    for name in arguments.parts:
        begin = time.perf_counter()
        part, copies = PARTS[name]
        result = part(arguments.seed, arguments.copies or copies)
        text = report(name, result)
        (arguments.output / f"watch-{name}.json").write_text(json.dumps(result, indent=1) + "\n")
        (arguments.output / f"watch-{name}.md").write_text(text + "\n", encoding="utf-8")
        if "curves" in result:
            draw_curves(result, arguments.output / f"watch-{name}.png")
        print(text, f"{time.perf_counter() - begin:.0f} s", sep="\n", flush=True)


if __name__ == "__main__":
    main()
