/** A mention with its answer, and the words that mattered on request. */

import { answerView, flagList } from "./answers.js";
import { Problem } from "./api.js";
import { element } from "./dom.js";
import { explanationView } from "./explanation.js";
import { notice, tell, waitingWords } from "./notices.js";
import { patiently } from "./waiting.js";
import { languageName } from "./words.js";

/** The card of one mention; it stays in the page while other mentions change. */
export class Card {
  #api;
  #tasks;
  #text;
  #lang;
  #body = element("div", { class: "card-body" });

  /**
   * @param {import("./api.js").Api} api
   * @param {{name: string, labels: string[]}[]} tasks of the model
   * @param {{text: string, lang?: string}} mention
   * @param {{tag?: string, heading?: string}} [options] the element's name, and words above the text
   */
  constructor(api, tasks, { text, lang }, { tag = "li", heading } = {}) {
    this.#api = api;
    this.#tasks = tasks;
    this.#text = text;
    this.#lang = lang;
    this.element = element(
      tag,
      { class: "card answer-card waiting" },
      heading && element("h3", {}, heading),
      element("p", { class: "mention", dir: "auto", lang, title: lang && languageName(lang) }, text),
      this.#body,
    );
  }

  /**
   * Show the answer.
   * @param {Record<string, any>} result an answer, or an object with `error`
   */
  show(result) {
    this.element.classList.remove("waiting");
    const view = answerView(result, this.#tasks);
    this.#body.replaceChildren(
      ...[flagList(result.flags ?? []), view, !result.error && this.#explainer()].filter(Boolean),
    );
  }

  #explainer() {
    const place = element("div", { "aria-live": "polite" });
    const onclick = () => this.#toggle(button, place);
    const attributes = { type: "button", class: "quiet explain", "aria-expanded": "false", onclick };
    const button = element("button", attributes, "Words that mattered");
    return element("div", { class: "explainer" }, button, place);
  }

  async #toggle(button, place) {
    if (button.getAttribute("aria-expanded") === "true") {
      button.setAttribute("aria-expanded", "false");
      place.replaceChildren();
      return;
    }
    button.disabled = true;
    place.replaceChildren(element("p", { class: "faint" }, "Leaving each word out once …"));
    const onWait = (seconds, problem) => tell(place, waitingWords(seconds, problem));
    try {
      const explain = () => this.#api.explain(this.#text, this.#lang);
      const explained = await patiently(explain, { onWait, busyTries: 3 });
      place.replaceChildren(explanationView(explained, this.#tasks, this.#lang));
      button.setAttribute("aria-expanded", "true");
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      place.replaceChildren(notice(problem.message));
    } finally {
      button.disabled = false;
    }
  }
}
