/** A series over time: what came, what is usual, and when there was an alert. */

import { figure, roundEnd, svg } from "./svg.js";
import { rough } from "./overview-words.js";
import { count } from "./words.js";

const WIDTH = 420;
const HEIGHT = 168;
const LEFT = 34;
const RIGHT = 8;
const TOP = 16;
const BOTTOM = 24;

/**
 * @typedef {object} Steps
 * @property {number[]} counts
 * @property {(number | null)[]} means
 * @property {(number | null)[]} low
 * @property {(number | null)[]} high
 */

/**
 * Draw a series.
 * @param {object} options
 * @param {string} options.title
 * @param {Steps} options.steps
 * @param {string[]} options.names of the steps
 * @param {string} options.unit "day" or "hour"
 * @param {{from: number, to: number, words: string}[]} options.marks places of the first and the
 *   last step of each alert
 * @returns {HTMLElement}
 */
export function seriesChart({ title, steps, names, unit, marks }) {
  const { counts, means, low, high } = steps;
  const top = roundEnd(Math.max(...counts, ...high.map((end) => end ?? 0)));
  const width = (WIDTH - LEFT - RIGHT) / counts.length;
  const x = (place) => LEFT + place * width;
  const y = (value) => HEIGHT - BOTTOM - (value / top) * (HEIGHT - TOP - BOTTOM);
  const isUnusual = (place) => high[place] !== null && counts[place] > high[place];
  const shapes = [
    ...marks.map(({ from, to, words }) =>
      svg(
        "rect",
        { class: "alert-span", x: x(from), y: TOP - 4, width: (to - from + 1) * width, height: HEIGHT - TOP - BOTTOM + 4 },
        svg("title", {}, words),
      ),
    ),
    ...axis(top, y, x, names),
    ...counts.map((value, place) => {
      const gap = Math.min(1.5, width * 0.12);
      const head = `${names[place]}: ${count(value)}${usualWords(steps, place)}`;
      const bar = { x: x(place) + gap, y: y(value), width: Math.max(width - 2 * gap, 0.8), height: y(0) - y(value) };
      return svg("rect", { class: isUnusual(place) ? "bar unusual" : "bar", ...bar }, svg("title", {}, head));
    }),
    ...runs(high).map((places) => svg("path", { class: "usual", d: band(places, low, high, x, y, width) })),
    ...runs(means).map((places) => svg("path", { class: "expected", d: line(places, means, x, y, width) })),
    ...marks.map(({ from, words }) => mark(x(from) + width / 2, words)),
  ];
  const unusual = counts.filter((_, place) => isUnusual(place)).length;
  const total = counts.reduce((sum, value) => sum + value, 0);
  const alerts = marks.length === 1 ? "1 alert" : `${marks.length} alerts`;
  return figure({
    title,
    note: lastWords(steps, unit),
    label: `${title}: ${count(total)} in ${counts.length} ${unit}s; ${unusual} ${unit}s above the usual range; ${alerts}.`,
    width: WIDTH,
    height: HEIGHT,
    shapes,
    head: [unit === "day" ? "Day" : "Hour", "Came", "Expected", "Usual range", "Alert"],
    rows: counts.map((value, place) => [
      names[place],
      count(value),
      means[place] === null ? "–" : rough(means[place]),
      low[place] === null ? "–" : `${low[place]} to ${high[place]}`,
      marks.some(({ from, to }) => from <= place && place <= to) ? "yes" : "",
    ]),
  });
}

function lastWords({ counts, means }, unit) {
  const place = counts.length - 1;
  const mean = means[place];
  const when = unit === "day" ? "today so far" : "last hour";
  return `${when} ${count(counts[place])}${mean === null ? "" : `, expected ${rough(mean)}`}`;
}

function usualWords({ means, low, high }, place) {
  if (means[place] === null) return "";
  return `; expected ${rough(means[place])}, usual ${low[place]} to ${high[place]}`;
}

function axis(top, y, x, names) {
  const values = top % 2 === 0 ? [0, top / 2, top] : [0, top];
  const lines = values.flatMap((value) => [
    svg("line", { class: "grid", x1: LEFT, x2: WIDTH - RIGHT, y1: y(value), y2: y(value) }),
    svg("text", { class: "tick", x: LEFT - 5, y: y(value) + 4, "text-anchor": "end" }, count(value)),
  ]);
  return [...lines, ...stepNames(names, x)];
}

/** Return the names of a few steps below a drawing. */
function stepNames(names, x) {
  const last = names.length - 1;
  const middle = Math.round(last / 2);
  const shown = last > 1 ? [0, middle, last] : [...names.keys()];
  const anchors = ["start", "middle", "end"];
  return shown.map((place, order) => {
    const at = order === 0 ? x(place) : order === 2 ? x(place + 1) : x(place + 0.5);
    return svg("text", { class: "tick", x: at, y: HEIGHT - 7, "text-anchor": anchors[order] }, names[place]);
  });
}

/** Return the places of values that are known, in runs without a gap. */
function runs(values) {
  const found = [];
  values.forEach((value, place) => {
    if (value === null) return;
    if (place > 0 && values[place - 1] !== null) found.at(-1).push(place);
    else found.push([place]);
  });
  return found;
}

function band(places, low, high, x, y, width) {
  const there = places.map((place) => `${x(place)},${y(high[place])} ${x(place) + width},${y(high[place])}`);
  const back = places.toReversed().map((place) => `${x(place) + width},${y(low[place])} ${x(place)},${y(low[place])}`);
  return `M${there.join(" L")} L${back.join(" L")} Z`;
}

function line(places, values, x, y, width) {
  return `M${places.map((place) => `${x(place)},${y(values[place])} ${x(place) + width},${y(values[place])}`).join(" L")}`;
}

function mark(at, words) {
  const path = `M${at - 6},1 L${at + 6},1 L${at},11 Z`;
  return svg("path", { class: "alert-mark", d: path }, svg("title", {}, words));
}
