/**
 * Delimited text after RFC 4180, kept as it stood: every record remembers its own characters.
 *
 * What breaks the rules costs as little as possible: a quote that opens a field and is not closed
 * before a delimiter, a line end or the end of the file counts as a plain character, so that one
 * stray quote does not swallow the rest of a file.
 */

/**
 * @typedef {object} CsvRecord
 * @property {string[]} cells values, without their quotes
 * @property {string} raw the characters of the record without its line end
 * @property {string} end its line end; empty at the end of a file that ends without one
 */

const DELIMITERS = [",", ";", "\t", "|"];
const SAMPLE = 60; // records that tell the delimiter

/**
 * Read records.
 * @param {string} text
 * @param {string} delimiter one character
 * @returns {Generator<CsvRecord>}
 */
export function* readRecords(text, delimiter) {
  const stop = new RegExp(`[${escaped(delimiter)}\\r\\n]|$`, "gu");
  let at = 0;
  while (at < text.length) {
    const start = at;
    const cells = [];
    for (;;) {
      const field = quoted(text, at, delimiter) ?? bare(text, at, stop);
      cells.push(field.value);
      at = field.end;
      if (text[at] !== delimiter) break;
      at += 1;
    }
    const raw = text.slice(start, at);
    const end = lineEnd(text, at);
    at += end.length;
    yield { cells, raw, end };
  }
}

/**
 * Find out what stands between the columns: what divides most of the first records alike.
 * @param {string} text
 * @returns {string} a comma where nothing does
 */
export function findDelimiter(text) {
  let best = { delimiter: ",", merit: 0 };
  for (const delimiter of DELIMITERS) {
    const widths = [];
    for (const { cells } of readRecords(text, delimiter)) {
      if (cells.length > 1 || cells[0] !== "") widths.push(cells.length);
      if (widths.length === SAMPLE) break;
    }
    const [width = 1] = widths;
    const alike = widths.filter((other) => other === width).length / widths.length;
    const merit = width > 1 ? alike * alike * Math.log2(1 + width) : 0;
    if (merit > best.merit) best = { delimiter, merit };
  }
  return best.delimiter;
}

/**
 * Write cells as one record without its line end.
 * @param {string[]} cells
 * @param {string} delimiter
 * @returns {string}
 */
export function writeCells(cells, delimiter) {
  return cells
    .map((cell) => {
      const quotes = cell.includes(delimiter) || /["\r\n]/u.test(cell);
      return quotes ? `"${cell.replaceAll('"', '""')}"` : cell;
    })
    .join(delimiter);
}

/** Return a quoted field; null where there is none, or it does not end as it should. */
function quoted(text, start, delimiter) {
  if (text[start] !== '"') return null;
  let value = "";
  let at = start + 1;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return null;
    value += text.slice(at, quote);
    at = quote + 1;
    if (text[at] !== '"') break;
    value += '"';
    at += 1;
  }
  const ends = at === text.length || [delimiter, "\r", "\n"].includes(text[at]);
  return ends ? { value, end: at } : null;
}

function bare(text, start, stop) {
  stop.lastIndex = start;
  const { index } = stop.exec(text);
  return { value: text.slice(start, index), end: index };
}

function lineEnd(text, at) {
  if (text[at] === "\r") return text[at + 1] === "\n" ? "\r\n" : "\r";
  return text[at] === "\n" ? "\n" : "";
}

function escaped(delimiter) {
  return delimiter.replace(/[\\\]^|-]/gu, "\\$&");
}
