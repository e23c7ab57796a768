/** The first rows of a table. */

import { element } from "./dom.js";

const ROWS = 5;
const CELL = 160; // characters of a cell

/**
 * Return the first rows.
 * @param {import("./table.js").Table} table
 * @param {number} textColumn is marked
 * @returns {HTMLElement}
 */
export function previewTable(table, textColumn) {
  const { names } = table;
  const mark = (place) => (place === textColumn ? "chosen" : null);
  const heads = names.map((name, place) => element("th", { scope: "col", class: mark(place) }, name));
  const rows = table.rows.slice(0, ROWS).map(({ cells }) => {
    const shown = names.map((_, place) =>
      element("td", { class: mark(place), dir: "auto" }, cut(cells[place] ?? "")),
    );
    return element("tr", {}, ...shown);
  });
  return element(
    "table",
    { class: "preview" },
    element("thead", {}, element("tr", {}, ...heads)),
    element("tbody", {}, ...rows),
  );
}

function cut(cell) {
  return cell.length > CELL ? `${cell.slice(0, CELL)}…` : cell;
}
