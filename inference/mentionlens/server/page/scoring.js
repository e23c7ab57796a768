/** Scores many mentions in requests side by side; can be stopped, and go on with the rest. */

import { ask, requests } from "./asking.js";

const REQUEST = 32; // mentions: small enough to be cancelled at once
const SIDE_BY_SIDE = 2;
const RECENT = 5000; // milliseconds that the rate is measured over

/** A run over the mentions of a file. */
export class ScoringRun {
  #session;
  #mentions;
  #ticks = [];

  /**
   * @param {import("./session.js").Session} session
   * @param {({text: string, lang?: string} | {flag: string})[]} mentions those with a flag are not
   *   asked for
   */
  constructor(session, mentions) {
    this.#session = session;
    this.#mentions = mentions;
    /** @type {(object | null)[]} answers, objects with `error`, or with `flags` only; null: not yet */
    this.results = mentions.map((mention) => ("flag" in mention ? { flags: [mention.flag] } : null));
    this.done = this.results.filter(Boolean).length;
    /** @type {Set<string>} the models that answered, by name and version */
    this.models = new Set();
  }

  /** Rows of the file. */
  get total() {
    return this.#mentions.length;
  }

  /** Rows a second over the last moments; 0 before the first answer. */
  get rate() {
    const now = performance.now();
    this.#ticks = this.#ticks.filter(({ time }) => now - time < RECENT);
    const [first] = this.#ticks;
    if (!first) return 0;
    return (1000 * (this.done - first.before)) / Math.max(now - first.time, 1);
  }

  /**
   * Answer what has no answer yet.
   * @param {AbortSignal} signal
   * @param {() => void} onProgress
   * @param {(seconds: number, problem: import("./api.js").Problem | null) => void} onWait
   * @throws {import("./api.js").Problem} the service cannot be reached or refuses; what is answered
   *   stays, and another call goes on
   */
  async answerRest(signal, onProgress, onWait) {
    const places = this.results.flatMap((result, place) => (result === null ? [place] : []));
    const pending = places.map((place) => this.#mentions[place]);
    const parts = requests(pending, this.#session.model.limits, REQUEST);
    const queue = parts.map((part) => part.map((index) => places[index]));
    const failed = new AbortController();
    const either = AbortSignal.any([signal, failed.signal]);
    this.#ticks = [{ time: performance.now(), before: this.done }];
    const work = async () => {
      for (let part = queue.shift(); part; part = queue.shift()) {
        await this.#answer(part, either, onWait);
        onProgress();
      }
    };
    const workers = Array.from({ length: SIDE_BY_SIDE }, () =>
      work().catch((problem) => {
        failed.abort();
        throw problem;
      }),
    );
    const ended = await Promise.allSettled(workers);
    signal.throwIfAborted();
    const problems = ended.filter(({ status }) => status === "rejected").map(({ reason }) => reason);
    // What stopped one worker aborts the other, which says nothing.
    if (problems.length) throw problems.find((problem) => problem.name !== "AbortError") ?? problems[0];
  }

  async #answer(part, signal, onWait) {
    const mentions = part.map((place) => this.#mentions[place]);
    const { model, results } = await ask(this.#session.api, mentions, { signal, onWait });
    if (model) this.models.add(`${model.name} ${model.version}`);
    this.#ticks.push({ time: performance.now(), before: this.done });
    part.forEach((place, index) => {
      const { text: _, ...rest } = results[index]; // the table has the text
      this.results[place] = rest.error ? { ...rest, flags: ["not_answered"] } : rest;
    });
    this.done += part.length;
  }
}
