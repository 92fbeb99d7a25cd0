// Comforts only: every page works without this file.
"use strict";

document.documentElement.classList.add("scripted");

// A changed choice (sort order, quantity) applies itself; the button beside it is then superfluous.
for (const form of document.querySelectorAll("form[data-apply-on-change]")) {
  form.addEventListener("change", () => form.requestSubmit());
}

// A second click while the first is on its way would only confuse; the server ignores the repetition anyway.
for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
    const button = form.querySelector("button[data-busy]");
    if (button) button.textContent = button.dataset.busy;
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) window.location.reload();
  });
}

// After a refused form, start where the problem is told.
document.querySelector("[data-focus]")?.focus();
