/** The words that mattered: what each did for the answered label of a task. */

import { choices } from "./choices.js";
import { element } from "./dom.js";
import { plain, points, title } from "./words.js";

const LEVELS = 4;
// Smaller changes of a probability are noise.
const LEAST = 0.005;
const MOST_NUMBERED = 6;

let groups = 0;

/**
 * Return the words of a mention, tinted by what they did; the task can be chosen.
 * @param {{answer: Record<string, any>, words: {word: string, start: number, end: number,
 *   effects: Record<string, number>}[], truncated: boolean}} explained the service's answer
 * @param {{name: string}[]} tasks of the model
 * @param {string | undefined} lang of the text, where it is known
 * @returns {HTMLElement}
 */
export function explanationView(explained, tasks, lang) {
  const names = tasks.map((task) => task.name).filter((name) => explained.answer[name]);
  const body = element("div", { class: "explained" });
  const show = (task) => body.replaceChildren(...taskWords(explained, task, lang));
  groups += 1;
  const options = names.map((name) => [name, title(name)]);
  const legend = element("legend", { class: "unseen" }, "Words for which answer?");
  const buttons = choices(`explained-${groups}`, options, show);
  const choice = element("fieldset", { class: "choice small" }, legend, ...buttons);
  show(names[0]);
  return element("div", { class: "explanation" }, choice, body);
}

function taskWords(explained, task, lang) {
  const { label } = explained.answer[task];
  const strongest = explained.words
    .filter((word) => Math.abs(word.effects[task]) >= LEAST)
    .sort((one, other) => Math.abs(other.effects[task]) - Math.abs(one.effects[task]));
  const most = Math.abs(strongest[0]?.effects[task] ?? 0);
  const numbered = new Set(strongest.slice(0, MOST_NUMBERED));
  const parts = [
    element("p", { class: "explained-text", dir: "auto", lang }, ...tinted(explained, task, most, numbered)),
  ];
  if (strongest.length) {
    parts.push(legendOf(label), strongestList(numbered, task, lang));
  } else {
    const words = `No single word changes “${plain(label)}”; it rests on the whole.`;
    parts.push(element("p", { class: "faint" }, words));
  }
  if (explained.truncated) {
    parts.push(element("p", { class: "faint" }, "The mention is long: only its first words were tried."));
  }
  return parts;
}

function legendOf(label) {
  const sample = (sign, words) =>
    element("span", { class: "word", "data-sign": sign, "data-level": "3" }, words);
  return element(
    "p",
    { class: "faint" },
    "Points that “",
    element("strong", {}, plain(label)),
    "” loses without a word. ",
    sample("for", "Tinted and underlined"),
    " words speak for it, ",
    sample("against", "dashed"),
    " ones against it.",
  );
}

/** Offsets count code points, as Python's do, and not the UTF-16 units of a JavaScript string. */
function tinted(explained, task, most, numbered) {
  const characters = Array.from(explained.answer.text);
  const nodes = [];
  let done = 0;
  for (const word of explained.words) {
    nodes.push(characters.slice(done, word.start).join(""));
    const effect = word.effects[task];
    const shown = characters.slice(word.start, word.end).join("");
    const matters = Math.abs(effect) >= LEAST;
    nodes.push(
      element(
        "span",
        {
          class: "word",
          "data-sign": matters && (effect > 0 ? "for" : "against"),
          "data-level": matters && Math.max(1, Math.ceil((LEVELS * Math.abs(effect)) / most)),
        },
        shown,
        // The word joiner keeps the number on the line of its word.
        numbered.has(word) && element("sup", {}, `\u2060${points(effect)}`),
      ),
    );
    done = word.end;
  }
  nodes.push(characters.slice(done).join(""));
  return nodes;
}

function strongestList(words, task, lang) {
  return element(
    "ol",
    { class: "strongest", "aria-label": "The words that mattered most" },
    ...[...words].map((word) =>
      element("li", {}, element("span", { lang, dir: "auto" }, word.word), " ",
        element("span", { class: "numbers" }, `${points(word.effects[task])} points`)),
    ),
  );
}
