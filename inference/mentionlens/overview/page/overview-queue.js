/** The panel with what is to be looked at, the most urgent first. */

import { element, fillSelect } from "./dom.js";
import { isIn } from "./overview-scope.js";
import { ACTION_NAMES, actionWords, brandWords, hoursWords, langWords } from "./overview-words.js";
import { count, counted, flagWords, percent, plain } from "./words.js";

const STEP = 40;
const TONES = ["bad", "amber", "blue", "teal", "good"];
const LANG_CODE = /^[a-z]{2,3}([-_][a-z0-9]+)*$/iu;

/** The queue. */
export class QueuePanel {
  #data;
  #clock;
  #scope = { brand: null, lang: null };
  #shown = STEP;
  #action = element("select", { id: "queue-action" });
  #priority = element("select", { id: "queue-priority" });
  #overdue = element("input", { type: "checkbox", id: "queue-overdue" });
  #status = element("p", { class: "status", role: "status", "aria-live": "polite" });
  #list = element("ol", { class: "queue" });
  #more = element("button", { type: "button", onclick: () => this.#showMore() }, "Show more");

  /**
   * @param {object} data the overview
   * @param {import("./overview-words.js").Clock} clock
   */
  constructor(data, clock) {
    this.#data = data;
    this.#clock = clock;
    const found = new Set(data.queue.counts.map(({ action }) => action));
    const actions = [...ACTION_NAMES.filter((name) => found.has(name)), ...[...found].filter((name) => !ACTION_NAMES.includes(name))];
    fillSelect(this.#action, [["", "any action"], ...actions.map((name) => [name, actionWords(name)])], "");
    const levels = [...new Set(data.queue.counts.map(({ priority }) => priority))].sort((a, b) => a - b);
    const meaning = (level) => data.priorities[level - 1] ?? "";
    fillSelect(this.#priority, [["", "any priority"], ...levels.map((level) => [String(level), `${level}: ${meaning(level)}`])], "");
    for (const control of [this.#action, this.#priority, this.#overdue]) {
      control.addEventListener("change", () => this.show(this.#scope));
    }
  }

  /** Return the panel's content. */
  view() {
    return element(
      "div",
      { class: "panel" },
      element("h2", {}, "What to answer first"),
      element("p", { class: "faint" }, this.#explanation()),
      element(
        "div",
        { class: "filters" },
        element("label", {}, "Action", this.#action),
        element("label", {}, "Priority", this.#priority),
        element("label", { class: "check" }, this.#overdue, element("span", {}, "Only what is overdue")),
      ),
      this.#status,
      this.#list,
      this.#more,
    );
  }

  /**
   * Show the rows of a brand and a language.
   * @param {import("./overview-scope.js").Scope} scope
   */
  show(scope) {
    this.#scope = scope;
    this.#shown = STEP;
    this.#list.replaceChildren();
    this.#draw();
  }

  #explanation() {
    const known = "Mentions without a reply that somebody waits for; of the last day also those that nobody waits for, and of the last three days answered cases to come back to.";
    const unknown = "The mentions of the last day: no column says which were answered.";
    return this.#data.replies_known ? known : unknown;
  }

  #draw() {
    const rows = this.#data.queue.rows.filter((row) => this.#isWanted(row, isOverdue(row, this.#data.now)));
    const drawn = rows.slice(this.#list.children.length, this.#shown);
    this.#list.append(...drawn.map((row) => this.#card(row)));
    const total = this.#data.queue.counts
      .filter((one) => this.#isWanted(one, one.overdue))
      .reduce((sum, { mentions }) => sum + mentions, 0);
    const beyond = total - rows.length;
    const parts = [total ? `${count(this.#list.children.length)} of ${counted(total, "mention")}` : "Nothing to do here."];
    if (beyond > 0) parts.push(`the ${count(beyond)} least urgent are not on this page: “mentionlens triage --sort” lists all`);
    this.#status.textContent = parts.join("; ");
    this.#more.hidden = this.#list.children.length >= rows.length;
  }

  #showMore() {
    const first = this.#list.children.length;
    this.#shown += STEP;
    this.#draw();
    // Who came here with the keyboard goes on with the first new row.
    this.#list.children[first]?.querySelector("summary")?.focus();
  }

  #isWanted(one, overdue) {
    const action = this.#action.value;
    const priority = this.#priority.value;
    return (
      isIn(one, this.#scope) &&
      (!action || one.action === action) &&
      (!priority || String(one.priority) === priority) &&
      (!this.#overdue.checked || overdue)
    );
  }

  #card(row) {
    const guidance = this.#data.queue.guidance[row.guidance];
    const lang = LANG_CODE.test(row.lang) ? row.lang : null;
    const about = [brandWords(row.brand), langWords(row.lang), row.author, row.time && this.#clock.time(row.time)];
    const tone = TONES[row.priority - 1] ?? "calm";
    return element(
      "li",
      { class: `card queue-row tone-${tone}`, "data-id": row.id },
      element(
        "div",
        { class: "queue-head" },
        element("span", { class: "priority" }, element("span", { class: "unseen" }, "priority "), row.priority),
        element("strong", {}, actionWords(row.action)),
        this.#due(row),
      ),
      element("p", { class: "about faint" }, ...about.filter(Boolean).map((words) => element("bdi", {}, words))),
      element("p", { class: "mention", dir: "auto", lang }, row.text || "(no text)"),
      row.cut ? element("p", { class: "faint" }, `… and ${counted(row.cut, "character")} more`) : null,
      element(
        "details",
        {},
        element("summary", {}, "Why, and how to answer"),
        element(
          "div",
          { class: "advice" },
          advice("Do", guidance.do, "good"),
          advice("Avoid", guidance.avoid, "bad"),
          element("h4", {}, "Why"),
          element(
            "ul",
            { class: "reasons" },
            element("li", {}, row.why, " ", element("code", {}, row.rule)),
            ...row.reasons.map((reason) => element("li", {}, element("bdi", {}, reason))),
            element("li", {}, this.#answers(row)),
          ),
        ),
      ),
    );
  }

  #due(row) {
    if (row.target === null) return element("span", { class: "due" }, "nobody waits");
    if (row.due === null) return element("span", { class: "due" }, `within ${row.target}`);
    const hours = (new Date(row.due) - new Date(this.#data.now)) / 3_600_000;
    const title = `to be answered by ${this.#clock.time(row.due)}, within ${row.target}`;
    if (hours < 0) return element("span", { class: "due over", title }, `${hoursWords(-hours)} overdue`);
    return element("span", { class: "due", title }, `due in ${hoursWords(hours)}`);
  }

  #answers(row) {
    const labels = Object.entries(row.labels).map(
      ([task, [label, score]]) => `${task} ${plain(label)}${score === null ? "" : ` ${percent(score)}`}`,
    );
    const flags = row.flags.map(flagWords);
    const read = labels.length ? `read as ${labels.join(", ")}` : "not read by the model";
    return `${row.id}: ${[read, ...flags].join("; ")}`;
  }
}

function isOverdue(row, now) {
  return row.due !== null && new Date(row.due) < new Date(now);
}

function advice(name, text, tone) {
  if (!text) return null;
  return element(
    "div",
    { class: `advice-part tone-${tone}` },
    element("h4", {}, name),
    element("p", { dir: "auto" }, text),
  );
}
