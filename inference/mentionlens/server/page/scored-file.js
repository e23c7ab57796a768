/** The same file with the answers beside each row. */

import { writeCells } from "./csv.js";

const PREFIX = "mentionlens_";
// What spreadsheets take for the start of a formula, also full-width; and the apostrophe, so that
// taking one away restores every text.
const FORMULA = /^[=+\-@\t\r\n＝＋－＠']/u;

/**
 * Return the parts of the scored file.
 * @param {import("./table.js").Table} table
 * @param {(object | null)[]} results one for each row
 * @param {{name: string, labels: string[]}[]} tasks of the model
 * @param {object} options
 * @param {boolean} options.probabilities whether every label gets a column
 * @param {boolean} options.safe whether cells of the file, too, are kept from being run as formulas
 * @returns {Generator<string>} text of a record each
 */
export function* scoredRecords(table, results, tasks, { probabilities, safe }) {
  const { width } = table;
  const added = addedNames(tasks, table.head?.cells ?? [], probabilities);
  if (table.head) yield record(table, table.head, width, added, safe, table.rows.length > 0);
  const last = table.rows.length - 1;
  for (const [place, row] of table.rows.entries()) {
    const cells = addedCells(results[place], tasks, probabilities);
    yield record(table, row, width, cells, safe, place < last);
  }
}

/**
 * Return the names of the added columns; with a prefix where the file has one of them already.
 * @param {{name: string, labels: string[]}[]} tasks
 * @param {string[]} taken names of the file
 * @param {boolean} probabilities
 * @returns {string[]}
 */
export function addedNames(tasks, taken, probabilities) {
  const names = tasks.flatMap(({ name, labels }) => [
    name,
    `${name}_score`,
    ...(probabilities ? labels.map((label) => `${name}_${label}`) : []),
  ]);
  names.push("flags");
  let prefix = "";
  while (names.some((name) => taken.includes(prefix + name))) prefix += PREFIX;
  return names.map((name) => prefix + name);
}

function addedCells(result, tasks, probabilities) {
  const cells = tasks.flatMap(({ name, labels }) => {
    const answer = result?.[name];
    const shares = probabilities ? labels.map((label) => answer?.probabilities[label] ?? "") : [];
    return [answer?.label ?? "", answer?.score ?? "", ...shares];
  });
  return [...cells.map(String), (result?.flags ?? ["not_scored"]).join(" ")];
}

/** A record keeps its own characters, and so its quotes; missing cells come before what is added. */
function record({ delimiter, lineEnd }, { cells, raw, end }, width, added, safe, more) {
  const own = safe && cells.some(isFormula) ? writeCells(cells.map(neutral), delimiter) : raw;
  const missing = delimiter.repeat(width - cells.length);
  const ending = end || (more ? lineEnd : "");
  return own + missing + delimiter + writeCells(added.map(neutral), delimiter) + ending;
}

function isFormula(cell) {
  return FORMULA.test(cell);
}

function neutral(cell) {
  return isFormula(cell) ? `'${cell}` : cell;
}
