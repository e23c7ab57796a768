/** Light or dark: as the system says, until the button is pressed; remembered for the visit. */

const NAME = "mentionlens-theme";
const dark = matchMedia("(prefers-color-scheme: dark)");

/** Return "light" or "dark", what is seen now. */
export function currentTheme() {
  return document.documentElement.dataset.theme ?? (dark.matches ? "dark" : "light");
}

/**
 * Let a button change between light and dark.
 * @param {HTMLButtonElement} button
 */
export function connectThemeButton(button) {
  const name = () => {
    const other = currentTheme() === "dark" ? "light" : "dark";
    button.textContent = other === "dark" ? "☾ Dark" : "☀ Light";
    button.setAttribute("aria-label", `Change to the ${other} theme`);
  };
  button.addEventListener("click", () => {
    const chosen = currentTheme() === "dark" ? "light" : "dark";
    document.documentElement.dataset.theme = chosen;
    remember(chosen);
    name();
  });
  dark.addEventListener("change", name);
  name();
}

function remember(theme) {
  try {
    sessionStorage.setItem(NAME, theme);
  } catch {
    // Without storage it holds until the page is loaded again.
  }
}

function remembered() {
  try {
    return sessionStorage.getItem(NAME);
  } catch {
    return null;
  }
}

// At once, before anything is drawn.
const stored = remembered();
if (stored === "light" || stored === "dark") document.documentElement.dataset.theme = stored;
