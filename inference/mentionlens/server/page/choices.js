/** A choice of one among few, as buttons side by side that are radio buttons underneath. */

import { element } from "./dom.js";

/**
 * Return the labels of a choice, with the first one chosen.
 * @param {string} name that the radio buttons share
 * @param {[string, string][]} options value and words
 * @param {(value: string) => void} onChoice
 * @returns {HTMLElement[]}
 */
export function choices(name, options, onChoice) {
  return options.map(([value, words], place) => {
    const onchange = () => onChoice(value);
    const input = element("input", { type: "radio", name, value, checked: place === 0, onchange });
    return element("label", {}, input, element("span", {}, words));
  });
}
