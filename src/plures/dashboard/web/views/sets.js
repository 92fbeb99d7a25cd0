// Two sets of requests beside each other: in one process and in many, before a deploy and after it.
import { useAnswer } from "../ask.js";
import { clock, count, duration, many, share } from "../format.js";
import { html } from "../html.js";
import { Range, timeOf } from "../parts/range.js";
import { Answer, Empty, Field, Wide } from "../parts/shown.js";
import { link, narrow } from "../route.js";

const HALF_AN_HOUR = 1_800_000_000;
const SIDES = [["a_", "A"], ["b_", "B"]];

export const Sets = ({ query }) => {
  const asked = { operation: query.get("operation") || "" };
  for (const [of] of SIDES) Object.assign(asked, timeOf(query, of), { [`${of}process`]: query.get(`${of}process`) || "", [`${of}contract`]: query.get(`${of}contract`) || "" });
  const answer = useAnswer("/api/sets", asked, 10_000);
  return html`
    <p class="crumb"><a href=${link(["traces"])}>Traces</a></p>
    <div class="title"><h1>Two sets of requests</h1></div>
    <${Answer} of=${answer}>${(data) => html`<${Form} data=${data} asked=${asked} query=${query} /><${Shown} data=${data} asked=${asked} />`}<//>`;
};

const among = (values, at, all) => [["", all], ...[...new Set([...values, ...(at ? [at] : [])])].map((each) => [each, each])];

const Form = ({ data, asked, query }) => html`<form role="search" aria-label="What is compared" onSubmit=${(event) => event.preventDefault()}>
  <div class="filters"><${Field} name="operation" label="Operation or route" value=${asked.operation} options=${among(data.operations, asked.operation, "choose one")} size="20rem" /></div>
  <div class="sides">${SIDES.map(([of, title]) => html`<fieldset><legend>${title}</legend><div class="filters">
    <${Range} query=${query} of=${of} usual="last hour" />
    <${Field} name=${`${of}process`} label="Process or replica" value=${asked[`${of}process`]} options=${among(data.processes, asked[`${of}process`], "all")} size="10rem" />
    <${Field} name=${`${of}contract`} label="Uses the contract" value=${asked[`${of}contract`]} options=${among(data.contracts, asked[`${of}contract`], "any")} size="14rem" />
  </div></fieldset>`)}</div>
  ${data.starts.length ? html`<p class="quiet">Before and after the start of ${data.starts.map((each, index) => html`${index ? " · " : ""}<button type="button" class="plain" onClick=${() => narrow({ a_since: each.at - HALF_AN_HOUR, a_until: each.at, a_minutes: "", b_since: each.at, b_until: "", b_minutes: "" })}>${each.name} at ${clock(each.at, false)}</button>`)}</p>` : ""}
</form>`;

const Shown = ({ data, asked }) => {
  if (!asked.operation) return html`<${Empty} title="Choose an operation"><p>Then a time, a process or a contract for A and for B. The process tells one topology from another: in one process all steps run in the same one.</p><//>`;
  const empty = ["a", "b"].filter((each) => !data[each].traces);
  if (empty.length === 2) return html`<${Empty} title="No trace is like that in either set"><p>Choose a longer time: what is compared are the requests that were drawn and are kept.</p><//>`;
  const most = Math.max(1, ...data.steps.map((each) => Math.abs(differs(each))));
  return html`
    ${empty.map((each) => html`<p class="note">No trace is kept of ${each.toUpperCase()}: choose a longer time for it.</p>`)}
    <h2>Requests</h2>
    <${Wide} label="The two sets"><table class="list"><thead><tr><th><span class="hidden">Set</span></th><th>From</th><th>Until</th><th class="number">Requests</th><th class="number">p50</th><th class="number">p99</th><th class="number">Faults</th><th class="number">Calls each</th><th class="number">Over the wire</th><th>Processes</th></tr></thead>
      <tbody>${["a", "b"].map((each) => html`<${Side} key=${each} name=${each} data=${data} />`)}</tbody></table><//>
    <p class="quiet">${isCounted(data) ? "Requests are all that were counted; the steps are" : "Requests and steps are"} those of ${many(data.a.traces, "trace")} of A and ${many(data.b.traces, "trace")} of B that were drawn.</p>
    <h2>Steps</h2>
    <p class="quiet">What the ends of the requests waited for, of each request. What differs most stands first.</p>
    <${Wide} label="Steps of the two sets"><table class="list"><thead><tr><th>Step</th><th class="number">Calls A</th><th class="number">Calls B</th><th class="number">p50 A</th><th class="number">p50 B</th><th class="number">p99 A</th><th class="number">p99 B</th><th class="number">Waited A</th><th class="number">Waited B</th><th class="number">Difference</th></tr></thead>
      <tbody>${data.steps.map((each) => html`<tr key=${each.name}><td class="grow"><a href=${link(["traces"], { operation: each.name })}>${each.name}</a></td>
        ${["calls", "p50", "p99", "path"].flatMap((what) => ["a", "b"].map((side) => html`<td class="number">${each[side] ? (what === "calls" ? times(each[side].calls) : duration(each[side][what])) : "–"}</td>`))}
        <td class="number"><span class=${`gauge ${differs(each) > 0 ? "worse" : ""}`} style=${{ "--part": `${(100 * Math.abs(differs(each))) / most}%` }}>${signed(differs(each))}</span></td></tr>`)}</tbody></table><//>`;
};

const differs = (step) => Math.round((step.b ? step.b.path : 0) - (step.a ? step.a.path : 0));
const signed = (us) => (us ? `${us > 0 ? "+" : "−"}${duration(Math.abs(us))}` : "0");
const times = (number) => (Number.isInteger(number) ? count(number) : number.toFixed(number < 10 ? 1 : 0));
const sum = (steps, side, what) => steps.reduce((all, each) => all + (each[side] ? each[side][what] : 0), 0);

// Both are told in the same way: what was counted of one is not comparable with some traces of the other.
const isCounted = (data) => Boolean(data.a.requests && data.b.requests);

const Side = ({ name, data }) => {
  const side = data[name];
  const own = (data.steps.find((each) => each.name === data.operation) || {})[name];
  const figures = isCounted(data) ? side.requests : own ? { ...own, calls: side.traces, faults: Math.round(own.faults * side.traces) } : { ...side.lasted, calls: side.traces, faults: 0 };
  return html`<tr><th scope="row">${name.toUpperCase()}</th><td class="figure">${clock(side.since, false)}</td><td class="figure">${clock(side.until, false)}</td><td class="number">${count(figures.calls)}</td>
    <td class="number">${duration(figures.p50)}</td><td class="number">${duration(figures.p99)}</td><td class="number">${figures.faults ? html`<b class="fault">${share(figures.faults, figures.calls)}</b>` : html`<span class="quiet">0</span>`}</td>
    <td class="number">${side.traces ? times(sum(data.steps, name, "calls") - 1) : "–"}</td><td class="number">${side.traces ? times(sum(data.steps, name, "remote")) : "–"}</td><td class="grow">${side.processes.join(", ")}</td></tr>`;
};
