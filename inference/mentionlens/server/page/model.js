/** What the model is, and how well it does. */

import { element, scrolling } from "./dom.js";
import { count, languageName, percent, plain, question, title } from "./words.js";

/**
 * Return the facts of the model.
 * @param {object} model what `/v1/model` says
 * @returns {HTMLElement}
 */
export function modelView(model) {
  const { items, characters } = model.limits;
  const most = `${count(items)} mentions of up to ${count(characters)} characters`;
  const languages = model.languages.map((code) => element("li", {}, `${languageName(code)} (${code})`));
  return element(
    "div",
    { class: "model" },
    element("p", {}, element("strong", {}, model.name), ` ${model.version}`),
    element(
      "section",
      { class: "card" },
      element("h3", {}, "Questions and answers"),
      questionList(model.tasks),
    ),
    element(
      "section",
      { class: "card" },
      element("h3", {}, "Languages"),
      element("ul", { class: "labels" }, ...languages),
    ),
    figures(model),
    element("p", { class: "faint" }, `A request may hold ${most}.`),
  );
}

/**
 * Return what the model answers.
 * @param {{name: string, labels: string[], low_confidence: number}[]} tasks
 * @returns {HTMLElement}
 */
export function questionList(tasks) {
  return element("dl", { class: "questions" }, ...tasks.flatMap((task) => [
    element("dt", {}, title(task.name)),
    element("dd", {}, question(task.name) && element("p", {}, question(task.name)),
      element("ul", { class: "labels" }, ...task.labels.map((label) => element("li", {}, plain(label)))),
      element("p", { class: "faint" }, `Called unsure below ${percent(task.low_confidence)}.`)),
  ]));
}

function figures({ figures: found = [], languages, tasks }) {
  if (!found.length) return null;
  const named = tasks.filter(({ name }) => found.some(({ task }) => task === name));
  const measured = languages.filter((code) => found.some(({ lang }) => lang === code));
  const cell = (lang, task) => {
    const figure = found.find((other) => other.lang === lang && other.task === task);
    if (!figure) return element("td", { class: "faint" }, "–");
    return element("td", { class: "numbers" }, (100 * figure.macro_f1).toFixed(1),
      element("span", { class: "faint" }, ` on ${count(figure.rows)}`));
  };
  const heads = ["Language", ...named.map(({ name }) => title(name))];
  const rows = measured.map((code) => {
    const head = element("th", { scope: "row" }, languageName(code));
    return element("tr", {}, head, ...named.map(({ name }) => cell(code, name)));
  });
  const table = element(
    "table",
    { class: "figures" },
    element("thead", {}, element("tr", {}, ...heads.map((words) => element("th", { scope: "col" }, words)))),
    element("tbody", {}, ...rows),
  );
  const words = "Macro-F1 in percent on mentions that training never saw, and on how many.";
  return element(
    "section",
    { class: "card" },
    element("h3", {}, "How well it does"),
    element("p", { class: "faint" }, words),
    scrolling("Macro-F1 by language and answer", table),
  );
}
