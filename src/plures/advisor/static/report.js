"use strict";
for (const choice of document.querySelectorAll("[data-shows]")) {
  choice.addEventListener("change", () => {
    for (const graph of document.querySelectorAll(".graph")) graph.classList.toggle(choice.dataset.shows, choice.checked);
  });
}
for (const graph of document.querySelectorAll(".graph")) {
  const edges = [...graph.querySelectorAll(".edge")];
  const nodes = [...graph.querySelectorAll(".node")];
  const words = graph.parentElement.querySelector(".picked");
  let kept = null;
  const pick = (name) => {
    const [callees, callers, told, tellers] = [[], [], [], []];
    for (const edge of edges) {
      const isEvent = edge.classList.contains("event");
      edge.classList.toggle("out", edge.dataset.a === name);
      edge.classList.toggle("in", edge.dataset.b === name);
      if (edge.dataset.a === name) (isEvent ? told : callees).push(edge.dataset.b);
      if (edge.dataset.b === name) (isEvent ? tellers : callers).push(edge.dataset.a);
    }
    const near = new Set([...callees, ...callers, ...told, ...tellers]);
    graph.classList.toggle("picking", name !== null);
    for (const node of nodes) {
      const other = node.dataset.name;
      node.classList.toggle("near", other === name || near.has(other));
      node.classList.toggle("kept", other === kept);
    }
    const list = (names) => names.sort().join(", ") || "none here";
    const events = told.length + tellers.length ? ` Tells of events: ${list(told)}. Is told by: ${list(tellers)}.` : "";
    words.textContent = name === null ? "" : `${name} imports: ${list(callees)}. Imported by: ${list(callers)}.${events}`;
  };
  const keep = (name) => {
    kept = kept === name ? null : name;
    pick(kept);
  };
  for (const node of nodes) {
    for (const event of ["focus", "mouseenter"]) node.addEventListener(event, () => pick(kept ?? node.dataset.name));
    for (const event of ["blur", "mouseleave"]) node.addEventListener(event, () => pick(kept));
    node.addEventListener("click", () => keep(node.dataset.name));
    node.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        keep(node.dataset.name);
      }
    });
  }
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      kept = null;
      pick(null);
    }
  });
}
const valueOf = (row, column) => {
  const text = row.cells[column].textContent.trim();
  const number = Number.parseFloat(text);
  return Number.isNaN(number) ? text : number;
};
for (const table of document.querySelectorAll("table.sortable")) {
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") !== "descending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const rows = [...table.tBodies[0].rows];
      rows.sort((one, other) => {
        const [a, b] = [valueOf(one, column), valueOf(other, column)];
        const order = typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
        return down ? -order : order;
      });
      table.tBodies[0].append(...rows);
    });
  });
}
