/** Mentions that are typed or pasted, answered while one types. */

import { Problem } from "./api.js";
import { ask, requests } from "./asking.js";
import { Card } from "./card.js";
import { arrange, byId, element, fillSelect } from "./dom.js";
import { examplesIn, LANGUAGES, languageOfExample } from "./examples.js";
import { questionList } from "./model.js";
import { tell, tellFailure, waitingWords } from "./notices.js";
import { counted, languageName } from "./words.js";

const PAUSE = 250; // milliseconds without a key before the service is asked
const REQUEST = 8; // mentions: answers come in steps that one can watch
const MOST = 200; // mentions that are shown; a file may hold any number

/** The panel where mentions are written. */
export class Composer {
  #session;
  #cards = new Map();
  #answers = new Map();
  #running = new AbortController();
  #timer = 0;

  /** @param {import("./session.js").Session} session */
  constructor(session) {
    this.#session = session;
    this.#fill();
    const field = byId("mentions");
    field.addEventListener("input", () => this.#later());
    byId("mentions-lang").addEventListener("change", () => this.#now());
    for (const radio of document.getElementsByName("split")) {
      radio.addEventListener("change", () => this.#now());
    }
    byId("mentions-clear").addEventListener("click", () => {
      field.value = "";
      field.focus();
      this.#now();
    });
    session.onModel(() => this.#forget());
    this.#now();
  }

  #fill() {
    const codes = this.#session.model.languages;
    const options = codes.map((code) => [code, languageName(code)]);
    fillSelect(byId("mentions-lang"), [["", "not stated"], ...options], "");
    byId("examples").replaceChildren(
      ...LANGUAGES.map(([lang, name]) => {
        const onclick = () => this.#putIn(lang);
        return element("button", { type: "button", lang, "data-lang": lang, onclick }, name);
      }),
    );
  }

  /** Examples take the place of other examples, but never of what somebody wrote. */
  #putIn(lang) {
    const field = byId("mentions");
    const written = field.value.split("\n").filter((line) => line.trim() && !languageOfExample(line.trim()));
    field.value = [...written, ...examplesIn(lang)].join("\n");
    document.querySelector("input[name=split][value=lines]").checked = true;
    byId("mentions-lang").value = "";
    this.#now();
  }

  #mentions() {
    const { value } = byId("mentions");
    const stated = byId("mentions-lang").value;
    const whole = document.querySelector("input[name=split]:checked").value === "whole";
    const texts = whole ? [value] : value.split("\n");
    return texts
      .map((text) => text.trim())
      .filter(Boolean)
      .map((text) => ({ text, lang: stated || languageOfExample(text) }));
  }

  #later() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#now(), PAUSE);
  }

  /** Show the mentions as they are now, and ask for what has no answer yet. */
  async #now() {
    clearTimeout(this.#timer);
    this.#running.abort(); // its answers are out of date
    this.#running = new AbortController();
    const { signal } = this.#running;
    const mentions = this.#mentions();
    const shown = mentions.slice(0, MOST);
    byId("mentions-problem").replaceChildren();
    this.#show(shown);
    const unknown = [...new Map(shown.map((mention) => [keyOf(mention), mention])).entries()].filter(
      ([key]) => !this.#answers.has(key),
    );
    byId("mentions-status").textContent = statusWords(mentions.length, unknown.length);
    try {
      await this.#answer(unknown, signal);
      if (!signal.aborted) byId("mentions-status").textContent = statusWords(mentions.length, 0);
    } catch (problem) {
      if (signal.aborted) return;
      if (!(problem instanceof Problem)) throw problem;
      this.#fail(problem);
    }
  }

  async #answer(unknown, signal) {
    const asked = unknown.map(([, mention]) => mention);
    for (const part of requests(asked, this.#session.model.limits, REQUEST)) {
      const onWait = (seconds, problem) => {
        if (!signal.aborted) tell(byId("mentions-problem"), waitingWords(seconds, problem));
      };
      const mentions = part.map((place) => asked[place]);
      const { model, results } = await ask(this.#session.api, mentions, { signal, onWait });
      if (signal.aborted) return;
      if (await this.#session.isOther(model)) return;
      part.forEach((place, index) => {
        const [key] = unknown[place];
        this.#answers.set(key, results[index]);
        for (const card of this.#cards.get(key) ?? []) card.show(results[index]);
      });
    }
  }

  /** Keep a card for each mention; the same text twice has two. */
  #show(mentions) {
    const spare = this.#cards;
    this.#cards = new Map();
    const elements = mentions.map((mention) => {
      const key = keyOf(mention);
      let card = spare.get(key)?.shift();
      if (!card) {
        card = new Card(this.#session.api, this.#session.model.tasks, mention);
        if (this.#answers.has(key)) card.show(this.#answers.get(key));
      }
      this.#cards.set(key, [...(this.#cards.get(key) ?? []), card]);
      return card.element;
    });
    arrange(byId("answers"), elements);
    const heading = element("h3", {}, "What is answered for each mention");
    const introduction = [heading, questionList(this.#session.model.tasks)];
    byId("introduction").replaceChildren(...(mentions.length ? [] : introduction));
  }

  #fail(problem) {
    byId("mentions-status").textContent = "";
    tellFailure(byId("mentions-problem"), problem, () => this.#now());
  }

  /** Another model answers from now on. */
  #forget() {
    this.#answers.clear();
    this.#cards.clear();
    this.#fill();
    this.#now();
  }
}

function statusWords(total, unknown) {
  const all = counted(total, "mention");
  if (!total) return "Nothing to answer yet. Write something, or take the examples of a language.";
  if (unknown) return `Reading ${counted(Math.min(total, MOST), "mention")} …`;
  if (total > MOST) return `The first ${MOST} of ${all} are answered; “Score a file” takes any number.`;
  return `${all} answered`;
}

function keyOf({ text, lang }) {
  return `${lang ?? ""}\n${text}`;
}
