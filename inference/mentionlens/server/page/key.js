/** Asks for an API key. */

import { byId } from "./dom.js";

/**
 * Ask the person for a key.
 * @param {boolean} refused whether the last one was not accepted
 * @returns {Promise<string | null>} null where none is given
 */
export function askForKey(refused) {
  const dialog = byId("key-dialog");
  const field = byId("key");
  byId("key-problem").hidden = !refused;
  field.value = "";
  return new Promise((resolve) => {
    const done = new AbortController();
    const finish = (key) => {
      done.abort();
      field.value = "";
      if (dialog.open) dialog.close();
      resolve(key);
    };
    const on = (target, event, handle) => target.addEventListener(event, handle, { signal: done.signal });
    on(byId("key-form"), "submit", (event) => {
      event.preventDefault();
      const key = field.value.trim();
      if (key) finish(key);
    });
    on(byId("key-cancel"), "click", () => finish(null));
    on(dialog, "close", () => finish(null)); // the escape key
    dialog.showModal();
    field.focus();
  });
}
