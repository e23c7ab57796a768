/** Starts the overview of the service: a file is chosen, scored where it has no answers, drawn. */

import { Api, Problem } from "./api.js";
import { byId } from "./dom.js";
import { connectDrop } from "./drop.js";
import { askForKey } from "./key.js";
import { tell, tellFailure, waitingWords } from "./notices.js";
import { readRows } from "./overview-rows.js";
import { drawOverview } from "./overview-view.js";
import { ScoringRun } from "./scoring.js";
import { Session } from "./session.js";
import { connectThemeButton } from "./theme.js";
import { patiently } from "./waiting.js";
import { count, counted } from "./words.js";

const MEGABYTE = 1 << 20;
const MOST_BYTES = 64 * MEGABYTE;

/** Takes a file to its overview. */
class Chooser {
  #session;
  #stop = new AbortController();

  constructor(session) {
    this.#session = session;
    byId("overview-file").addEventListener("change", (event) => {
      const [file] = event.target.files;
      event.target.value = ""; // the same file may be chosen again
      if (file) this.#open(file);
    });
    connectDrop(byId("main"), byId("overview-drop"), (file) => this.#open(file));
    // Until here a chosen file would have been lost.
    byId("overview-file").disabled = false;
    byId("overview-cancel").addEventListener("click", () => this.#stop.abort());
  }

  async #open(file) {
    this.#stop.abort();
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    tell(byId("overview-problem"), "");
    byId("overview").replaceChildren();
    try {
      await this.#draw(file, signal);
    } catch (problem) {
      if (signal !== this.#stop.signal) return; // another file was opened meanwhile
      if (!signal.aborted && !(problem instanceof Problem)) throw problem;
      this.#say(signal.aborted ? "Cancelled." : "");
      tell(byId("overview-problem"), signal.aborted ? "" : problem.message);
    } finally {
      if (signal === this.#stop.signal) byId("overview-progress").hidden = true;
    }
  }

  async #draw(file, signal) {
    this.#say(`Reading ${file.name} …`);
    const { rows, text, lang, unreadable } = readRows(await bytesOf(file));
    if (!rows.length) throw new Problem(0, `${file.name} has no rows`, "");
    const scored = this.#isScored(rows) ? rows : await this.#score(rows, text, lang, signal);
    const body = { mentions: scored, columns: { text, ...(lang ? { lang } : {}) } };
    this.#checkSize(body);
    this.#say(`Looking at ${counted(rows.length, "mention")} …`);
    const data = await patiently(() => this.#session.api.overview(body, signal), {
      signal,
      onWait: (seconds, problem) => this.#wait(seconds, problem),
    });
    data.read.unreadable = (data.read.unreadable ?? 0) + unreadable;
    this.#say(`${file.name}: ${counted(rows.length, "mention")}.`);
    drawOverview(byId("overview"), data);
  }

  /** Tell whether the rows hold answers of every task, as cells or as objects. */
  #isScored(rows) {
    const has = (row, name) => typeof row[name] === "object" ? Boolean(row[name]?.label) : Boolean(row[name]) && `${name}_score` in row;
    return rows.slice(0, 1000).some((row) => this.#session.model.tasks.every(({ name }) => has(row, name)));
  }

  async #score(rows, text, lang, signal) {
    const mentions = rows.map((row) => {
      const written = typeof row[text] === "string" ? row[text] : "";
      if (!written.trim()) return { flag: "no_text" };
      const stated = lang && typeof row[lang] === "string" ? row[lang].trim() : "";
      return stated ? { text: written, lang: stated } : { text: written };
    });
    const run = new ScoringRun(this.#session, mentions);
    const bar = byId("overview-bar");
    bar.max = run.total;
    bar.value = 0;
    byId("overview-progress").hidden = false;
    const onProgress = () => {
      bar.value = run.done;
      this.#say(`${count(run.done)} of ${counted(run.total, "mention")} scored`);
    };
    await run.answerRest(signal, onProgress, (seconds, problem) => this.#wait(seconds, problem));
    byId("overview-progress").hidden = true;
    return rows.map((row, place) => {
      const { id: _, text: __, error: ___, ...answers } = run.results[place];
      return { ...row, ...answers };
    });
  }

  #checkSize(body) {
    const bytes = new Blob([JSON.stringify(body)]).size;
    const most = this.#session.model.limits.body_bytes;
    if (bytes <= most) return;
    const size = `${Math.ceil((10 * bytes) / MEGABYTE) / 10} MB are more than the ${Math.floor(most / MEGABYTE)} MB that this service takes`;
    throw new Problem(0, "The file is too large", `${size}; “mentionlens overview” on the command line takes any size.`);
  }

  #wait(seconds, problem) {
    tell(byId("overview-problem"), waitingWords(seconds, problem));
  }

  #say(words) {
    byId("overview-status").textContent = words;
  }
}

async function bytesOf(file) {
  if (file.size > MOST_BYTES) throw new Problem(0, "The file is too large", "“mentionlens overview” on the command line takes any size.");
  let bytes;
  try {
    bytes = new Uint8Array(await file.arrayBuffer());
  } catch {
    throw new Problem(0, `${file.name} cannot be read`, "was it moved, or is it a folder?");
  }
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) throw new Problem(0, `${file.name} is a workbook or an archive`, "save it as CSV first.");
  return bytes;
}

async function start() {
  const place = byId("overview-problem");
  place.replaceChildren();
  const api = new Api(askForKey);
  try {
    const onWait = (seconds, problem) => tell(place, waitingWords(seconds, problem));
    new Chooser(new Session(api, await patiently(() => api.model(), { onWait })));
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    tellFailure(place, problem, start);
  }
}

connectThemeButton(byId("theme"));
start();
