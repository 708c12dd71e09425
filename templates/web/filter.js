// Searches the list of issues in the page. Without this script the list is simply complete.
"use strict";

const box = document.querySelector(".filter");
const field = box.querySelector("input");
const status = box.querySelector("[role=status]");
const fold = (text) => text.normalize("NFKC").toLowerCase();
const issues = [...document.querySelectorAll(".latest, .issues > li")].map((row) => [row, fold(row.textContent)]);

function search() {
  const words = fold(field.value).split(/\s+/).filter(Boolean);
  let found = 0;
  for (const [row, text] of issues) {
    row.hidden = !words.every((word) => text.includes(word));
    found += row.hidden ? 0 : 1;
  }
  for (const year of document.querySelectorAll(".year")) {
    year.hidden = !year.querySelector("li:not([hidden])");
  }
  status.textContent = !words.length ? "" : found ? box.dataset.found.replace("{count}", found) : box.dataset.none;
}

if (issues.length > 5) {
  box.hidden = false;
  field.addEventListener("input", search);
  search(); // a browser may keep what was typed before
}
