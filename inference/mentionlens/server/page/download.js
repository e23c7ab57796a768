/** Gives a file to the person. */

import { element } from "./dom.js";

/**
 * Offer a file for saving.
 * @param {string} name
 * @param {Uint8Array[]} parts
 * @param {string} type media type
 */
export function save(name, parts, type) {
  const url = URL.createObjectURL(new Blob(parts, { type }));
  element("a", { href: url, download: name }).click();
  // The browser takes the content over after this task.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
