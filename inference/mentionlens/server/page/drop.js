/** Files that are dropped. */

/**
 * Let files be dropped anywhere on a panel.
 * @param {HTMLElement} panel
 * @param {HTMLElement} target shows with the class `over` that a file may be dropped
 * @param {(file: File) => void} onFile called with the first of the files
 */
export function connectDrop(panel, target, onFile) {
  const holdsFile = (event) => event.dataTransfer?.types.includes("Files");
  panel.addEventListener("dragover", (event) => {
    if (!holdsFile(event)) return;
    event.preventDefault(); // the browser would open it instead
    target.classList.add("over");
  });
  panel.addEventListener("dragleave", (event) => {
    if (!panel.contains(event.relatedTarget)) target.classList.remove("over");
  });
  panel.addEventListener("drop", (event) => {
    if (!holdsFile(event)) return;
    event.preventDefault();
    target.classList.remove("over");
    const [file] = event.dataTransfer.files;
    if (file) onFile(file);
  });
}
