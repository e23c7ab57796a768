/** The service's API, as the page uses it. */

/** A request that got no answer. */
export class Problem extends Error {
  /**
   * @param {number} status of HTTP; 0 where the service was not reached
   * @param {string} title what kind of problem
   * @param {string} detail what was wrong, and what is possible
   * @param {number | null} retryAfter seconds after which the same may succeed
   */
  constructor(status, title, detail, retryAfter = null) {
    super(detail ? `${title}: ${detail}` : title);
    this.status = status;
    this.title = title;
    this.detail = detail;
    this.retryAfter = retryAfter;
  }
}

/** Calls the service; asks for an API key where one is needed, and keeps it in memory only. */
export class Api {
  #key = null;
  #asking = null;
  #askForKey;

  /**
   * @param {(refused: boolean) => Promise<string | null>} askForKey `refused` tells that the last
   *   key was not accepted; null means that the person gives none
   */
  constructor(askForKey) {
    this.#askForKey = askForKey;
  }

  /** Return what the model is. */
  model(signal) {
    return this.#call("/v1/model", undefined, signal);
  }

  /** Return `{model, results}` for mentions, in order. */
  predict(mentions, signal) {
    return this.#call("/v1/predict", { mentions }, signal);
  }

  /** Return `{answer, words, truncated}` for one text. */
  explain(text, lang, signal) {
    return this.#call("/v1/explain", { text, lang: lang || null }, signal);
  }

  /** Return the overview of `{mentions, columns}`: rows of a file, with their answers or without. */
  overview(body, signal) {
    return this.#call("/v1/overview", body, signal);
  }

  async #call(path, body, signal) {
    for (;;) {
      const used = this.#key;
      const response = await this.#send(path, body, signal);
      if (response.status !== 401) return readAnswer(response);
      const problem = await readProblem(response);
      // Another call may have got a key meanwhile.
      if (this.#key === used && !(await this.#newKey(used !== null))) throw problem;
      signal?.throwIfAborted();
    }
  }

  async #send(path, body, signal) {
    const headers = { Accept: "application/json" };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    if (this.#key !== null) headers.Authorization = `Bearer ${this.#key}`;
    const options = { method: body === undefined ? "GET" : "POST", headers, signal, cache: "no-store" };
    if (body !== undefined) options.body = JSON.stringify(body);
    try {
      return await fetch(path, options);
    } catch (error) {
      throw unreached(error, signal);
    }
  }

  /** Calls that need a key at the same time ask once. */
  async #newKey(refused) {
    this.#asking ??= this.#askForKey(refused).finally(() => {
      this.#asking = null;
    });
    const key = await this.#asking;
    if (key !== null) this.#key = key;
    return key !== null;
  }
}

async function readAnswer(response) {
  if (!response.ok) throw await readProblem(response);
  try {
    return await response.json();
  } catch (error) {
    throw unreached(error);
  }
}

async function readProblem(response) {
  let said = {};
  try {
    said = (await response.json()) ?? {};
  } catch {
    // A proxy in between may answer in its own way.
  }
  const wait = retryAfter(response.headers.get("Retry-After"));
  const name = said.title ?? `The service answered with status ${response.status}`;
  return new Problem(response.status, name, said.detail ?? "", wait);
}

/** Return the seconds of the header, which holds seconds or a date. */
function retryAfter(value) {
  if (value === null) return null;
  const seconds = /^\s*\d+\s*$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : null;
}

function unreached(error, signal) {
  if (signal?.aborted || error.name === "AbortError") return error;
  return new Problem(0, "The service cannot be reached", "is it still running, and the network up?");
}
