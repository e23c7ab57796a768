/** Building drawings. */

import { element } from "./dom.js";

const SPACE = "http://www.w3.org/2000/svg";

/**
 * Build an element of a drawing.
 * @param {string} name
 * @param {Record<string, string | number>} attributes
 * @param {...(Node | string | null)} children
 * @returns {any}
 */
export function svg(name, attributes = {}, ...children) {
  const made = document.createElementNS(SPACE, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  made.append(...children.filter((child) => child !== null));
  return made;
}

/**
 * Return a drawing with a name for screen readers, and what it shows as a table that can be opened.
 * @param {object} figure
 * @param {string} figure.title
 * @param {string} figure.label what the drawing shows, in a sentence
 * @param {number} figure.width
 * @param {number} figure.height
 * @param {Node[]} figure.shapes
 * @param {string[]} figure.head of the table
 * @param {(string | number)[][]} figure.rows of the table; built when it is opened
 * @param {string} [figure.note] beside the title
 * @returns {HTMLElement}
 */
export function figure({ title, label, width, height, shapes, head, rows, note = "" }) {
  const drawing = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label }, ...shapes);
  const details = element("details", {}, element("summary", {}, "As a table"));
  details.addEventListener(
    "toggle",
    () => details.append(scrollingTable(title, dataTable(head, rows))),
    { once: true },
  );
  return element(
    "figure",
    { class: "card figure" },
    element("figcaption", {}, element("h3", {}, title), note ? element("p", { class: "faint numbers" }, note) : null),
    drawing,
    details,
  );
}

/**
 * Return a table; the first cell of a row is its name.
 * @param {(string | Node)[]} head
 * @param {(string | number | Node)[][]} rows
 * @returns {HTMLElement}
 */
export function dataTable(head, rows) {
  const cells = (row) =>
    row.map((cell, place) => (place ? element("td", {}, cell) : element("th", { scope: "row" }, cell)));
  return element(
    "table",
    { class: "figures data" },
    element("thead", {}, element("tr", {}, ...head.map((name) => element("th", { scope: "col" }, name)))),
    element("tbody", {}, ...rows.map((row) => element("tr", {}, ...cells(row)))),
  );
}

/**
 * Return a table in a frame in which it can be scrolled.
 * @param {string} name for screen readers
 * @param {HTMLElement} table
 * @returns {HTMLElement}
 */
export function scrollingTable(name, table) {
  return element("div", { class: "scroll tall", tabindex: "0", role: "region", "aria-label": name }, table);
}

/** Return a round number that is at least so much, for the end of an axis. */
export function roundEnd(most) {
  if (most <= 4) return Math.max(2, Math.ceil(most));
  const unit = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 3, 4, 5, 6, 8, 10].map((times) => times * unit).find((end) => end >= most);
}
