/** Alerts: what is unusual, how unusual, and what it is about. */

import { element } from "./dom.js";
import { brandWords, kindWords, langWords, measureWords, ratioWords, rough } from "./overview-words.js";
import { count, counted, percent } from "./words.js";

const TONES = { severe: "bad", serious: "amber", notice: "blue" };

/**
 * Return the alerts of a brand and a language.
 * @param {object[]} alerts
 * @param {import("./overview-scope.js").Scope} scope
 * @returns {object[]}
 */
export function alertsIn(alerts, { brand, lang }) {
  // Those of several languages concern each of them.
  return alerts.filter(
    (alert) => (brand === null || alert.brand === brand) && (lang === null || alert.lang === null || alert.lang === lang),
  );
}

/**
 * Return an alert as a card; its facts are shown on demand.
 * @param {object} alert
 * @param {import("./overview-words.js").Clock} clock
 * @returns {HTMLElement}
 */
export function alertCard(alert, clock) {
  const state = alert.closed_at === null ? "goes on" : `ended ${clock.time(alert.closed_at)}`;
  const about = [brandWords(alert.brand), alert.lang === null ? "several languages" : langWords(alert.lang)];
  return element(
    "li",
    { class: `card alert tone-${TONES[alert.severity] ?? "blue"}`, "data-measure": alert.measure },
    element(
      "div",
      { class: "queue-head" },
      element("span", { class: "severity" }, alert.severity),
      element("strong", {}, measureWords(alert.measure)),
      element("span", { class: alert.closed_at === null ? "due over" : "due" }, state),
    ),
    element("p", { class: "about faint" }, ...about.map((words) => element("bdi", {}, words)), element("span", {}, `since ${clock.time(alert.since)}`)),
    element("p", { dir: "auto" }, alert.summary),
    element("details", {}, element("summary", {}, "Facts"), facts(alert, clock)),
  );
}

function facts(alert, clock) {
  const { strength, texts } = alert;
  const rows = [
    ["Kind", kindWords(alert.kind)],
    ["Came", `${count(strength.observed)} in ${counted(strength.hours, "hour")}, where ${rough(strength.expected)} were expected`],
    ["Ratio", `${ratioWords(strength.ratio)} (95 % interval ${ratioWords(strength.ratio_low)} to ${ratioWords(strength.ratio_high)}); at its height ${ratioWords(alert.peak_ratio)}`],
    ["By chance", chance(strength)],
    ["Share", `${percent(strength.share)} of the mentions, where ${percent(strength.expected_share)} was expected; all others ${rough(strength.others_ratio)} times what was expected`],
    ["Known", clock.time(alert.opened_at)],
    ["Words", alert.words.join(", ") || "none stands out"],
    ["Texts", textsWords(texts)],
  ];
  return element(
    "div",
    { class: "facts" },
    element("dl", { class: "fact-list" }, ...rows.flatMap(([name, words]) => [element("dt", {}, name), element("dd", {}, words)])),
    alert.examples.length ? element("h4", {}, "Examples") : null,
    element(
      "ul",
      { class: "quotes" },
      ...alert.examples.map(({ id, text }) =>
        element("li", {}, element("p", { dir: "auto" }, text ?? "(text left out)"), element("span", { class: "faint" }, element("bdi", {}, id))),
      ),
    ),
  );
}

function chance({ return_days: days }) {
  if (days < 2) return `about once in ${counted(Math.max(1, Math.round(24 * days)), "hour")}`;
  if (days < 730) return `about once in ${count(Math.round(days))} days`;
  if (days < 3_652_500) return `about once in ${count(Number((days / 365.25).toPrecision(2)))} years`;
  return "less than once in ten thousand years";
}

function textsWords(texts) {
  const parts = [`${count(texts.different)} different among ${count(texts.read)}`];
  if (texts.wave > 1) parts.push(`the most frequent ${counted(texts.wave, "time")}`);
  if (texts.authors !== null) parts.push(`${counted(texts.authors, "author")}, ${count(texts.new_authors ?? 0)} of them new`);
  return parts.join("; ");
}
