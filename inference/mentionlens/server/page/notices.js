/** What is said where something goes wrong. */

import { element } from "./dom.js";

/**
 * Return a notice.
 * @param {...(Node | string)} children
 * @returns {HTMLElement}
 */
export function notice(...children) {
  return element("p", { class: "notice" }, ...children);
}

/**
 * Return what is said while the page waits for another try.
 * @param {number} seconds that are left
 * @param {import("./api.js").Problem | null} problem null when the waiting is over
 * @returns {string} nothing when the waiting is over
 */
export function waitingWords(seconds, problem) {
  return problem ? `${problem.title}. Trying again in ${seconds} s.` : "";
}

/**
 * Let a place hold a notice, or nothing.
 * @param {HTMLElement} place
 * @param {string} words
 */
export function tell(place, words) {
  place.replaceChildren(...(words ? [notice(words)] : []));
}

/**
 * Let a place say what failed, with a button for another try.
 * @param {HTMLElement} place
 * @param {import("./api.js").Problem} problem
 * @param {() => void} again
 */
export function tellFailure(place, problem, again) {
  const button = element("button", { type: "button", onclick: again }, "Try again");
  place.replaceChildren(notice(problem.message, " ", button));
}
