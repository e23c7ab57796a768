/** From a chosen file to rows: objects with the names of its columns. */

import { decode, findEncoding } from "./encodings.js";
import { Table } from "./table.js";

/**
 * @typedef {object} Rows
 * @property {Record<string, unknown>[]} rows
 * @property {string} text name of the column with the text
 * @property {string} lang name of the column with the language; empty where there is none
 * @property {number} unreadable rows that are left out
 */

/**
 * Read a file as JSON Lines where its first line is an object, else as delimited text.
 * @param {Uint8Array} bytes
 * @returns {Rows}
 */
export function readRows(bytes) {
  const { text } = decode(bytes, findEncoding(bytes));
  return text.trimStart().startsWith("{") ? fromLines(text) : fromTable(new Table(bytes));
}

function fromLines(text) {
  const rows = [];
  let unreadable = 0;
  for (const line of text.split("\n")) {
    if (!line.trim()) continue;
    const row = parsed(line);
    if (row === null) unreadable += 1;
    else rows.push(row);
  }
  const names = Object.keys(rows[0] ?? {});
  const find = (wanted) => wanted.find((name) => names.includes(name)) ?? "";
  const textName = find(["text", "content", "body", "message", "comment"]) || longest(rows, names);
  return { rows, text: textName, lang: find(["lang", "language"]), unreadable };
}

function parsed(line) {
  try {
    const value = JSON.parse(line);
    return value !== null && typeof value === "object" && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

/** Return the name with the longest texts. */
function longest(rows, names) {
  const length = (name) => rows.reduce((sum, row) => sum + (typeof row[name] === "string" ? row[name].length : 0), 0);
  return names.toSorted((one, other) => length(other) - length(one))[0] ?? "";
}

function fromTable(table) {
  const { names } = table;
  const rows = [];
  let unreadable = 0;
  for (const { cells } of table.rows) {
    if (cells.every((cell) => !cell.trim())) continue;
    if (cells.length < names.length || cells.slice(names.length).some((cell) => cell.trim())) unreadable += 1;
    else rows.push(Object.fromEntries(names.map((name, place) => [name, cells[place]])));
  }
  const lang = table.guessLang();
  return { rows, text: names[table.guessText()] ?? "", lang: lang < 0 ? "" : names[lang], unreadable };
}
