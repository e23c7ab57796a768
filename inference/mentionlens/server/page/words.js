/** What the names and numbers of answers are called on the page. */

const LANGUAGES = new Intl.DisplayNames("en", { type: "language", fallback: "none" });
const NUMBERS = new Intl.NumberFormat("en");

// Tasks come from the model; those that are known get the question that they answer.
const QUESTIONS = {
  sentiment: "What does the author mean?",
  troll: "Is the point to provoke?",
  complaint: "What is it about?",
};

const RAGGED = "more or fewer columns than the first row";

// Each begins with the name of the flag and may hold what stands behind its colon.
const FLAGS = {
  low_confidence: (of) => `unsure: ${plain(of)}`,
  unsupported_language: (of) => `language not covered: ${of}${named(of)}`,
  long: () => "long text, read in parts",
  truncated: () => "long text, cut",
  empty: () => "nothing to read",
  no_text: () => "no text",
  bad_row: (of) => (of === "ragged" ? RAGGED : `row in disorder: ${plain(of)}`),
  not_scored: () => "not scored yet",
  not_answered: () => "not answered",
};

/** Return the words of a name: `late_fee` is "late fee". */
export function plain(name) {
  return name.replaceAll("_", " ");
}

/** Return a name as a heading: "Late fee". */
export function title(name) {
  const words = plain(name);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Return the question that a task answers, or nothing. */
export function question(task) {
  return Object.hasOwn(QUESTIONS, task) ? QUESTIONS[task] : "";
}

/** Return a flag in words: `low_confidence:troll` is "unsure: troll". */
export function flagWords(flag) {
  const [, name, of] = /^([^:]*):?(.*)$/su.exec(flag);
  return Object.hasOwn(FLAGS, name) ? FLAGS[name](of) : plain(flag);
}

/** Return the tasks that an answer is unsure of. */
export function unsureTasks(flags) {
  const start = "low_confidence:";
  return new Set(flags.filter((flag) => flag.startsWith(start)).map((flag) => flag.slice(start.length)));
}

/** Return a share as a percentage that says neither 0 nor 100 where it is not. */
export function percent(share) {
  if (share > 0 && share < 0.005) return "<1%";
  if (share < 1 && share >= 0.995) return ">99%";
  return `${Math.round(100 * share)}%`;
}

/** Return a whole number as people write it: 1,234. */
export function count(number) {
  return NUMBERS.format(number);
}

/** Return a number with its noun: "1 row", "2 rows". */
export function counted(number, noun) {
  return `${count(number)} ${noun}${number === 1 ? "" : "s"}`;
}

/** Return a probability's change in points with its sign: "+21", "−3". */
export function points(effect) {
  const rounded = Math.round(100 * Math.abs(effect));
  if (rounded === 0) return "0";
  return `${effect < 0 ? "−" : "+"}${rounded}`;
}

/** Return seconds as "about 12 s" or "about 3 min". */
export function duration(seconds) {
  return seconds < 100 ? `about ${Math.ceil(seconds)} s` : `about ${Math.round(seconds / 60)} min`;
}

/** Return the English name of a language, or its code where there is none. */
export function languageName(code) {
  return lookUp(code) ?? code;
}

function named(code) {
  const name = lookUp(code);
  return name ? ` (${name})` : "";
}

function lookUp(code) {
  try {
    return LANGUAGES.of(code);
  } catch {
    return undefined; // no well-formed code
  }
}
