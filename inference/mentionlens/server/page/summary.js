/** What the answers of a file come to. */

import { unsureTasks } from "./words.js";

/**
 * Count answers.
 * @param {(object | null)[]} results as of `ScoringRun`
 * @param {{name: string, labels: string[]}[]} tasks of the model
 * @returns {{rows: number, answered: number, unsure: number, without: Map<string, number>,
 *   tasks: Map<string, {counts: Map<string, number>, unsure: number}>}} `unsure` rows are those with
 *   any unsure answer; `without` counts the rows without an answer by the flag that says why
 */
export function summarise(results, tasks) {
  const summary = { rows: results.length, answered: 0, unsure: 0, without: new Map(), tasks: new Map() };
  for (const { name, labels } of tasks) {
    summary.tasks.set(name, { counts: new Map(labels.map((label) => [label, 0])), unsure: 0 });
  }
  for (const result of results) {
    if (!isAnswer(result, tasks)) {
      add(summary.without, result?.flags[0] ?? "not_scored");
      continue;
    }
    summary.answered += 1;
    const unsure = unsureTasks(result.flags);
    if (unsure.size) summary.unsure += 1;
    for (const [name, task] of summary.tasks) {
      if (result[name]) add(task.counts, result[name].label);
      if (unsure.has(name)) task.unsure += 1;
    }
  }
  return summary;
}

/**
 * Count two tasks against each other.
 * @param {(object | null)[]} results
 * @param {{name: string, labels: string[]}} rows a task
 * @param {{name: string, labels: string[]}} columns another
 * @returns {number[][]} counts by label of `rows`, then of `columns`
 */
export function crossed(results, rows, columns) {
  const counts = rows.labels.map(() => columns.labels.map(() => 0));
  for (const result of results) {
    const row = rows.labels.indexOf(result?.[rows.name]?.label);
    const column = columns.labels.indexOf(result?.[columns.name]?.label);
    if (row >= 0 && column >= 0) counts[row][column] += 1;
  }
  return counts;
}

/**
 * Return the rows that a label fits best.
 * @param {(object | null)[]} results
 * @param {string} task
 * @param {string} label
 * @param {number} most
 * @param {(place: number) => string} textOf the same text is taken once
 * @returns {number[]} places, the surest first
 */
export function typical(results, task, label, most, textOf) {
  const places = results.flatMap((result, place) => (result?.[task]?.label === label ? [place] : []));
  places.sort((one, other) => results[other][task].score - results[one][task].score);
  const seen = new Set();
  const chosen = [];
  for (const place of places) {
    const text = textOf(place);
    if (!seen.has(text)) chosen.push(place);
    seen.add(text);
    if (chosen.length === most) break;
  }
  return chosen;
}

function isAnswer(result, tasks) {
  return tasks.some(({ name }) => result?.[name]);
}

function add(counts, key) {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
