/** What the overview calls actions, measures, ages and times. */

import { languageName, title } from "./words.js";

const ACTIONS = {
  answer_now: "Answer now",
  answer_question: "Answer the question",
  thank: "Thank",
  follow_up: "Follow up",
  watch: "Watch",
  do_not_engage: "Do not engage",
  person: "A person must look",
};
const MEASURES = {
  mentions: "All mentions",
  negative: "Negative",
  troll: "Trolling",
  complaint: "All complaints",
};
const KINDS = {
  burst: "sudden burst",
  drift: "lasting rise",
  coordinated: "few texts from many new authors",
  repeated: "few texts, again and again",
  one_author: "one author",
  attention: "more of everything",
};

/** The actions, in the order in which filters offer them. */
export const ACTION_NAMES = Object.keys(ACTIONS);

/** Return an action in words. */
export function actionWords(action) {
  return known(ACTIONS, action) ?? title(action);
}

/** Return a measure in words: `complaint:delivery` is "Complaints: delivery". */
export function measureWords(measure) {
  const type = measure.startsWith("complaint:") ? measure.slice("complaint:".length) : null;
  return type === null ? (known(MEASURES, measure) ?? title(measure)) : `Complaints: ${type.replaceAll("_", " ")}`;
}

/** Return the kind of an alert in words. */
export function kindWords(kind) {
  return known(KINDS, kind) ?? title(kind);
}

/** Return a brand in words; empty is one that nobody stated. */
export function brandWords(brand) {
  return brand === null ? "all brands" : brand || "brand not stated";
}

/** Return a language in words; empty is one that nobody stated. */
export function langWords(lang) {
  return lang === null ? "all languages" : lang ? languageName(lang) : "language not stated";
}

/** Return hours as people say them: "40 min", "5 h", "3 days". */
export function hoursWords(hours) {
  if (hours < 1) return `${Math.max(1, Math.round(60 * hours))} min`;
  if (hours < 48) return `${Math.round(hours)} h`;
  return `${Math.round(hours / 24)} days`;
}

/** Return a number with two digits that count: 12, 3.4, 0.57. */
export function rough(number) {
  if (number >= 10) return String(Math.round(number));
  return number.toPrecision(2).replace(/\.?0+$/u, "");
}

/** Return a ratio; the upper end says no more than "very many" where next to nothing is usual. */
export function ratioWords(ratio) {
  return ratio < 1000 ? rough(ratio) : "over 1000";
}

/** Return a share with its interval: "12% (8 to 17)". */
export function shareWords({ share, interval }) {
  if (share === null) return "–";
  const [low, high] = interval.map((end) => Math.round(100 * end));
  return `${Math.round(100 * share)}% (${low} to ${high})`;
}

/** Return the ends of an interval of differences, in points: "−3 to 4". */
export function pointsBetween(low, high) {
  return [low, high].map((end) => String(Math.round(100 * end) || 0).replace("-", "−")).join(" to ");
}

/** Times of one time zone. */
export class Clock {
  #time;
  #short;
  #day;
  #key;

  /**
   * @param {string} timeZone IANA name
   */
  constructor(timeZone) {
    const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone };
    const day = { day: "numeric", month: "short", timeZone };
    this.#time = new Intl.DateTimeFormat("en-GB", { weekday: "short", ...day, ...clock });
    this.#short = new Intl.DateTimeFormat("en-GB", { weekday: "short", ...clock });
    // A day is a date already, in whatever zone.
    this.#day = new Intl.DateTimeFormat("en-GB", { ...day, timeZone: "UTC" });
    this.#key = new Intl.DateTimeFormat("en-CA", { year: "numeric", month: "2-digit", day: "2-digit", timeZone });
  }

  /** Return a time: "Sun 22 Mar, 15:00". */
  time(iso) {
    return this.#time.format(new Date(iso));
  }

  /** Return the hour of a time: "Sun 15:00". */
  hour(iso) {
    return this.#short.format(new Date(iso));
  }

  /** Return a day: "22 Mar". */
  day(iso) {
    return this.#day.format(new Date(`${iso}T00:00:00Z`));
  }

  /** Return the day on which a time lies, as 2026-03-22. */
  dayOf(iso) {
    return this.#key.format(new Date(iso));
  }
}

function known(words, name) {
  return Object.hasOwn(words, name) ? words[name] : null;
}
