/** The shares of positive and negative mentions over days, with their intervals. */

import { figure, svg } from "./svg.js";
import { shareWords } from "./overview-words.js";
import { count } from "./words.js";

const WIDTH = 420;
const HEIGHT = 180;
const LEFT = 40;
const RIGHT = 8;
const TOP = 8;
const BOTTOM = 24;
const KINDS = ["positive", "negative"];

/**
 * Draw the shares of one scope.
 * @param {object} options
 * @param {string} options.title
 * @param {object[]} options.days figures of each day
 * @param {string[]} options.names of the days
 * @returns {HTMLElement}
 */
export function sharesChart({ title, days, names }) {
  const step = (WIDTH - LEFT - RIGHT) / Math.max(1, days.length);
  const x = (place) => LEFT + (place + 0.5) * step;
  const y = (share) => HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM);
  const known = runs(days);
  const shapes = [
    ...[0, 0.5, 1].flatMap((share) => [
      svg("line", { class: "grid", x1: LEFT, x2: WIDTH - RIGHT, y1: y(share), y2: y(share) }),
      svg("text", { class: "tick", x: LEFT - 5, y: y(share) + 4, "text-anchor": "end" }, `${100 * share}%`),
    ]),
    ...[0, days.length - 1].map((place, order) =>
      svg("text", { class: "tick", x: order ? WIDTH - RIGHT : LEFT, y: HEIGHT - 7, "text-anchor": order ? "end" : "start" }, names[place] ?? ""),
    ),
    ...KINDS.flatMap((kind) => known.map((places) => svg("path", { class: `interval ${kind}`, d: interval(places, days, kind, x, y, step) }))),
    ...KINDS.flatMap((kind) => known.map((places) => svg("path", { class: `share ${kind}`, d: line(places, days, kind, x, y, step) }))),
  ];
  const total = days.reduce((sum, day) => sum + day.mentions, 0);
  return figure({
    title,
    note: `${count(total)} mentions`,
    label: `${title}: the shares of positive and negative mentions on ${days.length} days, with 95 % intervals.`,
    width: WIDTH,
    height: HEIGHT,
    shapes,
    head: ["Day", "Mentions", "Positive", "Negative"],
    rows: days.map((day, place) => [names[place], count(day.mentions), shareWords(day.positive), shareWords(day.negative)]),
  });
}

function runs(days) {
  const found = [];
  days.forEach((day, place) => {
    if (!day.mentions) return;
    if (place > 0 && days[place - 1].mentions) found.at(-1).push(place);
    else found.push([place]);
  });
  return found;
}

function interval(places, days, kind, x, y, step) {
  const ends = (place, end) => y(days[place][kind].interval[end]);
  // A day for itself has a width, too.
  if (places.length === 1) {
    const [place] = places;
    const [from, to] = [x(place) - step / 3, x(place) + step / 3];
    return `M${from},${ends(place, 1)} L${to},${ends(place, 1)} L${to},${ends(place, 0)} L${from},${ends(place, 0)} Z`;
  }
  const there = places.map((place) => `${x(place)},${ends(place, 1)}`);
  const back = places.toReversed().map((place) => `${x(place)},${ends(place, 0)}`);
  return `M${there.join(" L")} L${back.join(" L")} Z`;
}

function line(places, days, kind, x, y, step) {
  const at = (place) => y(days[place][kind].share);
  if (places.length === 1) {
    const [place] = places;
    return `M${x(place) - step / 3},${at(place)} L${x(place) + step / 3},${at(place)}`;
  }
  return `M${places.map((place) => `${x(place)},${at(place)}`).join(" L")}`;
}
