/** The same situation in several languages, side by side. */

import { bar, flagList, verdict } from "./answers.js";
import { Problem } from "./api.js";
import { ask } from "./asking.js";
import { Card } from "./card.js";
import { choices } from "./choices.js";
import { byId, element } from "./dom.js";
import { LANGUAGES, SITUATIONS } from "./examples.js";
import { tellFailure, waitingWords } from "./notices.js";
import { tone } from "./tones.js";
import { percent, plain, title, unsureTasks } from "./words.js";

// Below it six columns are too narrow to read.
const WIDE = matchMedia("(min-width: 64rem)");

/** The panel that compares languages. */
export class Comparison {
  #session;
  #situation = SITUATIONS[0];
  #answers = new Map();
  #running = new AbortController();
  #opened = false;

  /** @param {import("./session.js").Session} session */
  constructor(session) {
    this.#session = session;
    byId("situations").append(
      ...choices(
        "situation",
        SITUATIONS.map(({ name }) => [name, name]),
        (chosen) => this.#choose(SITUATIONS.find(({ name }) => name === chosen)),
      ),
    );
    WIDE.addEventListener("change", () => this.#draw());
    session.onModel(() => {
      this.#answers.clear();
      if (this.#opened) this.#choose(this.#situation);
    });
  }

  /** Show the first situation; called whenever the panel is opened. */
  open() {
    if (this.#opened) return;
    this.#opened = true;
    this.#choose(this.#situation);
  }

  async #choose(situation) {
    this.#situation = situation;
    this.#running.abort();
    this.#running = new AbortController();
    const { signal } = this.#running;
    byId("languages-problem").replaceChildren();
    const status = byId("languages-status");
    try {
      if (!this.#answers.has(situation)) {
        status.textContent = "Reading …";
        await this.#ask(situation, signal);
      }
      if (signal.aborted) return;
      this.#draw();
      status.textContent = this.#agreement();
    } catch (problem) {
      if (signal.aborted) return;
      if (!(problem instanceof Problem)) throw problem;
      status.textContent = "";
      tellFailure(byId("languages-problem"), problem, () => this.#choose(situation));
    }
  }

  async #ask(situation, signal) {
    const mentions = LANGUAGES.map(([lang]) => ({ text: situation.texts[lang], lang }));
    const onWait = (seconds, problem) => {
      byId("languages-status").textContent = waitingWords(seconds, problem);
    };
    const { model, results } = await ask(this.#session.api, mentions, { signal, onWait });
    if (!(await this.#session.isOther(model))) this.#answers.set(situation, results);
  }

  #draw() {
    const results = this.#answers.get(this.#situation);
    if (!results) return;
    byId("comparison").replaceChildren(WIDE.matches ? this.#table(results) : this.#cards(results));
  }

  #agreement() {
    const results = this.#answers.get(this.#situation) ?? [];
    const told = this.#session.model.tasks.map(({ name }) => {
      const labels = results.filter((result) => result[name]).map((result) => result[name].label);
      const counts = new Map();
      for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
      const [label, most] = [...counts].sort(([, one], [, other]) => other - one)[0] ?? ["", 0];
      return `${title(name)}: ${most} of ${labels.length} say ${plain(label)}`;
    });
    return told.join(" · ");
  }

  #cards(results) {
    const { api, model } = this.#session;
    return element(
      "ol",
      { class: "answers" },
      ...LANGUAGES.map(([lang, heading], place) => {
        const card = new Card(api, model.tasks, { text: this.#situation.texts[lang], lang }, { heading });
        card.show(results[place]);
        return card.element;
      }),
    );
  }

  #table(results) {
    const { tasks } = this.#session.model;
    const names = LANGUAGES.map(([lang, name]) => element("th", { scope: "col", lang }, name));
    const head = element("thead", {}, element("tr", {}, element("td", {}), ...names));
    const cells = LANGUAGES.map(([lang], place) => {
      const text = element("p", { lang, dir: "auto" }, this.#situation.texts[lang]);
      return element("td", {}, text, flagList(results[place].flags ?? []));
    });
    const mention = element("th", { scope: "row" }, "Mention");
    const texts = element("tbody", {}, element("tr", { class: "texts" }, mention, ...cells));
    const bodies = tasks.map((task) => taskRows(tasks, task, results));
    return element("div", { class: "card" }, element("table", { class: "matrix" }, head, texts, ...bodies));
  }
}

function taskRows(tasks, task, results) {
  const { name, labels } = task;
  const cells = (show) =>
    results.map((result) => element("td", {}, result[name] ? show(result[name], result.flags) : "–"));
  const heading = element("th", { scope: "rowgroup" }, title(name));
  const verdicts = cells((answer, flags) => verdict(tasks, name, answer, unsureTasks(flags).has(name)));
  const rows = labels.map((label) => {
    const bars = cells((answer) => labelBar(tasks, name, label, answer));
    return element("tr", {}, element("th", { scope: "row" }, plain(label)), ...bars);
  });
  return element("tbody", {}, element("tr", { class: "verdicts" }, heading, ...verdicts), ...rows);
}

function labelBar(tasks, task, label, answer) {
  const probability = answer.probabilities[label];
  return element(
    "span",
    { class: label === answer.label ? "in-matrix answered" : "in-matrix" },
    bar(tone(tasks, task, label), probability),
    element("span", { class: "numbers" }, percent(probability)),
  );
}
