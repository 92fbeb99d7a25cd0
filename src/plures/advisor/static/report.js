"use strict";
const graph = document.querySelector(".graph");
if (graph) {
  const edges = [...graph.querySelectorAll(".edge")];
  const pick = (name) => {
    graph.classList.toggle("picking", name !== null);
    for (const edge of edges) edge.classList.toggle("on", edge.dataset.a === name || edge.dataset.b === name);
  };
  for (const node of graph.querySelectorAll(".node")) {
    for (const event of ["focus", "mouseenter"]) node.addEventListener(event, () => pick(node.dataset.name));
    for (const event of ["blur", "mouseleave"]) node.addEventListener(event, () => pick(null));
  }
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
