/** An answer as the page shows it: labels, bars for the probability of every label, flags. */

import { element, withShare } from "./dom.js";
import { notice } from "./notices.js";
import { tone } from "./tones.js";
import { flagWords, percent, plain, question, title, unsureTasks } from "./words.js";

/** @typedef {{label: string, score: number, probabilities: Record<string, number>}} TaskAnswer */

/**
 * Return the flags of an answer as a list; null where there are none.
 * @param {string[]} flags
 * @returns {HTMLElement | null}
 */
export function flagList(flags) {
  if (!flags.length) return null;
  return element("ul", { class: "flags" }, ...flags.map((flag) => element("li", {}, flagWords(flag))));
}

/**
 * Return what one mention was answered.
 * @param {Record<string, any>} result an answer, or an object with `error`
 * @param {{name: string, labels: string[]}[]} tasks of the model
 * @returns {HTMLElement}
 */
export function answerView(result, tasks) {
  if (result.error) {
    return notice(`Not answered: ${result.error.detail || result.error.title}`);
  }
  const unsure = unsureTasks(result.flags);
  return element(
    "div",
    { class: "tasks" },
    ...tasks
      .filter((task) => result[task.name])
      .map((task) => taskView(tasks, task.name, result[task.name], unsure.has(task.name))),
  );
}

/**
 * Return a bar.
 * @param {string} toneClass
 * @param {number} share between 0 and 1
 * @returns {HTMLElement} without words; they stand beside it
 */
export function bar(toneClass, share) {
  const fill = withShare(element("span", { class: "fill" }), share);
  return element("span", { class: `track ${toneClass}`, "aria-hidden": "true" }, fill);
}

/**
 * Return a label with its score, in the label's colour.
 * @param {{name: string}[]} tasks of the model
 * @param {string} task
 * @param {TaskAnswer} answer
 * @param {boolean} unsure
 * @returns {HTMLElement}
 */
export function verdict(tasks, task, answer, unsure) {
  return element(
    "p",
    { class: `verdict ${tone(tasks, task, answer.label)}` },
    element("span", { class: "dot", "aria-hidden": "true" }),
    element("strong", {}, plain(answer.label)),
    " ",
    element("span", { class: "numbers" }, percent(answer.score)),
    unsure && element("span", { class: "unsure" }, "unsure"),
  );
}

/** @param {TaskAnswer} answer */
function taskView(tasks, name, answer, unsure) {
  const bars = Object.entries(answer.probabilities).map(([label, probability]) =>
    element(
      "li",
      { class: label === answer.label ? "answered" : null },
      element("span", { class: "bar-label" }, plain(label)),
      " ",
      bar(tone(tasks, name, label), probability),
      element("span", { class: "numbers" }, percent(probability)),
    ),
  );
  return element(
    "div",
    { class: "task", role: "group", "aria-label": title(name), "data-task": name },
    element("p", { class: "task-name", title: question(name) || null }, title(name)),
    verdict(tasks, name, answer, unsure),
    element("ul", { class: "bars" }, ...bars),
  );
}
