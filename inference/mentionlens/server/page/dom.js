/** Building elements. */

/**
 * Return the element of the page with an id.
 * @param {string} id
 * @returns {any}
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no element #${id}`);
  return found;
}

/**
 * Build an element.
 * @param {string} name of the element
 * @param {Record<string, unknown>} attributes a function is a listener (`onclick`), true an
 *   attribute without a value; false, null and undefined are left out
 * @param {...(Node | string | number | null | undefined | false)} children strings become text,
 *   never HTML
 * @returns {any}
 */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (typeof value === "function") made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? "" : String(value));
  }
  const nothing = [null, undefined, false];
  made.append(...children.filter((child) => !nothing.includes(child)).map(asNode));
  return made;
}

/**
 * Give an element a length between 0 and 1 that its style reads as `--share`. The policy of the
 * page lets no style attribute in, but the CSSOM.
 * @param {HTMLElement} target
 * @param {number} share
 * @returns {HTMLElement} the same element
 */
export function withShare(target, share) {
  target.style.setProperty("--share", String(Math.min(1, Math.max(0, share))));
  return target;
}

/**
 * Make a list of nodes the children of a parent, touching only those that are not in place, so
 * that what has the focus or is open stays so.
 * @param {HTMLElement} parent
 * @param {HTMLElement[]} nodes
 */
export function arrange(parent, nodes) {
  const wanted = new Set(nodes);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  nodes.forEach((node, place) => {
    if (parent.children[place] !== node) parent.insertBefore(node, parent.children[place] ?? null);
  });
}

/**
 * Fill a select.
 * @param {HTMLSelectElement} select
 * @param {[string, string][]} options value and words
 * @param {string} chosen value
 */
export function fillSelect(select, options, chosen) {
  select.replaceChildren(
    ...options.map(([value, words]) => element("option", { value, selected: value === chosen }, words)),
  );
  select.value = chosen;
}

/**
 * Return a frame in which what is too wide can be scrolled, with the keyboard as well.
 * @param {string} name for screen readers
 * @param {HTMLElement} content
 * @returns {HTMLElement}
 */
export function scrolling(name, content) {
  return element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": name }, content);
}

function asNode(child) {
  return child instanceof Node ? child : document.createTextNode(String(child));
}
