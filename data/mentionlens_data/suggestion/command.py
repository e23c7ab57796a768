"""`mentionlens data suggest`: which unlabelled mentions to label next."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mentionlens.errors import MentionlensError

from mentionlens_data.errors import DataError
from mentionlens_data.scoring.command import positive_number
from mentionlens_data.suggestion.errors import SuggestionError

if TYPE_CHECKING:
    from mentionlens_data.scoring.scorer import OpenedInput
    from mentionlens_data.suggestion.writing import SuggestionTable

__all__ = ["SUMMARY", "add_arguments", "run"]

SUMMARY = "choose the unlabelled mentions that are most worth a label"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "input", nargs="+", metavar="UNLABELLED", help="files, folders, patterns, as for `score`"
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        required=True,
        metavar="FILE.csv",
        help="every column of the input, what the model guesses, why the mention is suggested, and "
        "an empty column for the label of each task",
    )
    parser.add_argument(
        "-n", "--number", type=positive_number, default=200, metavar="N", help="(default: 200)"
    )
    parser.add_argument("--bundle", metavar="DIR", help="bundle to use (default: the packaged one)")
    parser.add_argument(
        "--labelled",
        action="extend",
        nargs="+",
        default=[],
        metavar="FILE",
        help="labelled files or prepared sets; nothing that repeats their texts is suggested",
    )
    parser.add_argument("--text-column", default="text", metavar="NAME", help="(default: text)")
    parser.add_argument(
        "--lang-column",
        metavar="NAME",
        help="languages, ISO 639-1 (default: lang, where it is; else they are detected)",
    )
    parser.add_argument(
        "--task",
        action="append",
        default=[],
        metavar="NAME",
        help="only this task counts; may be given again (default: all of the bundle)",
    )
    parser.add_argument(
        "--rule",
        type=Path,
        metavar="TOML",
        help="weights: uncertainty, doubt, rarity, chance, diversity, view, label_power, "
        "language_power",
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="(default: 0)")
    parser.add_argument(
        "--prefix", default="guess_", help="before the columns of guesses (default: guess_)"
    )
    parser.add_argument("--encoding", help="of text inputs (default: found out)")
    parser.add_argument(
        "--delimiter",
        choices=(",", ";"),
        default=",",
        help="`;` for the Excel of countries that write 0,5 (default `,`)",
    )
    parser.add_argument(
        "--safe-cells",
        action="store_true",
        help="put an apostrophe before cells that a spreadsheet would run as formulas; it stays in "
        "the text when the labelled file is read",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace what stands at FILE.csv")
    parser.add_argument(
        "--threads", type=positive_number, metavar="N", help="of the model (default: at most 4)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Write the file, say on standard output where; return the exit code."""
    try:
        return _suggest(arguments)
    except DataError:
        raise
    except MentionlensError as error:  # of the runtime, such as a bundle that is damaged
        raise SuggestionError(str(error)) from error


def _suggest(arguments: argparse.Namespace) -> int:
    from mentionlens import MentionClassifier

    from mentionlens_data.scoring.jobs import expand_names
    from mentionlens_data.scoring.scorer import ScoringOptions
    from mentionlens_data.suggestion.labelled import labelled_keys
    from mentionlens_data.suggestion.pool import open_pool_file, read_pool
    from mentionlens_data.suggestion.rule import SuggestionRule, load_rule
    from mentionlens_data.suggestion.suggest import suggest, task_places
    from mentionlens_data.suggestion.summary import summary_lines
    from mentionlens_data.suggestion.writing import fill_table, write_table

    paths = list(dict.fromkeys(path for name in arguments.input for path, _ in expand_names(name)))
    _check_output(arguments, paths)
    rule = load_rule(arguments.rule) if arguments.rule else SuggestionRule()
    classifier = MentionClassifier(arguments.bundle, threads=arguments.threads)
    tasks = classifier.manifest.tasks
    task_places(tasks, arguments.task)
    options = ScoringOptions(
        text_column=arguments.text_column,
        lang_column=arguments.lang_column,
        prefix=arguments.prefix,
        encoding=arguments.encoding,
    )
    # All files are opened before the work begins: a wrong name must not cost an hour.
    files = [open_pool_file(path, classifier, options) for path in paths]
    labelled = list(labelled_keys(arguments.labelled, arguments.text_column))
    pool = read_pool(files, tasks, options.chunk)
    found = suggest(
        pool,
        arguments.number,
        labelled=labelled,
        tasks=arguments.task,
        rule=rule,
        seed=arguments.seed,
    )
    for line in summary_lines(pool, found):
        _say(line)
    for name, why in pool.damaged.items():
        _say(f"mentionlens data suggest: {name}: {why}")
    if not found.chosen:
        raise SuggestionError("no mention is left to suggest; nothing is written")
    table = fill_table(
        found.chosen, pool, files, prefix=arguments.prefix, safe_cells=arguments.safe_cells
    )
    write_table(arguments.output, table, delimiter=arguments.delimiter)
    _tell_how_to_go_on(arguments, files, table)
    print(arguments.output)
    return 1 if pool.damaged else 0


def _check_output(arguments: argparse.Namespace, inputs: list[Path]) -> None:
    output = arguments.output
    if output.suffix.lower() != ".csv":
        raise SuggestionError(f"{output}: the name must end in .csv")
    if not output.parent.is_dir():
        raise SuggestionError(f"{output}: there is no folder {output.parent}")
    if output.resolve() in {path.resolve() for path in inputs}:
        raise SuggestionError(f"{output}: the output is an input; name another")
    if output.exists() and not arguments.overwrite:
        raise SuggestionError(
            f"{output}: is there already, perhaps with labels; --overwrite replaces it"
        )


def _tell_how_to_go_on(
    arguments: argparse.Namespace, files: list[OpenedInput], table: SuggestionTable
) -> None:
    """Say how the labelled file is read; write a mapping where it needs one."""
    from mentionlens_data.atomic import written_atomically
    from mentionlens_data.suggestion.label_form import form_mapping, form_mapping_text
    from mentionlens_data.suggestion.writing import written
    from mentionlens_data.tasks import Task

    output: Path = arguments.output
    scorers = [file.scorer for file in files]
    lang = next((scorer.lang for scorer in scorers if scorer.lang), None)
    mapping = form_mapping(
        table.columns,
        table.rows,
        text=written(scorers[0].text, safe=arguments.safe_cells),
        lang=written(lang, safe=arguments.safe_cells) if lang else None,
        tasks=[Task(task.name, task.labels) for task in scorers[0].classifier.manifest.tasks],
    )
    hint = f"mentionlens data validate {output}"
    if mapping is not None:
        path = output.with_suffix(".mapping.toml")
        with written_atomically(path) as file:
            file.write(form_mapping_text(mapping, output.name))
        hint += f" --mapping {path}"
    names = ", ".join(task.name for task in scorers[0].classifier.manifest.tasks)
    _say(f"fill the columns {names} (empty: not known), then `{hint}`")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
