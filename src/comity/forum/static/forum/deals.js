// Sliders beside number fields. Without this file the number fields and buttons do all of it.
"use strict";
document.documentElement.classList.add("scripted");
(function () {
  const partner = (input) => document.getElementById(input.dataset.pair);
  const mark = (row, on) => { const box = row.querySelector("input[type=checkbox]"); if (box) box.checked = on; row.classList.toggle("out", !on); };
  document.addEventListener("input", function (event) {
    const input = event.target;
    if (!(input instanceof HTMLInputElement)) return;
    const row = input.closest(".provision");
    if (!row) return;
    if (input.type === "checkbox") { row.classList.toggle("out", !input.checked); return; }
    const other = partner(input);
    if (other && input.value !== "") other.value = input.value;
    mark(row, true);
  }, true);
  document.addEventListener("DOMContentLoaded", function () {
    document.querySelectorAll("input[type=range][data-pair]").forEach(function (range) {
      const number = partner(range);
      if (number && number.value !== "") range.value = number.value;
    });
  });
})();
