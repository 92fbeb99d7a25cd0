// Figures over time: of one operation, or of all that arrives, with traces as examples.
import { useAnswer } from "../ask.js";
import { bytes, count, duration, rate } from "../format.js";
import { html } from "../html.js";
import { Chart } from "../parts/chart.js";
import { Range, timeOf } from "../parts/range.js";
import { Answer, Empty, Field } from "../parts/shown.js";

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

const GAUGES = {
  cpu: ["Processor time", (value) => `${(value * 100).toFixed(1)} %`], "loop.delay": ["Delay of the event loop", (value) => duration(value * 1e6)],
  memory: ["Memory", bytes], database: ["Time of the database", (value) => `${(value * 100).toFixed(1)} %`],
};

const Shown = ({ data }) => {
  const { series } = data;
  if (!series.calls.some((each) => each !== null) && !data.gauges.length) {
    return html`<${Empty} title="Nothing was measured in this time"><p>Use the application: its figures stand here within ten seconds. Or look at a longer time.</p><//>`;
  }
  const per = (values) => values.map((each) => (each === null ? null : each / series.step));
  const dots = data.examples.map((each) => ({ at: each.began, value: each.lasted, trace: each.trace, isBad: Boolean(each.code), said: `${each.name}, ${duration(each.lasted)}${each.code ? `, ${each.code}` : ""}` }));
  const range = { at: series.at, since: data.since, until: data.until };
  return html`<div class="charts">
    <${Chart} ...${range} title="Calls" show=${rate} lines=${[{ name: "Calls", values: per(series.calls) }]} />
    <${Chart} ...${range} title="Latency" show=${duration} dots=${dots} lines=${[{ name: "p99", values: series.p99 }, { name: "p50", values: series.p50, kind: "second" }]} />
    <${Chart} ...${range} title="Faults" show=${rate} lines=${[{ name: "Faults", values: per(series.faults), kind: "bad" }]} />
    <${Chart} ...${range} title="In flight" isWhole show=${count} lines=${[{ name: "In flight", values: series.in_flight }]} />
    ${data.gauges.map((each) => {
      const known = Object.entries(GAUGES).find(([key]) => each.name.includes(key));
      const [title, show] = known ? known[1] : [each.name, (value) => (Math.abs(value) >= 100 ? count(value) : value.toPrecision(3))];
      return html`<${Chart} at=${each.at} since=${data.since} until=${data.until} title=${`${title}: ${each.capability || each.process}`} show=${show} lines=${[{ name: title, values: each.values }]} />`;
    })}
  </div>
  <p class="quiet">A point is a trace: it opens with a click.</p>`;
};
