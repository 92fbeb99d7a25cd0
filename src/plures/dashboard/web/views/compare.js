// Two traces beside each other: what each operation took in both, such as in one process and split.
import { useAnswer } from "../ask.js";
import { count, duration, moment } from "../format.js";
import { html, useMemo } from "../html.js";
import { Answer, Wide } from "../parts/shown.js";
import { link } from "../route.js";
import { Sets } from "./sets.js";
import { abovesOf, criticalOf, spansOf } from "./spans.js";

// Of each operation: how often, how long together, and how long without what it called.
const sumsOf = (data) => {
  const spans = spansOf(data);
  const aboves = abovesOf(spans);
  const sums = new Map();
  spans.forEach((span, index) => {
    const above = aboves[index] >= 0 ? spans[aboves[index]] : null;
    // The callee's side of a call that its caller's side tells of already.
    if (above && above.kind === "client" && span.kind === "server" && above.name === span.name) return;
    const sum = sums.get(span.name) || { calls: 0, lasted: 0, faults: 0, remote: 0 };
    sum.calls += 1; sum.lasted += span.lasted; sum.faults += span.code ? 1 : 0; sum.remote += span.kind === "client" ? 1 : 0;
    sums.set(span.name, sum);
  });
  const critical = new Map();
  for (const [span, parts] of criticalOf(data)) critical.set(spans[span].name, (critical.get(spans[span].name) || 0) + parts.reduce((sum, [from, until]) => sum + until - from, 0));
  return { sums, critical };
};

export const Compare = ({ query }) => {
  const [a, b] = [query.get("a") || "", query.get("b") || ""];
  if (!a || !b) return html`<${Sets} query=${query} />`;
  return html`<${Both} a=${a} b=${b} />`;
};

const Both = ({ a, b }) => {
  const first = useAnswer(`/api/traces/${encodeURIComponent(a)}`);
  const second = useAnswer(`/api/traces/${encodeURIComponent(b)}`);
  return html`<${Answer} of=${first}>${(one) => html`<${Answer} of=${second}>${(other) => html`<${Shown} one=${one} other=${other} />`}<//>`}<//>`;
};

const Shown = ({ one, other }) => {
  const rows = useMemo(() => {
    const [left, right] = [sumsOf(one), sumsOf(other)];
    const names = [...new Set([...left.sums.keys(), ...right.sums.keys()])];
    return names.map((name) => {
      const [l, r] = [left.sums.get(name), right.sums.get(name)];
      return { name, l, r, lc: left.critical.get(name) || 0, rc: right.critical.get(name) || 0, differs: (r ? r.lasted : 0) - (l ? l.lasted : 0) };
    }).sort((x, y) => Math.abs(y.rc - y.lc) - Math.abs(x.rc - x.lc));
  }, [one, other]);
  const most = Math.max(1, ...rows.map((row) => Math.abs(row.rc - row.lc)));
  return html`
    <p class="crumb"><a href="#/traces">Traces</a></p>
    <div class="title"><h1>Two traces</h1><a class="button second" href=${link(["compare"], { a: other.id, b: one.id })}>Swap</a></div>
    <${Wide} label="The two traces"><table class="list"><thead><tr><th><span class="hidden">Name</span></th><th>Request</th><th>Began</th><th class="number">Lasted</th><th class="number">Spans</th><th class="number">Processes</th></tr></thead><tbody>
      ${[["A", one], ["B", other]].map(([key, data]) => html`<tr><th scope="row">${key}</th><td class="grow"><a href=${link(["traces", data.id])}>${data.name}</a></td><td class="figure">${moment(data.began)}</td>
        <td class="number">${duration(data.lasted)}</td><td class="number">${count(data.total_spans)}</td><td class="number">${new Set(data.spans.process).size}</td></tr>`)}
    </tbody></table><//>
    <h2>Where they differ</h2>
    <p class="quiet">B took ${duration(Math.abs(other.lasted - one.lasted))} ${other.lasted >= one.lasted ? "more" : "less"} than A. What differs most on the critical path stands first.</p>
    <${Wide} label="Operations of the two traces"><table class="list"><thead><tr><th>Operation</th><th class="number">Calls A</th><th class="number">Calls B</th><th class="number">Over the wire A</th><th class="number">Over the wire B</th><th class="number">Critical A</th><th class="number">Critical B</th><th class="number">Difference</th></tr></thead>
    <tbody>${rows.map((row) => html`<tr><td class="grow">${row.name}</td><td class="number">${row.l ? row.l.calls : "–"}</td><td class="number">${row.r ? row.r.calls : "–"}</td>
      <td class="number">${row.l ? row.l.remote : "–"}</td><td class="number">${row.r ? row.r.remote : "–"}</td>
      <td class="number">${duration(row.lc)}</td><td class="number">${duration(row.rc)}</td>
      <td class="number"><span class="gauge" style=${{ "--part": `${(100 * Math.abs(row.rc - row.lc)) / most}%` }}>${row.rc === row.lc ? "0" : `${row.rc > row.lc ? "+" : "−"}${duration(Math.abs(row.rc - row.lc))}`}</span></td></tr>`)}</tbody></table><//>`;
};
