// Figures over time: of one operation, or of all that arrives, with traces as examples.
import { useAnswer } from "../ask.js";
import { bytes, count, duration, part, rate } from "../format.js";
import { html } from "../html.js";
import { Chart } from "../parts/chart.js";
import { Range, timeOf } from "../parts/range.js";
import { Answer, Empty, Field, Wide } from "../parts/shown.js";
import { Spark } from "../parts/spark.js";
import { link } from "../route.js";
import { EDGE } from "./spans.js";

export const Metrics = ({ query }) => {
  const asked = { operation: query.get("operation") || "", ...timeOf(query) };
  const answer = useAnswer("/api/metrics", asked, asked.until ? 0 : 10_000);
  return html`
    <div class="title"><h1>Metrics</h1></div>
    <form class="filters" role="search" aria-label="Narrow the metrics" onSubmit=${(event) => event.preventDefault()}>
      <${Field} name="operation" label="Operation or route" value=${asked.operation} options=${[["", answer.data && !answer.data.at_edge ? "all calls" : "all that the edge answers"], ...(answer.data ? answer.data.operations : asked.operation ? [asked.operation] : []).map((each) => [each, each])]} size="18rem" />
      <${Range} query=${query} usual="last hour" />
    </form>
    <${Answer} of=${answer}>${(data) => html`<${Shown} data=${data} />`}<//>`;
};

// What processes and capabilities have figures of, in the columns of a table.
const OF_PROCESS = [["cpu.share", "Processor time", part], ["memory.bytes", "Memory", bytes], ["loop.delay_s", "Delay of the event loop", (value) => duration(value * 1e6)]];
const OF_CAPABILITY = [["cpu.share", "Processor time", part], ["database.share", "Time of the database", part]];

const Shown = ({ data }) => {
  const { series } = data;
  if (!series.calls.some((each) => each !== null) && !data.gauges.length) {
    return html`<${Empty} title="Nothing was measured in this time"><p>Use the application: its figures stand here within ten seconds. Or look at a longer time.</p><//>`;
  }
  const per = (values) => values.map((each) => (each === null ? null : each / series.step));
  const dots = data.examples.map((each) => ({ at: each.began, value: each.lasted, trace: each.trace, isBad: Boolean(each.code), said: `${each.name}, ${duration(each.lasted)}${each.code ? `, ${each.code}` : ""}` }));
  const range = { at: series.at, since: data.since, until: data.until };
  return html`<div class="charts four">
    <${Chart} ...${range} title="Calls" show=${rate} lines=${[{ name: "Calls", values: per(series.calls) }]} />
    <${Chart} ...${range} title="Latency" show=${duration} dots=${dots} lines=${[{ name: "p99", values: series.p99 }, { name: "p50", values: series.p50, kind: "second" }]} />
    <${Chart} ...${range} title="Faults" show=${rate} lines=${[{ name: "Faults", values: per(series.faults), kind: "bad" }]} />
    <${Chart} ...${range} title="In flight" isWhole show=${count} lines=${[{ name: "In flight", values: series.in_flight }]} />
  </div>
  ${data.examples.length ? html`<p class="quiet">A point is a trace: it opens with a click.</p>` : ""}
  <${Gauges} title="Processes" head="Process" data=${data} known=${OF_PROCESS} of=${(each) => (each.capability ? "" : each.process)} />
  <${Gauges} title="Capabilities" head="Capability" data=${data} known=${OF_CAPABILITY} of=${(each) => each.capability} named=${(name) => (name === EDGE ? name : html`<a href=${link(["capabilities", name])}>${name}</a>`)} />
  <${Others} data=${data} />`;
};

// Row → gauge → moments and values; those of one capability in several processes are added.
const rowsOf = (data, of) => {
  const rows = new Map();
  for (const each of data.gauges) {
    const name = of(each);
    if (!name) continue;
    if (!rows.has(name)) rows.set(name, new Map());
    const sums = rows.get(name).get(each.name) || new Map();
    each.at.forEach((moment, index) => sums.set(moment, (sums.get(moment) || 0) + each.values[index]));
    rows.get(name).set(each.name, sums);
  }
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1));
};

const Gauges = ({ title, head, data, known, of, named = (name) => name }) => {
  const rows = rowsOf(data, of).filter(([, gauges]) => known.some(([key]) => gauges.has(key)));
  if (!rows.length) return "";
  const tops = known.map(([key]) => Math.max(0, ...rows.flatMap(([, gauges]) => [...(gauges.get(key) || new Map()).values()])));
  return html`<h2>${title}</h2><${Wide} label=${title}><table class="list"><thead><tr><th>${head}</th>${known.map(([, name]) => html`<th class="number">${name}</th>`)}</tr></thead>
    <tbody>${rows.map(([name, gauges]) => html`<tr key=${name}><td class="grow">${named(name)}</td>${known.map(([key, , show], index) => {
      const found = [...(gauges.get(key) || [])].sort(([a], [b]) => a - b);
      return html`<td class="number"><${Spark} at=${found.map(([at]) => at)} values=${found.map(([, value]) => value)} since=${data.since} until=${data.until} top=${tops[index]} show=${show} /></td>`;
    })}</tr>`)}</tbody></table><//>`;
};

// Those of the user's own.
const Others = ({ data }) => {
  const known = new Set([...OF_PROCESS, ...OF_CAPABILITY].map(([key]) => key));
  const others = data.gauges.filter((each) => !known.has(each.name));
  return others.length ? html`<h2>Others</h2><div class="charts">${others.map((each) => html`<${Chart} at=${each.at} since=${data.since} until=${data.until} title=${`${each.name}: ${each.capability || each.process}`} show=${(value) => (Math.abs(value) >= 100 ? count(value) : value.toPrecision(3))} lines=${[{ name: each.name, values: each.values }]} />`)}</div>` : "";
};
