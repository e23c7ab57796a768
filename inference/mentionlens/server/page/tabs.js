/** Tabs, after the pattern of the ARIA authoring practices; the address names the open one. */

// No element has such an id: the browser is not to scroll to it, nor to begin there with Tab.
const MARK = "#/";

/**
 * Connect the tabs of a list with their panels.
 * @param {HTMLElement} list its tabs have `data-tab` and `aria-controls`
 * @param {(name: string) => void} onOpen called with the name of each tab that is opened
 * @returns {(name: string) => void} opens a tab
 */
export function connectTabs(list, onOpen) {
  const tabs = [...list.querySelectorAll("[role=tab]")];
  const names = tabs.map((tab) => tab.dataset.tab);

  function show(name) {
    for (const tab of tabs) {
      const open = tab.dataset.tab === name;
      tab.setAttribute("aria-selected", String(open));
      tab.tabIndex = open ? 0 : -1;
      document.getElementById(tab.getAttribute("aria-controls")).hidden = !open;
    }
    onOpen(name);
  }

  function open(name) {
    history.replaceState(null, "", `${MARK}${name}`);
    show(name);
  }

  function inAddress() {
    return names.find((name) => location.hash === MARK + name) ?? null;
  }

  list.addEventListener("click", (event) => {
    const tab = event.target.closest("[role=tab]");
    if (tab) open(tab.dataset.tab);
  });
  list.addEventListener("keydown", (event) => {
    const place = tabs.indexOf(document.activeElement);
    const steps = { ArrowRight: place + 1, ArrowLeft: place - 1, Home: 0, End: tabs.length - 1 };
    if (place < 0 || !Object.hasOwn(steps, event.key)) return;
    event.preventDefault();
    const tab = tabs[(steps[event.key] + tabs.length) % tabs.length];
    tab.focus();
    open(tab.dataset.tab);
  });
  // The skip link's hash is no tab's.
  addEventListener("hashchange", () => inAddress() && show(inAddress()));
  show(inAddress() ?? names[0]);
  return open;
}
