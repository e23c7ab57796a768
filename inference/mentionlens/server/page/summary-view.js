/** The summary of a file as a person reads it. */

import { bar } from "./answers.js";
import { crossView } from "./cross-view.js";
import { element } from "./dom.js";
import { summarise } from "./summary.js";
import { tone } from "./tones.js";
import { count, flagWords, percent, plain, question, title } from "./words.js";

const FAILED = 5; // rows whose errors are spelled out

/**
 * Return the summary.
 * @param {(object | null)[]} results as of `ScoringRun`
 * @param {{name: string, labels: string[]}[]} tasks of the model
 * @param {({text: string, lang?: string} | {flag: string})[]} mentions
 * @param {(place: number) => number} numberOf the number of a row as a spreadsheet shows it
 * @returns {HTMLElement}
 */
export function summaryView(results, tasks, mentions, numberOf) {
  const summary = summarise(results, tasks);
  return element(
    "div",
    {},
    tiles(summary),
    problems(summary, results, numberOf),
    element("div", { class: "task-summaries" }, ...tasks.map((task) => taskSummary(tasks, task, summary))),
    tasks.length > 1 && crossView(results, tasks, mentions, numberOf),
  );
}

function tiles(summary) {
  const without = summary.rows - summary.answered;
  const tile = (name, value, share) => {
    const beside = share === undefined ? null : element("span", { class: "faint" }, ` ${share}`);
    return element("div", {}, element("dt", {}, name), element("dd", {}, count(value), beside));
  };
  const of = (part) => percent(summary.rows ? part / summary.rows : 0);
  return element(
    "dl",
    { class: "tiles" },
    tile("Rows", summary.rows),
    tile("Answered", summary.answered, of(summary.answered)),
    tile("With an unsure answer", summary.unsure, of(summary.unsure)),
    tile("Without an answer", without, of(without)),
  );
}

function problems(summary, results, numberOf) {
  if (!summary.without.size) return null;
  const failed = results.flatMap((result, place) => (result?.error ? [place] : [])).slice(0, FAILED);
  const explained = failed.map((place) => {
    const { title: kind, detail } = results[place].error;
    return element("li", {}, `Row ${count(numberOf(place))}: ${detail || kind}`);
  });
  return element(
    "div",
    { class: "notice" },
    "Rows without an answer are in the file as well: ",
    [...summary.without].map(([flag, rows]) => `${count(rows)} × ${flagWords(flag)}`).join(", "),
    ".",
    explained.length > 0 && element("ul", {}, ...explained),
  );
}

function taskSummary(tasks, task, summary) {
  const { counts, unsure } = summary.tasks.get(task.name);
  const rows = [...counts].map(([label, number]) => {
    const share = summary.answered ? number / summary.answered : 0;
    return element(
      "li",
      {},
      element("span", { class: "bar-label" }, plain(label)),
      " ",
      bar(tone(tasks, task.name, label), share),
      element("span", { class: "numbers" }, count(number)),
      " ",
      element("span", { class: "numbers faint" }, percent(share)),
    );
  });
  return element(
    "section",
    { class: "card", "data-task": task.name },
    element("h3", {}, title(task.name)),
    question(task.name) && element("p", { class: "faint" }, question(task.name)),
    element("ul", { class: "bars counts" }, ...rows),
    element("p", { class: "faint" }, unsure ? `${count(unsure)} of them unsure` : "None of them unsure"),
  );
}
