/** The panel with what waits for an answer. */

import { element, withShare } from "./dom.js";
import { figuresOf, partsOf } from "./overview-scope.js";
import { brandWords, hoursWords, langWords, pointsBetween, shareWords } from "./overview-words.js";
import { dataTable, scrollingTable } from "./svg.js";
import { count, counted } from "./words.js";

/** What is waiting. */
export class WaitingPanel {
  #data;
  #root = element("div", { class: "panel" });

  /** @param {object} data the overview */
  constructor(data) {
    this.#data = data;
  }

  /** Return the panel's content. */
  view() {
    return this.#root;
  }

  /**
   * Show the figures of a brand and a language.
   * @param {import("./overview-scope.js").Scope} scope
   */
  show(scope) {
    const figures = figuresOf(this.#data.waiting, scope);
    const title = element("h2", {}, "Complaints that wait");
    if (!figures || !figures.complaints) {
      this.#root.replaceChildren(title, element("p", {}, "No complaint here."));
      return;
    }
    this.#root.replaceChildren(
      title,
      element("p", { class: "faint" }, sentence(figures, this.#data.replies_known)),
      element(
        "div",
        { class: "two" },
        element("section", { class: "card" }, element("h3", {}, "By age, against their target time"), ages(figures)),
        element("section", { class: "card" }, element("h3", {}, "Praise or complaints: who is answered?"), this.#answered(figures)),
      ),
      this.#parts(scope),
      longest(figures),
    );
  }

  #answered(figures) {
    if (!this.#data.replies_known) {
      return element("p", {}, "No column says when a mention was answered, so nothing can be said of it.");
    }
    const rows = [
      ["Complaints", figures.answered_complaints, "bad"],
      ["Praise", figures.answered_praise, "good"],
    ];
    return element(
      "div",
      {},
      element(
        "dl",
        { class: "ranges" },
        ...rows.flatMap(([name, one, tone]) => [
          element("dt", {}, name),
          element(
            "dd",
            { class: `tone-${tone}` },
            range(one),
            element("span", { class: "numbers" }, `${count(one.answered)} of ${count(one.total)} answered: ${shareWords(one)}`),
          ),
        ]),
      ),
      element("p", { class: "verdict-line" }, aheadWords(figures.praise_ahead)),
    );
  }

  #parts(scope) {
    const found = partsOf(this.#data, scope)
      .map((part) => figuresOf(this.#data.waiting, part))
      .filter((one) => one?.complaints);
    if (found.length < 2) return element("div", {});
    found.sort((one, other) => other.overdue - one.overdue || other.waiting - one.waiting);
    const known = this.#data.replies_known;
    const head = ["Brand and language", "Complaints", "Waiting", "Beyond target", "Written again"];
    const rows = found.map((one) => [
      element("span", {}, element("bdi", {}, brandWords(one.brand)), `, ${langWords(one.lang)}`),
      count(one.complaints),
      count(one.waiting),
      count(one.overdue),
      count(one.repeat_writers_with_open_case),
      ...(known ? [shareWords(one.answered_complaints), shareWords(one.answered_praise)] : []),
    ]);
    if (known) head.push("Complaints answered", "Praise answered");
    const title = "By brand and language";
    return element("section", { class: "card" }, element("h3", {}, title), scrollingTable(title, dataTable(head, rows)));
  }
}

function sentence(figures, known) {
  const waits = figures.waiting === 1 ? "waits" : "wait";
  const parts = [`${count(figures.waiting)} of ${counted(figures.complaints, "complaint")} ${waits} for an answer, ${count(figures.overdue)} beyond their target time.`];
  const again = figures.repeat_writers_with_open_case;
  if (again) parts.push(`${counted(again, "author")} wrote again about an open case.`);
  if (figures.closed_by_author) parts.push(`${count(figures.closed_by_author)} more were closed by their authors, who told of a solution.`);
  if (!known) parts.push("No column says what was answered, so every complaint counts as waiting.");
  return parts.join(" ");
}

function ages({ ages: found }) {
  const most = Math.max(1, ...Object.values(found).map(({ waiting }) => waiting));
  const rows = Object.entries(found).map(([age, { waiting, overdue }]) => {
    const late = withShare(element("span", { class: "fill tone-bad" }), overdue / most);
    const inTime = withShare(element("span", { class: "fill tone-blue" }), (waiting - overdue) / most);
    const track = element("span", { class: "track stacked", "aria-hidden": "true" }, late, inTime);
    return [age, count(waiting), count(overdue), track];
  });
  if (!rows.length) return element("p", {}, "Nothing waits.");
  const legend = element(
    "p",
    { class: "legend", "aria-hidden": "true" },
    element("span", { class: "tone-bad" }, element("i", { class: "dot" }), "beyond the target"),
    element("span", { class: "tone-blue" }, element("i", { class: "dot" }), "in time"),
  );
  const table = dataTable(["Age", "Waiting", "Beyond target", element("span", { class: "unseen" }, "Bar")], rows);
  table.classList.add("ages");
  return element("div", {}, table, legend);
}

function range({ share, interval }) {
  const track = element("span", { class: "range", "aria-hidden": "true" });
  if (share === null) return track;
  const span = element("span", { class: "range-interval" });
  span.style.setProperty("--from", String(interval[0]));
  span.style.setProperty("--to", String(interval[1]));
  track.append(span, withShare(element("span", { class: "range-share" }), share));
  return track;
}

function aheadWords(ahead) {
  if (!ahead) return "There is praise or there are complaints, but not both: nothing to compare.";
  const [low, high] = ahead.interval;
  const points = Math.round(100 * ahead.difference);
  if (points === 0) return `Both are answered alike (95 % interval of the difference ${pointsBetween(low, high)} points).`;
  const chance = low <= 0 && high >= 0 ? " That may be chance." : "";
  const [who, ends] = points > 0 ? ["Praise", pointsBetween(low, high)] : ["Complaints", pointsBetween(-high, -low)];
  return `${who} first, by ${counted(Math.abs(points), "point")} (95 % interval ${ends}).${chance}`;
}

function longest({ longest: found }) {
  if (!found.length) return element("div", {});
  const title = "Farthest beyond their target time";
  const over = (hours) => (hours > 0 ? `${hoursWords(hours)} over` : `${hoursWords(-hours)} left`);
  const rows = found.map((one) => [
    element("bdi", {}, one.id),
    element("bdi", {}, brandWords(one.brand)),
    langWords(one.lang),
    one.rule,
    hoursWords(one.age_hours),
    over(one.over_hours),
  ]);
  const head = ["Mention", "Brand", "Language", "Rule", "Age", "Target time"];
  return element("section", { class: "card" }, element("h3", {}, title), scrollingTable(title, dataTable(head, rows)));
}
