/** Which colour a label has; the words beside it say the same. */

// Labels that mean the same in every task.
const KNOWN = {
  negative: "bad",
  positive: "good",
  neutral: "calm",
  none: "calm",
  no: "calm",
  yes: "alert",
};
const BY_PLACE = ["blue", "alert", "amber", "teal"];

/**
 * Return the class that colours a label.
 * @param {{name: string}[]} tasks of the model
 * @param {string} task name of the label's task
 * @param {string} label
 * @returns {string}
 */
export function tone(tasks, task, label) {
  if (Object.hasOwn(KNOWN, label)) return `tone-${KNOWN[label]}`;
  const place = tasks.findIndex((known) => known.name === task);
  return `tone-${BY_PLACE[Math.max(0, place) % BY_PLACE.length]}`;
}
