/** The panel that scores a file: choose, look, score, read, take away. */

import { Problem } from "./api.js";
import { byId, fillSelect } from "./dom.js";
import { connectDrop } from "./drop.js";
import { tell, waitingWords } from "./notices.js";
import { previewTable } from "./preview.js";
import { save } from "./download.js";
import { encode, ENCODINGS } from "./encodings.js";
import { addedNames, scoredRecords } from "./scored-file.js";
import { ScoringRun } from "./scoring.js";
import { summaryView } from "./summary-view.js";
import { Table } from "./table.js";
import { count, counted, duration } from "./words.js";

const DELIMITERS = [
  [",", "comma"],
  [";", "semicolon"],
  ["\t", "tab"],
  ["|", "vertical bar"],
];
const MOST_BYTES = 256 << 20;

/** The panel for files. */
export class FilePanel {
  #session;
  #name = "";
  #bytes = new Uint8Array();
  #table = null;
  #run = null;
  #mentions = [];
  #tasks = [];
  #stop = new AbortController();

  /** @param {import("./session.js").Session} session */
  constructor(session) {
    this.#session = session;
    byId("file").addEventListener("change", (event) => {
      const [file] = event.target.files;
      event.target.value = ""; // the same file may be chosen again
      if (file) this.#open(file);
    });
    connectDrop(byId("panel-file"), byId("drop"), (file) => this.#open(file));
    for (const id of ["file-encoding", "file-delimiter", "file-header"]) {
      byId(id).addEventListener("change", (event) => this.#read(event.target.id === "file-encoding"));
    }
    byId("file-text").addEventListener("change", () => this.#preview());
    byId("file-setup").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#start();
    });
    byId("file-cancel").addEventListener("click", () => this.#stop.abort());
    byId("file-resume").addEventListener("click", () => this.#goOn());
    byId("download").addEventListener("click", () => this.#download());
    byId("file-again").addEventListener("click", () => {
      byId("file-setup").hidden = false;
      byId("file-text").focus();
    });
    byId("download-probabilities").addEventListener("change", () => this.#tellDownload());
  }

  async #open(file) {
    this.#stop.abort();
    this.#tell("");
    this.#problem("");
    for (const id of ["file-setup", "file-progress", "file-result"]) byId(id).hidden = true;
    if (file.size > MOST_BYTES) {
      const size = `${file.name} has ${count(Math.ceil(file.size / (1 << 20)))} MB`;
      this.#problem(`${size}, more than a browser reads well; “mentionlens score” takes any size.`);
      return;
    }
    try {
      this.#bytes = new Uint8Array(await file.arrayBuffer());
    } catch {
      this.#problem(`${file.name} cannot be read. Was it moved, or is it a folder?`);
      return;
    }
    if (this.#bytes[0] === 0x50 && this.#bytes[1] === 0x4b) {
      this.#problem(`${file.name} is a workbook or an archive. Save it as CSV first.`);
      return;
    }
    this.#name = file.name;
    const table = new Table(this.#bytes);
    fillSelect(byId("file-encoding"), ENCODINGS, table.encoding);
    fillSelect(byId("file-delimiter"), DELIMITERS, table.delimiter);
    byId("file-header").checked = true;
    this.#use(table);
  }

  /** Read the file again as was chosen; another encoding may show another delimiter. */
  #read(findDelimiter) {
    const choices = { encoding: byId("file-encoding").value, header: byId("file-header").checked };
    if (!findDelimiter) choices.delimiter = byId("file-delimiter").value;
    const table = new Table(this.#bytes, choices);
    byId("file-delimiter").value = table.delimiter;
    this.#use(table);
  }

  #use(table) {
    this.#table = table;
    if (!table.rows.length) {
      byId("file-setup").hidden = !table.head;
      this.#problem(`${this.#name} has no rows${table.head ? " beside the names of its columns" : ""}.`);
    } else {
      const lost = `${counted(table.lost, "character")} cannot be read as ${table.encoding}`;
      this.#problem(table.lost ? `${lost}; choose another encoding.` : "");
    }
    const names = table.names.map((name, place) => [String(place), name]);
    fillSelect(byId("file-text"), names, String(table.guessText()));
    fillSelect(byId("file-lang"), [["-1", "none"], ...names], String(table.guessLang()));
    byId("file-name").textContent = this.#name;
    const rows = counted(table.rows.length, "row");
    byId("file-facts").textContent = `${rows}, ${counted(table.columns, "column")}`;
    const start = byId("file-start");
    start.textContent = `Score ${rows}`;
    start.disabled = !table.rows.length;
    byId("file-setup").hidden = !table.head && !table.rows.length;
    this.#preview();
  }

  #preview() {
    const column = Number(byId("file-text").value);
    byId("file-preview").replaceChildren(previewTable(this.#table, column));
  }

  #start() {
    this.#mentions = this.#table.mentions(Number(byId("file-text").value), Number(byId("file-lang").value));
    this.#run = new ScoringRun(this.#session, this.#mentions);
    this.#tasks = this.#session.model.tasks;
    byId("file-setup").hidden = true;
    this.#goOn();
  }

  async #goOn() {
    const run = this.#run;
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    this.#showRunning(true);
    this.#progress();
    this.#problem("");
    this.#tell(`Scoring ${counted(run.total, "row")} …`);
    const onWait = (seconds, problem) => {
      if (!signal.aborted) this.#problem(waitingWords(seconds, problem));
    };
    let ending = "Done";
    try {
      await run.answerRest(signal, () => this.#progress(), onWait);
    } catch (problem) {
      // Another file was opened meanwhile.
      if (run !== this.#run || (signal.aborted && byId("file-progress").hidden)) return;
      if (!signal.aborted && !(problem instanceof Problem)) throw problem;
      ending = signal.aborted ? "Cancelled" : "Stopped";
      this.#problem(signal.aborted ? "" : problem.message);
    }
    this.#progress();
    this.#finish(ending);
  }

  #finish(ending) {
    const run = this.#run;
    const whole = run.done === run.total;
    this.#showRunning(false);
    byId("file-progress-title").textContent = ending;
    byId("file-resume").hidden = whole;
    byId("file-progress").hidden = whole;
    const models = run.models.size > 1 ? ` Several models answered: ${[...run.models].join(", ")}.` : "";
    this.#tell(`${ending}: ${count(run.done)} of ${counted(run.total, "row")} read.${models}`);
    const first = this.#table.head ? 2 : 1;
    const numberOf = (place) => place + first;
    byId("summary").replaceChildren(summaryView(run.results, this.#tasks, this.#mentions, numberOf));
    byId("file-result").hidden = false;
    this.#tellDownload();
  }

  #showRunning(running) {
    byId("file-progress").hidden = false;
    byId("file-cancel").hidden = !running;
    byId("file-resume").hidden = true;
    if (running) {
      byId("file-result").hidden = true;
      byId("file-setup").hidden = true;
      byId("file-progress-title").textContent = "Scoring";
    }
  }

  #progress() {
    const { done, total, rate } = this.#run;
    const bar = byId("file-bar");
    bar.max = total;
    bar.value = done;
    const parts = [`${count(done)} of ${counted(total, "row")}`];
    if (rate > 0 && done < total) {
      parts.push(`${count(Math.round(rate))} a second`, `${duration((total - done) / rate)} left`);
    }
    byId("file-rate").textContent = parts.join(" · ");
  }

  #tellDownload() {
    const taken = this.#table.head?.cells ?? [];
    const names = addedNames(this.#tasks, taken, byId("download-probabilities").checked);
    const words = "your file with every cell as it was, and the columns";
    byId("download-facts").textContent = `${this.#outputName()}: ${words} ${names.join(", ")}.`;
  }

  #outputName() {
    const [, stem, ending] = /^(.*?)(\.[^.]*)?$/su.exec(this.#name);
    return `${stem}.scored${ending ?? ".csv"}`;
  }

  #download() {
    const options = {
      probabilities: byId("download-probabilities").checked,
      safe: byId("download-safe").checked,
    };
    const records = [...scoredRecords(this.#table, this.#run.results, this.#tasks, options)];
    const { bytes } = encode(records, this.#table.encoding, this.#table.mark);
    const type = this.#table.delimiter === "\t" ? "text/tab-separated-values" : "text/csv";
    save(this.#outputName(), bytes, type);
  }

  #tell(words) {
    byId("file-status").textContent = words;
  }

  #problem(words) {
    tell(byId("file-problem"), words);
  }
}
