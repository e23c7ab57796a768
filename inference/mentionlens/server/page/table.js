/** A file of delimited text as a table: names of columns, rows, and what of a row is the mention. */

import { findDelimiter, readRecords } from "./csv.js";
import { decode, findEncoding } from "./encodings.js";

// What the column of the text is called, in the languages that people name columns in.
const TEXT_NAMES = [
  /^(text|mention|message|body|content|comment|review|post|tweet)/iu,
  /^(tre[sś][cć]|wiadomo[sś][cć]|wpis|opinia|komentarz|mesaj|recenzie|comentariu)/iu,
  /^(texto|mensaje|comentario|rese[nñ]a|opini[oó]n)/iu,
  /^(текст|сообщение|отзыв|комментарий|отзив|съобщение|коментар|мнение)/iu,
];
const LANG_NAMES = /^(lang|language|locale|j[eę]zyk|limba|limb[aă]|idioma|язык|език)(_?code)?$/iu;
const LANG_CODE = /^[a-z]{2,3}([-_][a-z0-9]+)*$/iu;
const SAMPLE = 200; // rows that tell the columns

/** A table with its rows as they stood in the file. */
export class Table {
  /**
   * Read a file.
   * @param {Uint8Array} bytes
   * @param {object} [choices] what is not left to be found out
   * @param {string} [choices.encoding]
   * @param {string} [choices.delimiter]
   * @param {boolean} [choices.header] whether the first record holds names
   */
  constructor(bytes, { encoding = findEncoding(bytes), delimiter, header = true } = {}) {
    const { text, mark, lost } = decode(bytes, encoding);
    this.encoding = encoding;
    this.mark = mark;
    this.lost = lost;
    this.delimiter = delimiter ?? findDelimiter(text);
    const records = [...readRecords(text, this.delimiter)];
    this.head = header ? (records.shift() ?? null) : null;
    this.rows = records;
    this.columns = this.head?.cells.length ?? records[0]?.cells.length ?? 0;
    this.lineEnd = (this.head ?? records[0])?.end || "\n";
  }

  /** The names of the columns, each told from the others. */
  get names() {
    const name = (_, place) => this.head?.cells[place].trim() || `Column ${place + 1}`;
    return Array.from({ length: this.columns }, name);
  }

  /** Columns of the widest record: rows may have more than the first. */
  get width() {
    return this.rows.reduce((most, { cells }) => Math.max(most, cells.length), this.columns);
  }

  /** Guess the column of the text: by its name, or the longest cells. */
  guessText() {
    const named = this.names.findIndex((name) => TEXT_NAMES.some((pattern) => pattern.test(name)));
    if (named >= 0 && this.head) return named;
    const sample = this.rows.slice(0, SAMPLE);
    const letters = Array.from({ length: this.columns }, (_, place) =>
      sample.reduce((sum, { cells }) => sum + (cells[place]?.match(/\p{L}/gu)?.length ?? 0), 0),
    );
    return Math.max(0, letters.indexOf(Math.max(...letters)));
  }

  /** Guess the column of the languages; -1 where there is none. */
  guessLang() {
    const sample = this.rows.slice(0, SAMPLE);
    const isCode = (cell = "") => !cell.trim() || LANG_CODE.test(cell.trim());
    return this.names.findIndex(
      (name, place) => LANG_NAMES.test(name) && sample.every(({ cells }) => isCode(cells[place])),
    );
  }

  /**
   * Return what of each row is to be answered.
   * @param {number} textColumn
   * @param {number} langColumn -1 for none
   * @returns {({text: string, lang?: string} | {flag: string})[]} a mention, or why there is none
   */
  mentions(textColumn, langColumn) {
    return this.rows.map(({ cells }) => {
      if (cells.every((cell) => !cell.trim())) return { flag: "no_text" };
      // With another number of columns nobody knows which cell is the text.
      const beyond = cells.slice(this.columns).some((cell) => cell.trim());
      if (beyond || cells.length < this.columns) return { flag: "bad_row:ragged" };
      const text = cells[textColumn];
      if (!text.trim()) return { flag: "no_text" };
      const lang = langColumn < 0 ? "" : cells[langColumn].trim();
      return lang ? { text, lang } : { text };
    });
  }
}
