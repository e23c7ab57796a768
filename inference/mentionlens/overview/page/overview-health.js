/** The panel with the shares of positive and negative mentions. */

import { element } from "./dom.js";
import { figuresOf, partsOf } from "./overview-scope.js";
import { sharesChart } from "./overview-shares.js";
import { brandWords, langWords, pointsBetween, shareWords } from "./overview-words.js";
import { dataTable, scrollingTable } from "./svg.js";
import { count } from "./words.js";

/** Brand health. */
export class HealthPanel {
  #data;
  #names;
  #root = element("div", { class: "panel" });

  /**
   * @param {object} data the overview
   * @param {import("./overview-words.js").Clock} clock
   */
  constructor(data, clock) {
    this.#data = data;
    this.#names = data.days.map((day) => clock.day(day));
  }

  /** Return the panel's content. */
  view() {
    return this.#root;
  }

  /**
   * Show the shares of a brand and a language.
   * @param {import("./overview-scope.js").Scope} scope
   */
  show(scope) {
    const figures = figuresOf(this.#data.health, scope);
    const title = element("h2", {}, "Positive against negative");
    if (!figures) {
      this.#root.replaceChildren(title, element("p", {}, "No mention with an answer here."));
      return;
    }
    const dated = this.#names.length > 0;
    this.#root.replaceChildren(
      title,
      element("p", { class: "faint" }, "Shares of all mentions, by the answered label, with Wilson's 95 % intervals; the rest is neutral. An interval says what chance does with so few mentions, not how often the model errs."),
      tiles(figures, dated),
      dated ? legend() : element("p", {}, "No mention has a time, so there is no course over days."),
      dated ? element("div", { class: "charts" }, ...this.#charts(scope, figures)) : element("div", {}),
      this.#table(scope, dated),
    );
  }

  #charts(scope, figures) {
    const found = [[scopeWords(scope), figures]];
    const add = (part) => {
      const one = figuresOf(this.#data.health, part);
      if (one) found.push([scopeWords(part), one]);
    };
    const { brands, langs } = this.#data;
    if (scope.brand === null && brands.length > 1) for (const brand of brands) add({ ...scope, brand });
    if (scope.lang === null && langs.length > 1) for (const lang of langs) add({ ...scope, lang });
    return found.map(([title, { days }]) => sharesChart({ title, days, names: this.#names }));
  }

  #table(scope, dated) {
    const found = partsOf(this.#data, scope)
      .map((part) => figuresOf(this.#data.health, part))
      .filter(Boolean);
    if (found.length < 2) return element("div", {});
    const title = dated ? "The last seven days, by brand and language" : "By brand and language";
    const rows = found.map((one) => {
      const now = dated ? one.week : one.all;
      const before = dated ? [shareWords(one.week_before.negative)] : [];
      return [
        element("span", {}, element("bdi", {}, brandWords(one.brand)), `, ${langWords(one.lang)}`),
        count(now.mentions),
        shareWords(now.positive),
        shareWords(now.negative),
        ...before,
      ];
    });
    const head = ["Brand and language", "Mentions", "Positive", "Negative", ...(dated ? ["Negative a week before"] : [])];
    return element("section", { class: "card" }, element("h3", {}, title), scrollingTable(title, dataTable(head, rows)));
  }
}

function tiles(figures, dated) {
  const now = dated ? figures.week : figures.all;
  const when = dated ? "last 7 days" : "all mentions";
  const tile = (name, value, note) =>
    element("div", {}, element("dt", {}, name), element("dd", {}, value, " ", element("span", { class: "faint" }, note)));
  const share = (kind) => (now[kind].share === null ? "–" : `${Math.round(100 * now[kind].share)}%`);
  const ends = (kind) => (now[kind].interval === null ? "" : now[kind].interval.map((end) => Math.round(100 * end)).join(" to "));
  return element(
    "dl",
    { class: "tiles" },
    tile(`Positive, ${when}`, share("positive"), ends("positive")),
    tile(`Negative, ${when}`, share("negative"), ends("negative")),
    dated ? tile("Negative, against the week before", ...change(figures)) : null,
    tile(`Mentions, ${when}`, count(now.mentions), ""),
  );
}

/** Return the change of the negative share in points, and whether it is more than chance. */
function change({ week, week_before: before }) {
  if (week.negative.share === null || before.negative.share === null) return ["–", "too little to compare"];
  const [one, other] = [week.negative, before.negative];
  const points = Math.round(100 * (one.share - other.share));
  // Newcombe's interval of a difference, from the intervals of both shares.
  const low = one.share - other.share - Math.hypot(one.share - one.interval[0], other.interval[1] - other.share);
  const high = one.share - other.share + Math.hypot(one.interval[1] - one.share, other.share - other.interval[0]);
  const sign = points > 0 ? "+" : points < 0 ? "−" : "±";
  const ends = `${pointsBetween(low, high)}${low <= 0 && high >= 0 ? ", may be chance" : ""}`;
  return [`${sign}${Math.abs(points)}`, `points; ${ends}`];
}

function scopeWords({ brand, lang }) {
  if (brand === null && lang === null) return "All brands and languages";
  if (lang === null) return brandWords(brand);
  if (brand === null) return langWords(lang);
  return `${brandWords(brand)}, ${langWords(lang)}`;
}

function legend() {
  const key = (name) => element("span", {}, element("i", { class: `key ${name}` }), `${name}, with interval`);
  return element("p", { class: "legend", "aria-hidden": "true" }, key("positive"), key("negative"));
}
