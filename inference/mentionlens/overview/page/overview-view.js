/** The overview: filters, tabs and their panels. */

import { element, fillSelect } from "./dom.js";
import { alertsIn } from "./overview-alerts.js";
import { HealthPanel } from "./overview-health.js";
import { QueuePanel } from "./overview-queue.js";
import { figuresOf, isIn } from "./overview-scope.js";
import { TrendsPanel } from "./overview-trends.js";
import { WaitingPanel } from "./overview-waiting.js";
import { brandWords, Clock, langWords } from "./overview-words.js";
import { notice } from "./notices.js";
import { connectTabs } from "./tabs.js";
import { count, counted } from "./words.js";

const TABS = [
  ["queue", "Queue"],
  ["waiting", "Waiting"],
  ["trends", "Trends"],
  ["health", "Health"],
];
const ALL = "all";

/**
 * Draw an overview.
 * @param {HTMLElement} root what is in it is replaced
 * @param {object} data what `/v1/overview` answers
 */
export function drawOverview(root, data) {
  const clock = new Clock(data.timezone);
  const panels = {
    queue: new QueuePanel(data, clock),
    waiting: new WaitingPanel(data),
    trends: new TrendsPanel(data, clock),
    health: new HealthPanel(data, clock),
  };
  const brand = scopeSelect("scope-brand", "all brands", data.brands, brandWords);
  const lang = scopeSelect("scope-lang", "all languages", data.langs, langWords);
  const tiles = element("dl", { class: "tiles" });
  const show = () => {
    const scope = { brand: chosen(brand, data.brands), lang: chosen(lang, data.langs) };
    tiles.replaceChildren(...figureTiles(data, scope));
    for (const panel of Object.values(panels)) panel.show(scope);
  };
  for (const select of [brand, lang]) select.addEventListener("change", show);
  const tabs = element(
    "div",
    { class: "tabs", role: "tablist", "aria-label": "Overview" },
    ...TABS.map(([name, words]) =>
      element("button", { type: "button", role: "tab", id: `tab-${name}`, "data-tab": name, "aria-controls": `panel-${name}` }, words),
    ),
  );
  root.replaceChildren(
    element("p", { class: "seen-from" }, `Seen from ${clock.time(data.now)} (${data.timezone}), with the playbook ${data.playbook.name} ${data.playbook.version}.`),
    ...readNotices(data),
    element(
      "div",
      { class: "filters scope" },
      element("label", { hidden: data.brands.length < 2 }, "Brand", brand),
      element("label", { hidden: data.langs.length < 2 }, "Language", lang),
    ),
    tiles,
    tabs,
    ...TABS.map(([name]) =>
      element("section", { role: "tabpanel", id: `panel-${name}`, "aria-labelledby": `tab-${name}`, hidden: true }, panels[name].view()),
    ),
  );
  show();
  connectTabs(tabs, () => {});
}

function scopeSelect(id, all, names, words) {
  const select = element("select", { id });
  fillSelect(select, [[ALL, all], ...names.map((name, place) => [String(place), words(name)])], ALL);
  return select;
}

function chosen(select, names) {
  return select.value === ALL ? null : names[Number(select.value)];
}

function figureTiles(data, scope) {
  const queue = data.queue.counts.filter((one) => isIn(one, scope));
  const sum = (rows) => rows.reduce((total, { mentions }) => total + mentions, 0);
  const waiting = figuresOf(data.waiting, scope);
  const alerts = data.trends ? alertsIn(data.trends.alerts, scope).filter(({ closed_at: closed }) => closed === null) : [];
  const urgent = queue.filter(({ priority }) => priority <= 2);
  const tile = (name, value, note = "") =>
    element("div", {}, element("dt", {}, name), element("dd", {}, value, " ", element("span", { class: "faint" }, note)));
  return [
    tile("In the queue", count(sum(queue)), `${count(sum(urgent))} urgent`),
    tile("Overdue", count(sum(queue.filter(({ overdue }) => overdue)))),
    tile("Complaints waiting", count(waiting?.waiting ?? 0), `of ${count(waiting?.complaints ?? 0)}`),
    tile("Alerts that go on", count(alerts.length)),
  ];
}

/** Return what is to be known of the mentions that were read. */
function readNotices({ read, brands_left_out: brands, langs_left_out: langs }) {
  const words = [];
  if (!read.mentions) words.push("There is no mention.");
  if (read.later_than_now) words.push(`${counted(read.later_than_now, "mention")} later than that are left out.`);
  if (read.without_time) words.push(`${counted(read.without_time, "mention")} without a time: no age, no trend.`);
  if (read.without_answers) words.push(`${counted(read.without_answers, "mention")} without an answer of the model.`);
  if (read.unreadable) words.push(`${counted(read.unreadable, "row")} could not be read.`);
  if (read.broken_off) words.push(`The file breaks off: ${read.broken_off}`);
  if (brands) words.push(`${counted(brands, "brand")} with the fewest mentions can only be seen among all.`);
  if (langs) words.push(`${counted(langs, "language")} with the fewest mentions can only be seen among all.`);
  return words.length ? [notice(words.join(" "))] : [];
}
