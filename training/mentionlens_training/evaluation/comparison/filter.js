"use strict";
// Shows the changed mentions that fit the choices above them. Without this script all are shown.
(() => {
  const box = document.querySelector("[data-changed]");
  if (!box) return;
  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const form = box.querySelector("form");
  const choices = [...form.querySelectorAll("select")];
  const search = form.querySelector("input");
  const output = form.querySelector("output");
  const rows = [...box.querySelector("tbody").rows];
  const texts = new Map(rows.map((row) => [row, plain(row.querySelector("td.text").textContent)]));

  const filter = () => {
    const searched = plain(search.value).trim();
    let shown = 0;
    for (const row of rows) {
      row.hidden =
        choices.some((choice) => choice.value && row.dataset[choice.name] !== choice.value) ||
        !texts.get(row).includes(searched);
      if (!row.hidden) shown += 1;
    }
    output.value = `${shown} of ${rows.length} shown`;
  };

  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  // The fields are empty only after the event.
  form.addEventListener("reset", () => setTimeout(filter));
  form.hidden = false;
  filter();
})();
