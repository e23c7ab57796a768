/** From the bytes of a file to text, and back to the same bytes. */

/** What can be chosen: the name that the browser knows, and words. */
export const ENCODINGS = [
  ["utf-8", "UTF-8"],
  ["windows-1250", "windows-1250 (Polish, Romanian, Czech …)"],
  ["windows-1251", "windows-1251 (Russian, Bulgarian …)"],
  ["windows-1252", "windows-1252 (Spanish, German …)"],
  ["iso-8859-2", "ISO 8859-2 (Polish, Romanian, Czech …)"],
  ["utf-16le", "UTF-16, little-endian"],
  ["utf-16be", "UTF-16, big-endian"],
];

const MARKS = [
  ["utf-8", [0xef, 0xbb, 0xbf]],
  ["utf-16le", [0xff, 0xfe]],
  ["utf-16be", [0xfe, 0xff]],
];
const SAMPLE = 1 << 18; // bytes that tell the encoding
const CYRILLIC = /[\u0401-\u0451«»–—„“”№]/gu;
const LATIN = /[ąćęłńóśźżăâîșțşţáčďéěíňřšťúůýžäöüßñ¿¡àèçêëôđ«»–—„“”€…’]/giu;
// A Cyrillic letter beside a Latin one is the sign of a wrong guess.
const MIXED = /[a-z][\u0400-\u04ff]|[\u0400-\u04ff][a-z]/giu;
const FOUND_OUT = [
  // Of equals the first is taken: Spanish is told from Polish by what only Polish has.
  ["windows-1251", CYRILLIC],
  ["windows-1252", LATIN],
  ["windows-1250", LATIN],
  ["iso-8859-2", LATIN],
];
// Controls that no text has, and that one encoding has where another has letters.
const CONTROLS = /[\u0080-\u009f]/gu;

/**
 * Find out the encoding of a file.
 * @param {Uint8Array} bytes
 * @returns {string} one of `ENCODINGS`
 */
export function findEncoding(bytes) {
  const marked = markOf(bytes);
  if (marked) return marked;
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return "utf-8";
  } catch {
    // Some byte of it is no UTF-8.
  }
  const sample = bytes.subarray(0, SAMPLE);
  const merits = FOUND_OUT.map(([name, letters]) => {
    const text = new TextDecoder(name).decode(sample);
    const wrong = number(text, MIXED) + number(text, CONTROLS);
    return { name, merit: number(text, letters) - 3 * wrong };
  });
  return merits.reduce((best, other) => (other.merit > best.merit ? other : best)).name;
}

/**
 * Decode a file.
 * @param {Uint8Array} bytes
 * @param {string} encoding
 * @returns {{text: string, mark: boolean, lost: number}} the text without its byte order mark;
 *   whether it had one; how many characters cannot be read
 */
export function decode(bytes, encoding) {
  const text = new TextDecoder(encoding, { ignoreBOM: true }).decode(bytes);
  const mark = text.startsWith("\ufeff");
  return { text: mark ? text.slice(1) : text, mark, lost: number(text, /\ufffd/gu) };
}

/**
 * Encode text; what the encoding does not have makes it UTF-8.
 * @param {string[]} parts
 * @param {string} encoding
 * @param {boolean} mark whether a byte order mark comes first
 * @returns {{bytes: Uint8Array[], encoding: string}}
 */
export function encode(parts, encoding, mark) {
  const marked = mark ? ["\ufeff", ...parts] : parts;
  const convert = converter(encoding);
  const bytes = [];
  for (const part of marked) {
    const converted = convert(part);
    if (converted === null) return encode(parts, "utf-8", true);
    bytes.push(converted);
  }
  return { bytes, encoding };
}

/** Browsers write UTF-8 only; the other way of the others is found from how they are read. */
function converter(encoding) {
  if (encoding === "utf-8") {
    const encoder = new TextEncoder();
    return (text) => encoder.encode(text);
  }
  if (encoding.startsWith("utf-16")) return (text) => toUtf16(text, encoding === "utf-16le");
  const table = new Map();
  const decoder = new TextDecoder(encoding);
  for (let byte = 0; byte < 256; byte += 1) table.set(decoder.decode(Uint8Array.of(byte)), byte);
  return (text) => {
    const characters = Array.from(text, (character) => table.get(character));
    return characters.includes(undefined) ? null : Uint8Array.from(characters);
  };
}

function toUtf16(text, littleEndian) {
  const view = new DataView(new ArrayBuffer(2 * text.length));
  for (let place = 0; place < text.length; place += 1) {
    view.setUint16(2 * place, text.charCodeAt(place), littleEndian);
  }
  return new Uint8Array(view.buffer);
}

function markOf(bytes) {
  return MARKS.find(([, mark]) => mark.every((byte, place) => bytes[place] === byte))?.[0];
}

function number(text, pattern) {
  return text.match(pattern)?.length ?? 0;
}
