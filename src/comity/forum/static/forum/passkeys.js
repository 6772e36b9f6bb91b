// Shows the buttons of passkeys where they work, and says so where they do not; a fault is told, not swallowed.
// The words that scripts are needed stand before this script, which takes them away.
"use strict";
(function () {
  function show(which) {
    document.querySelectorAll(`[data-passkey="${which}"]`).forEach((each) => { each.hidden = false; });
  }
  function hide(which) {
    document.querySelectorAll(`[data-passkey="${which}"]`).forEach((each) => { each.hidden = true; });
  }
  hide("no script");
  document.addEventListener("DOMContentLoaded", function () {
    show(window.PublicKeyCredential ? "button" : "unknown");
  });
  document.addEventListener("allauth.error", function (event) {
    event.preventDefault();
    hide("failed");
    show("failed");
  });
  document.addEventListener("click", function (event) {
    if (event.target.closest('[data-passkey="button"]')) hide("failed");
  });
})();
