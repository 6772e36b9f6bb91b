// Improves pages that work without it: the zone of this machine is offered first, links select themselves.
"use strict";
document.addEventListener("focusin", function (event) {
  if (event.target instanceof HTMLInputElement && event.target.readOnly) event.target.select();
});
document.addEventListener("DOMContentLoaded", function () {
  const zones = document.querySelector("select[data-own-zone]");
  if (!zones) return;
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zones.value === "UTC" && Array.from(zones.options).some((each) => each.value === own)) zones.value = own;
});
// A double press sends one form once; the key of the form protects the journal in any case.
document.addEventListener("submit", function (event) {
  const form = event.target;
  if (form.dataset.sent) { event.preventDefault(); return; }
  if (form.method === "post") form.dataset.sent = "yes";
});
window.addEventListener("pageshow", function () {
  document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
});
// On a phone the areas scroll sideways: the one that is open is brought into sight, and the page stays where it is.
{
  const here = document.querySelector(".areas [aria-current]");
  if (here) {
    const strip = here.closest(".areas"), box = strip.getBoundingClientRect(), at = here.getBoundingClientRect();
    strip.scrollLeft += at.left + at.width / 2 - box.left - box.width / 2;
  }
}
