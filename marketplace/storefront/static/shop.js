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

// Products that begin with what has been typed so far, with picture and price: a combobox as WAI-ARIA describes it.
const search = document.querySelector("input[data-suggest]");
if (search) {
  const list = document.createElement("ul");
  const said = document.createElement("p");
  let waiting;
  let chosen = -1;
  Object.assign(list, { id: "suggestions", className: "suggestions", role: "listbox", ariaLabel: "Suggestions", hidden: true });
  Object.assign(said, { className: "visually-hidden", role: "status" });
  search.after(list, said);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id })) {
    search.setAttribute(name, value);
  }
  close();

  function choose(place) {
    list.children[chosen]?.setAttribute("aria-selected", "false");
    chosen = place;
    const option = list.children[chosen];
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) search.setAttribute("aria-activedescendant", option.id);
    else search.removeAttribute("aria-activedescendant");
  }

  function close() {
    clearTimeout(waiting);
    list.hidden = true;
    search.setAttribute("aria-expanded", "false");
    choose(-1);
  }

  function option(product, place) {
    const item = document.createElement("li");
    const picture = document.createElement("img");
    const name = document.createElement("span");
    const price = document.createElement("span");
    Object.assign(item, { id: `suggestion-${place}`, role: "option", ariaSelected: "false" });
    Object.assign(picture, { src: product.picture, alt: "", width: 48, height: 48 });
    Object.assign(name, { className: "suggested-name", textContent: product.name });
    Object.assign(price, { className: "price", textContent: product.price ?? "" });
    item.dataset.url = product.url;
    item.append(picture, name, price);
    return item;
  }

  async function suggest() {
    const typed = search.value.trim();
    const answer = await fetch(`${search.dataset.suggest}?q=${encodeURIComponent(typed)}`).catch(() => null);
    if (!answer?.ok || typed !== search.value.trim() || document.activeElement !== search) return;
    const products = await answer.json();
    close();
    list.replaceChildren(...products.map(option));
    said.textContent = products.length ? `${products.length} suggestions. Use the arrow keys.` : "No suggestions.";
    list.hidden = !products.length;
    search.setAttribute("aria-expanded", String(!list.hidden));
  }

  search.addEventListener("input", () => {
    clearTimeout(waiting);
    if (search.value.trim().length < 2) return close();
    waiting = setTimeout(suggest, 150);
  });
  search.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    } else if (event.key === "Enter" && !list.hidden && chosen >= 0) {
      event.preventDefault();
      window.location.assign(list.children[chosen].dataset.url);
    } else if (!list.hidden && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      const places = list.children.length + 1;
      // The place after the last one is the field itself.
      choose(((chosen + 1 + (event.key === "ArrowDown" ? 1 : -1) + places) % places) - 1);
    }
  });
  search.addEventListener("blur", close);
  // Else the field would lose the focus, and the list would close, before the click arrives.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const url = event.target.closest("[role=option]")?.dataset.url;
    if (url) window.location.assign(url);
  });
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
