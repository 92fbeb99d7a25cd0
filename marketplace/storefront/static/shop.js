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
    const button = document.querySelector(`button[form="${form.id}"]`) ?? form.querySelector("button");
    if (button?.dataset.busy) button.textContent = button.dataset.busy;
  });
}
// Coming back with the browser's button shows the page as it was left, busy button included: load it afresh.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) window.location.reload();
});

// Names that begin with what has been typed so far.
const search = document.querySelector("input[data-suggest]");
const suggestions = document.getElementById("suggestions");
let waiting;
search?.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(suggest, 150);
});

async function suggest() {
  const typed = search.value.trim();
  if (typed.length < 2) return;
  const answer = await fetch(`${search.dataset.suggest}?q=${encodeURIComponent(typed)}`).catch(() => null);
  if (!answer?.ok || typed !== search.value.trim()) return;
  suggestions.replaceChildren(...(await answer.json()).map((word) => new Option(word)));
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.addEventListener("click", () => window.print());
}

// After a refused form, start where the problem is told.
document.querySelector("[data-focus]")?.focus();

// A menu closes with Escape, and when the visitor goes elsewhere.
for (const menu of document.querySelectorAll("details[data-menu]")) {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  for (const kind of ["click", "focusin"]) {
    document.addEventListener(kind, (event) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  }
}
