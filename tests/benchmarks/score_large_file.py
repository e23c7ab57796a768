"""Score a generated file of millions of rows, kill the run twice, and look at memory and result.

Writes a CSV file of short mentions (one to five words of the project's own ones with a number, in
all their languages; one row in a thousand is broken), runs `mentionlens score` on it, kills it with
SIGKILL after a quarter and after half of the output, goes on with `--resume`, and checks that the
output has exactly one row for each input row, in order, with labels. Prints what was resident while
it ran. Needs Linux; run by hand; pytest does not collect it:

    python tests/benchmarks/score_large_file.py FOLDER [--rows 2000000] [--bundle DIR] [--threads N]
"""

from __future__ import annotations

import argparse
import csv
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from mentionlens_data.labelling.sample_mentions import read_sample_mentions

SAMPLE_SECONDS = 5
BROKEN_EVERY = 1000


def rows(count: int, seed: int = 0) -> Iterator[list[str]]:
    """Yield the rows of the file."""
    chance = random.Random(seed)
    own = [row.mention.text.split() for row in read_sample_mentions()]
    for number in range(count):
        words = chance.choice(own)
        start = chance.randrange(len(words))
        text = " ".join(words[start : start + chance.randint(1, 5)])
        if number % BROKEN_EVERY == BROKEN_EVERY - 1:
            yield [str(number), f"{text} {number}", "one", "too", "many"]
        else:
            yield [str(number), f"{text} {number}", "x" * chance.randint(0, 40)]


def write(path: Path, count: int) -> None:
    """Write the file."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["id", "text", "note"])
        writer.writerows(rows(count))


def run(command: list[str], output: Path, stop_at: int | None) -> tuple[list[float], float]:
    """Run until the end, or until so many bytes of output are there and SIGKILL.

    Returns:
        Resident MB over time, and the seconds that it took.
    """
    partial = output.with_name(output.name + ".partial")
    start = last = time.monotonic()
    memory = []
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    while process.poll() is None:
        time.sleep(0.2)
        if time.monotonic() - last >= SAMPLE_SECONDS:
            last = time.monotonic()
            memory.append(_resident(process.pid))
        if stop_at is not None and partial.exists() and partial.stat().st_size >= stop_at:
            process.send_signal(signal.SIGKILL)
            process.wait()
            break
    if stop_at is None and process.returncode:
        assert process.stderr is not None
        raise SystemExit(f"exit code {process.returncode}: {process.stderr.read()[-2000:]}")
    return memory, time.monotonic() - start


def _resident(pid: int) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return next((int(x.split()[1]) / 1024 for x in status.splitlines() if x[:5] == "VmRSS"), 0.0)


def check(source: Path, output: Path) -> tuple[int, int]:
    """Return the rows, and those that were flagged as broken; exits where the two differ."""
    count = broken = 0
    with (
        source.open(encoding="utf-8", newline="") as before,
        output.open(encoding="utf-8", newline="") as after,
    ):
        asked, answered = csv.reader(before), csv.DictReader(after)
        next(asked)  # the header
        for row, answer in zip(asked, answered, strict=True):
            count += 1
            if "bad_row" in answer["flags"]:
                broken += 1
            elif row[:2] != [answer["id"], answer["text"]] or not answer["sentiment"]:
                raise SystemExit(f"row {count}: {row} became {answer}")
    return count, broken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--bundle", default=None)
    parser.add_argument("--threads", default=None)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    source, output = arguments.folder / "mentions.csv", arguments.folder / "scored.csv"
    write(source, arguments.rows)
    size = source.stat().st_size
    print(f"{arguments.rows:,} rows, {size / 1e6:.0f} MB", flush=True)
    command = [sys.executable, "-m", "mentionlens", "score", str(source), "-o", str(output)]
    for name in ("bundle", "threads"):
        if getattr(arguments, name):
            command += [f"--{name}", getattr(arguments, name)]
    total = 0.0
    # The output has about 1.8 times the bytes of the input.
    for share in (0.25, 0.5, None):
        again = [] if share == 0.25 else ["--resume"]
        memory, seconds = run([*command, *again], output, share and int(share * 1.8 * size))
        total += seconds
        ended = f"killed at {share:.0%}" if share else "whole"
        parts = [
            memory[len(memory) * third // 3 : len(memory) * (third + 1) // 3] for third in range(3)
        ]
        peaks = ", ".join(f"{max(part, default=0):.0f}" for part in parts)
        print(f"{seconds:.0f} s, {ended}; peak MB of the thirds: {peaks}", flush=True)
    count, broken = check(source, output)
    print(
        f"{count:,} rows out, in order, {broken:,} flagged as broken; "
        f"{arguments.rows / total:.0f} a second"
    )
    if count != arguments.rows:
        raise SystemExit("rows are missing")


if __name__ == "__main__":
    main()
