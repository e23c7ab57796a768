"""Does memory stay flat over very many mentions of every length?

Streams mentions that are all different through `predict_iter` in this process: the project's own
ones, joined, cut and repeated to between one word and 5,000 words (nine in ten up to 40 words, one
in a hundred above 400), each with a number of its own. Prints what is resident over time, and exits
with 1 where the peak of the last third is more than 3 % above that of the second third; the first
third is left out, as caches still fill. Run by hand (Linux only); pytest does not collect it:

    python tests/benchmarks/soak.py [--bundle DIR] [--mentions 200000] [--minutes M] [--threads N]
"""

from __future__ import annotations

import argparse
import math
import os
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mentionlens import MentionClassifier
from mentionlens_data.labelling.sample_mentions import read_sample_mentions

GROWTH = 0.03
ROWS = 24
SAMPLE_EVERY = 200
REPORT_SECONDS = 15
# Share of the mentions up to a limit of words; within one, lengths are spread by their logarithm.
LENGTHS = ((0.90, 1, 40), (0.09, 40, 400), (0.01, 400, 5000))


@dataclass(frozen=True)
class Sample:
    """What was seen after a number of mentions.

    Attributes:
        mentions: mentions answered so far.
        seconds: since the first was asked for.
        megabytes: resident memory of the process.
    """

    mentions: int
    seconds: float
    megabytes: float


def mixed_mentions(own: Sequence[str], number: int, seed: int = 0) -> Iterator[str]:
    """Yield mentions of mixed length, none like another."""
    chance = random.Random(seed)
    shares = [share for share, _, _ in LENGTHS]
    for serial in range(number):
        _, least, most = chance.choices(LENGTHS, shares)[0]
        length = round(math.exp(chance.uniform(math.log(least), math.log(most))))
        words: list[str] = []
        while len(words) < length - 1:
            words += chance.choice(own).split() * chance.choice((1, 1, 1, 3))
        # The number takes a place among the words, so that the beginning differs too.
        words = words[: length - 1]
        words.insert(chance.randrange(len(words) + 1), str(serial))
        yield " ".join(words)


def resident_megabytes() -> float:
    """Return the resident memory of this process."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024**2


def soak(
    classifier: MentionClassifier, mentions: Iterator[str], number: int, minutes: float
) -> list[Sample]:
    """Answer the mentions, at most for some minutes, and return what was seen on the way."""
    start = said = time.monotonic()
    samples = []
    for done, _ in enumerate(classifier.predict_iter(mentions), start=1):
        if done % SAMPLE_EVERY and done != number:
            continue
        now = time.monotonic()
        samples.append(Sample(done, now - start, resident_megabytes()))
        if now - said > REPORT_SECONDS:
            said = now
            rate = done / (now - start)
            print(
                f"{done:,} of {number:,}, {samples[-1].megabytes:.1f} MB, {rate:.0f} a second, "
                f"about {(number - done) / rate / 60:.0f} minutes to go",
                file=sys.stderr,
                flush=True,
            )
        if now - start > 60 * minutes:
            break
    return samples


def print_table(samples: Sequence[Sample]) -> None:
    """Print rows at even distances: mentions, peak since the row before, speed since then."""
    print(f"{'mentions':>10}{'minutes':>10}{'resident MB':>14}{'mentions/s':>13}")
    rows = min(ROWS, len(samples))
    last = Sample(0, 0.0, 0.0)
    first = 0
    for row in range(1, rows + 1):
        end = len(samples) * row // rows
        part = samples[first:end]
        peak = max(sample.megabytes for sample in part)
        rate = (part[-1].mentions - last.mentions) / (part[-1].seconds - last.seconds)
        print(f"{part[-1].mentions:>10,}{part[-1].seconds / 60:>10.1f}{peak:>14.1f}{rate:>13.0f}")
        last, first = part[-1], end


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bundle", help="bundle folder instead of the packaged one")
    parser.add_argument("--mentions", type=int, default=200_000)
    parser.add_argument("--minutes", type=float, default=math.inf, help="stop after so many")
    parser.add_argument("--threads", type=int, help="runs side by side (default: the processors)")
    options = parser.parse_args()
    own = [row.mention.text for row in read_sample_mentions()]
    classifier = MentionClassifier(options.bundle, threads=options.threads)
    mentions = mixed_mentions(own, options.mentions)
    samples = soak(classifier, mentions, options.mentions, options.minutes)
    third = len(samples) // 3
    if third == 0:
        parser.error(f"fewer than {3 * SAMPLE_EVERY} mentions tell nothing")
    print_table(samples)
    second = max(sample.megabytes for sample in samples[third : 2 * third])
    final = max(sample.megabytes for sample in samples[2 * third :])
    growth = final / second - 1
    print(
        f"peak of the second third {second:.1f} MB, of the last {final:.1f} MB: "
        f"{100 * growth:+.1f} % (at most {100 * GROWTH:+.0f} %)"
    )
    return 0 if growth <= GROWTH else 1


if __name__ == "__main__":
    sys.exit(main())
