/** Waiting, and trying again where a later try may succeed. */

import { Problem } from "./api.js";

// The service said that it is full, or that there are too many requests.
const BUSY = new Set([429, 503]);
// A restart, or a proxy that lost the service for a moment.
const PASSING = new Set([0, 500, 502, 504]);
const MOST_PASSING = 4;

/**
 * Wait.
 * @param {number} milliseconds
 * @param {AbortSignal} [signal] ends the waiting with its reason
 * @returns {Promise<void>}
 */
export function sleep(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", stop, { once: true });
  });
}

/**
 * Call until it succeeds, or there is no sense in another try.
 * @template T
 * @param {() => Promise<T>} call
 * @param {object} options
 * @param {AbortSignal} [options.signal]
 * @param {number} [options.busyTries] how often the service may say that it is busy
 * @param {(seconds: number, problem: Problem | null) => void} [options.onWait] told each second how
 *   long it still is, and 0 when the waiting is over
 * @returns {Promise<T>}
 */
export async function patiently(call, { signal, busyTries = Infinity, onWait = () => {} }) {
  let busy = 0;
  let passing = 0;
  for (;;) {
    try {
      return await call();
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      if (BUSY.has(problem.status)) busy += 1;
      else if (PASSING.has(problem.status)) passing += 1;
      else throw problem;
      if (busy >= busyTries || passing >= MOST_PASSING) throw problem;
      await countDown(problem.retryAfter ?? 2 ** Math.min(busy + passing - 1, 4), problem, signal, onWait);
    }
  }
}

async function countDown(seconds, problem, signal, onWait) {
  let left = seconds;
  while (left > 0) {
    onWait(Math.ceil(left), problem);
    const step = Math.min(1, left);
    await sleep(1000 * step, signal);
    left -= step;
  }
  onWait(0, null);
}
