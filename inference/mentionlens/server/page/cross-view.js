/** One task against another, with examples; which ones can be chosen. */

import { bar, flagList, verdict } from "./answers.js";
import { element, fillSelect, scrolling } from "./dom.js";
import { crossed, typical } from "./summary.js";
import { tone } from "./tones.js";
import { count, plain, title, unsureTasks } from "./words.js";

const EXAMPLES = 3;

/**
 * Return the table of two tasks, at first of the one with the most labels against the first other.
 * @param {(object | null)[]} results as of `ScoringRun`
 * @param {{name: string, labels: string[]}[]} tasks of the model, two or more
 * @param {({text: string, lang?: string} | {flag: string})[]} mentions
 * @param {(place: number) => number} numberOf the number of a row as a spreadsheet shows it
 * @returns {HTMLElement}
 */
export function crossView(results, tasks, mentions, numberOf) {
  const [finest] = [...tasks].sort((one, other) => other.labels.length - one.labels.length);
  const chosen = { rows: finest, columns: tasks.find((task) => task !== finest) };
  const place = element("div", {});
  const draw = () =>
    place.replaceChildren(
      crossTable(results, tasks, chosen),
      examples(results, tasks, chosen.rows, mentions, numberOf),
    );
  draw();
  return element(
    "section",
    { class: "card" },
    element("h3", {}, "One answer against another"),
    taskChoice(tasks, chosen, draw),
    place,
  );
}

function taskChoice(tasks, chosen, onChoice) {
  const other = { rows: "columns", columns: "rows" };
  const selects = {};
  for (const side of Object.keys(chosen)) {
    const onchange = () => {
      const picked = tasks.find(({ name }) => name === selects[side].value);
      // A task against itself says nothing: the two change places.
      if (picked === chosen[other[side]]) {
        chosen[other[side]] = chosen[side];
        selects[other[side]].value = chosen[side].name;
      }
      chosen[side] = picked;
      onChoice();
    };
    selects[side] = element("select", { onchange });
    const options = tasks.map(({ name }) => [name, title(name)]);
    fillSelect(selects[side], options, chosen[side].name);
  }
  return element(
    "div",
    { class: "row" },
    element("label", { class: "inline" }, "Rows ", selects.rows),
    element("label", { class: "inline" }, "Columns ", selects.columns),
  );
}

function crossTable(results, tasks, { rows, columns }) {
  const counts = crossed(results, rows, columns);
  const heads = [title(rows.name), ...columns.labels.map(plain), "all"];
  const cell = (number, sum, label) =>
    element(
      "td",
      {},
      element("span", { class: "numbers" }, number ? count(number) : "–"),
      bar(tone(tasks, columns.name, label), sum ? number / sum : 0),
    );
  const lines = rows.labels.map((label, place) => {
    const sum = counts[place].reduce((total, number) => total + number, 0);
    return element(
      "tr",
      { class: sum ? null : "nothing" },
      element("th", { scope: "row" }, plain(label)),
      ...columns.labels.map((other, column) => cell(counts[place][column], sum, other)),
      element("td", { class: "numbers" }, count(sum)),
    );
  });
  const table = element(
    "table",
    { class: "crossed" },
    element("thead", {}, element("tr", {}, ...heads.map((words) => element("th", { scope: "col" }, words)))),
    element("tbody", {}, ...lines),
  );
  return scrolling(`${title(rows.name)} against ${plain(columns.name)}`, table);
}

function examples(results, tasks, task, mentions, numberOf) {
  const textOf = (place) => mentions[place].text;
  const found = task.labels
    .map((label) => [label, typical(results, task.name, label, EXAMPLES, textOf)])
    .filter(([, places]) => places.length);
  const quotes = (places) =>
    places.map((place) => quote(results[place], tasks, mentions[place], numberOf(place)));
  return element(
    "div",
    { class: "examples-of" },
    element("h4", {}, `Examples of each ${plain(task.name)} answer, the surest first`),
    ...found.map(([label, places]) =>
      element(
        "details",
        {},
        element("summary", {}, title(label)),
        element("ul", { class: "quotes" }, ...quotes(places)),
      ),
    ),
  );
}

function quote(result, tasks, { text, lang }, number) {
  const unsure = unsureTasks(result.flags);
  const verdicts = tasks
    .filter(({ name }) => result[name])
    .map(({ name }) => {
      const said = verdict(tasks, name, result[name], unsure.has(name));
      return element("div", { class: "named" }, element("span", { class: "faint" }, title(name)), said);
    });
  const row = element("span", { class: "faint" }, `Row ${count(number)}`);
  return element(
    "li",
    {},
    element("p", { class: "mention", dir: "auto", lang }, text),
    element("div", { class: "verdicts" }, row, ...verdicts),
    flagList(result.flags.filter((flag) => !flag.startsWith("low_confidence:"))),
  );
}
