/** The panel with the series over time and their alerts. */

import { choices } from "./choices.js";
import { element, fillSelect } from "./dom.js";
import { alertCard, alertsIn } from "./overview-alerts.js";
import { seriesChart } from "./overview-chart.js";
import { brandWords, langWords, measureWords } from "./overview-words.js";
import { count, counted } from "./words.js";

const FIRST = ["complaint", "negative", "troll", "mentions"];
const HOUR = 3_600_000;

/** Trends. */
export class TrendsPanel {
  #data;
  #clock;
  #scope = { brand: null, lang: null };
  #unit = "days";
  #by = "measure";
  #measure = element("select", { id: "trend-measure" });
  #measureLabel = element("label", { hidden: true }, "Series", this.#measure);
  #alerts = element("div", { class: "alerts" });
  #charts = element("div", { class: "charts" });
  #status = element("p", { class: "status", role: "status", "aria-live": "polite" });

  /**
   * @param {object} data the overview
   * @param {import("./overview-words.js").Clock} clock
   */
  constructor(data, clock) {
    this.#data = data;
    this.#clock = clock;
    if (!data.trends) return;
    const names = [...new Set(data.trends.series.map(({ measure }) => measure))].sort(inOrder);
    fillSelect(this.#measure, names.map((name) => [name, measureWords(name)]), names[0] ?? "");
    this.#measure.addEventListener("change", () => this.#draw());
  }

  /** Return the panel's content. */
  view() {
    const title = element("h2", {}, "What is unusual");
    if (!this.#data.trends) {
      return element("div", { class: "panel" }, title, element("p", {}, "No mention has a time and an answer, so there is nothing to compare."));
    }
    const { warm_up_days: days } = this.#data.trends;
    return element(
      "div",
      { class: "panel" },
      title,
      element("p", { class: "faint" }, `Each series is compared with its own past and the rhythm of its week. The usual range holds 95 % of ordinary counts; it begins ${counted(days, "day")} after a brand's first mention.`),
      this.#alerts,
      element(
        "div",
        { class: "filters" },
        element("fieldset", { class: "choice small" }, element("legend", { class: "unseen" }, "Time"), ...choices("trend-unit", [["days", "By day"], ["hours", "Last 3 days by the hour"]], (value) => this.#choose("unit", value))),
        element("fieldset", { class: "choice small" }, element("legend", { class: "unseen" }, "Side by side"), ...choices("trend-by", [["measure", "Complaint types"], ["lang", "Languages"], ["brand", "Brands"]], (value) => this.#choose("by", value))),
        this.#measureLabel,
      ),
      legend(),
      this.#status,
      this.#charts,
    );
  }

  /**
   * Show the series of a brand and a language.
   * @param {import("./overview-scope.js").Scope} scope
   */
  show(scope) {
    this.#scope = scope;
    if (!this.#data.trends) return;
    const alerts = alertsIn(this.#data.trends.alerts, scope);
    const left = this.#data.trends.alerts_left_out;
    const list = (some) => element("ul", { class: "queue" }, ...some.map((alert) => alertCard(alert, this.#clock)));
    const goingOn = alerts.filter(({ closed_at: closed }) => closed === null);
    const ended = alerts.filter(({ closed_at: closed }) => closed !== null);
    this.#alerts.replaceChildren(
      element("h3", {}, goingOn.length ? `${counted(goingOn.length, "alert")} going on` : "No alert goes on"),
      list(goingOn),
      ended.length ? element("details", { class: "ended" }, element("summary", {}, `${counted(ended.length, "alert")} that ended`), list(ended)) : "",
      left ? element("p", { class: "faint" }, `${counted(left, "older alert")} not shown; “mentionlens watch” lists all.`) : "",
    );
    this.#draw();
  }

  #choose(what, value) {
    if (what === "unit") this.#unit = value;
    else this.#by = value;
    this.#measureLabel.hidden = this.#by === "measure";
    this.#draw();
  }

  #draw() {
    const { trends } = this.#data;
    const { brand, lang } = this.#scope;
    const measure = this.#measure.value;
    const wanted = {
      measure: (one) => one.brand === brand && one.lang === lang,
      lang: (one) => one.brand === brand && one.measure === measure && (lang === null || one.lang === lang),
      brand: (one) => one.lang === lang && one.measure === measure && (brand === null || one.brand === brand),
    }[this.#by];
    const names = {
      measure: (one) => measureWords(one.measure),
      lang: (one) => `${measureWords(one.measure)}, ${langWords(one.lang)}`,
      brand: (one) => `${measureWords(one.measure)}, ${brandWords(one.brand)}`,
    }[this.#by];
    const found = trends.series.filter(wanted).sort((one, other) => inOrder(one.measure, other.measure));
    this.#charts.replaceChildren(...found.map((one) => this.#chart(one, names(one))));
    const left = trends.series_left_out;
    this.#status.textContent = found.length
      ? left ? `${count(left)} series with the fewest mentions are not on this page.` : ""
      : "No mention here.";
  }

  #chart(one, title) {
    const byDay = this.#unit === "days";
    const axis = byDay ? this.#data.days : this.#data.trends.hours;
    return seriesChart({
      title,
      steps: one[this.#unit],
      names: axis.map((step) => (byDay ? this.#clock.day(step) : this.#clock.hour(step))),
      unit: byDay ? "day" : "hour",
      marks: this.#marks(one, axis, byDay),
    });
  }

  #marks(one, axis, byDay) {
    const { alerts } = this.#data.trends;
    const place = (time) => {
      if (byDay) return axis.indexOf(this.#clock.dayOf(time));
      return Math.floor((new Date(time) - new Date(axis[0])) / HOUR);
    };
    return alertsIn(alerts, one)
      // What is seen in one type of complaints is seen in all of them.
      .filter(({ measure }) => measure === one.measure || (one.measure === "complaint" && measure.startsWith("complaint:")))
      .map((alert) => ({
        from: place(alert.since),
        to: Math.min(place(alert.closed_at ?? this.#data.now), axis.length - 1),
        words: alert.summary,
      }))
      .filter(({ to }) => to >= 0)
      .map((mark) => ({ ...mark, from: Math.max(0, mark.from) }));
  }
}

function legend() {
  const key = (name, words) => element("span", {}, element("i", { class: `key ${name}` }), words);
  return element(
    "p",
    { class: "legend", "aria-hidden": "true" },
    key("bar", "came"),
    key("unusual", "above the usual range"),
    key("expected", "expected"),
    key("usual", "usual range"),
    key("alert-span", "▼ alert"),
  );
}

/** Compare two measures: the general ones first, then by their names. */
function inOrder(one, other) {
  const place = (name) => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length);
  return place(one) - place(other) || one.localeCompare(other);
}
