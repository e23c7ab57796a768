"use strict";
// Tables of mistakes can be filtered and sorted. Without this script they are plain tables.
(() => {
  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

  for (const box of document.querySelectorAll("[data-mistakes]")) {
    const form = box.querySelector("form");
    const body = box.querySelector("tbody");
    const rows = [...body.rows];
    const texts = new Map(rows.map((row) => [row, plain(row.querySelector("td.text").textContent)]));
    const output = form.querySelector("output");

    const filter = () => {
      const wanted = {};
      for (const field of form.querySelectorAll("[data-by]")) wanted[field.dataset.by] = field.value;
      const searched = plain(wanted.text).trim();
      let shown = 0;
      for (const row of rows) {
        row.hidden =
          ["gold", "answer", "source"].some((by) => wanted[by] && row.dataset[by] !== wanted[by]) ||
          !texts.get(row).includes(searched);
        if (!row.hidden) shown += 1;
      }
      output.value = `${shown} of ${rows.length} shown`;
    };

    const sort = (header, index) => {
      const down = header.getAttribute("aria-sort") !== "descending";
      const numeric = header.dataset.sort === "number";
      const value = (row) =>
        numeric ? Number(row.cells[index].dataset.value) : row.cells[index].textContent;
      const compare = (a, b) => (numeric ? value(a) - value(b) : value(a).localeCompare(value(b)));
      for (const other of box.querySelectorAll("[aria-sort]")) other.removeAttribute("aria-sort");
      header.setAttribute("aria-sort", down ? "descending" : "ascending");
      body.append(...[...body.rows].sort((a, b) => (down ? compare(b, a) : compare(a, b))));
    };

    [...box.querySelectorAll("th")].forEach((header, index) => {
      if (!header.dataset.sort) return;
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = header.textContent;
      button.addEventListener("click", () => sort(header, index));
      header.replaceChildren(button);
    });
    // Lists tell a choice by "change" alone in some browsers.
    form.addEventListener("input", filter);
    form.addEventListener("change", filter);
    form.addEventListener("submit", (event) => event.preventDefault());
    // The fields are empty only after the event.
    form.addEventListener("reset", () => setTimeout(filter));
    form.hidden = false;
    filter();
  }

  // The language that is open stands in view.
  const here = document.querySelector(".languages [aria-current]");
  if (here) here.parentElement.scrollLeft = here.offsetLeft - 60;
})();
