/** Asks for the answers to many mentions, so that one that cannot be answered costs no other. */

import { Problem } from "./api.js";
import { patiently } from "./waiting.js";

// The request as a whole was refused or failed; its parts may fare better.
const DIVIDED = new Set([400, 413, 422, 429, 500, 503]);
const BUSY_TRIES = 4;
// A character of JSON takes at most so many bytes (an escape such as \u0001).
const MOST_BYTES = 6;
const AROUND = 64;

/**
 * Divide mentions into requests.
 * @param {{text: string}[]} mentions
 * @param {{items: number, body_bytes: number}} limits of the service
 * @param {number} size mentions of a request, where the limits allow it
 * @returns {number[][]} their places
 */
export function requests(mentions, limits, size) {
  const most = Math.min(size, limits.items);
  const parts = [];
  let part = [];
  let bytes = 0;
  mentions.forEach((mention, place) => {
    const more = MOST_BYTES * mention.text.length + AROUND;
    if (part.length && (part.length === most || bytes + more > limits.body_bytes)) {
      parts.push(part);
      part = [];
      bytes = 0;
    }
    part.push(place);
    bytes += more;
  });
  if (part.length) parts.push(part);
  return parts;
}

/**
 * Ask for the answers to the mentions of one request.
 * @param {import("./api.js").Api} api
 * @param {{text: string, lang?: string}[]} mentions
 * @param {object} options
 * @param {AbortSignal} options.signal
 * @param {(seconds: number, problem: Problem | null) => void} [options.onWait]
 * @returns {Promise<{model: {name: string, version: string} | null, results: object[]}>} in order:
 *   answers, or objects with `error`
 */
export async function ask(api, mentions, { signal, onWait }) {
  const sent = mentions.map(({ text, lang }) => (lang ? { text, lang } : { text }));
  const busyTries = mentions.length > 1 ? BUSY_TRIES : Infinity;
  try {
    return await patiently(() => api.predict(sent, signal), { signal, busyTries, onWait });
  } catch (problem) {
    if (!(problem instanceof Problem) || !DIVIDED.has(problem.status)) throw problem;
    if (mentions.length === 1) {
      const { title, detail } = problem;
      return { model: null, results: [{ error: { type: "about:blank", title, detail } }] };
    }
    const middle = mentions.length >> 1;
    const first = await ask(api, mentions.slice(0, middle), { signal, onWait });
    const second = await ask(api, mentions.slice(middle), { signal, onWait });
    return { model: second.model ?? first.model, results: [...first.results, ...second.results] };
  }
}
