// The list of traces, newest or longest first; all that narrows it stands in the address.
import { useAnswer } from "../ask.js";
import { clock, duration, many, moment } from "../format.js";
import { html, useState } from "../html.js";
import { Answer, Check, Empty, Field, Mark, Wide } from "../parts/shown.js";
import { Range } from "../parts/range.js";
import { link, narrow } from "../route.js";

const FILTERS = ["operation", "min_ms", "max_ms", "order", "faults", "attribute", "caller", "process", "probes", "before", "minutes", "since", "until"];

export const Traces = ({ query }) => {
  const asked = Object.fromEntries(FILTERS.map((each) => [each, query.get(each) || ""]));
  const isNarrowed = FILTERS.some((each) => asked[each]);
  const answer = useAnswer("/api/traces", asked, asked.before || asked.until ? 0 : 3000);
  const [picked, pick] = useState([]);
  const toggle = (id) => pick((before) => (before.includes(id) ? before.filter((each) => each !== id) : [...before, id].slice(-2)));
  return html`
    <div class="title"><h1>Traces</h1>
      ${picked.length === 2
        ? html`<a class="button" href=${link(["compare"], { a: picked[0], b: picked[1] })}>Compare the two</a>`
        : html`<span class="quiet">${picked.length ? "Pick one more to compare." : html`Pick two to compare them, or <a href=${link(["compare"], { operation: asked.operation })}>compare two sets</a>.`}</span>`}
    </div>
    <form class="filters" role="search" aria-label="Narrow the traces" onSubmit=${(event) => event.preventDefault()}>
      <${Field} name="operation" label="Operation" value=${asked.operation} placeholder="checkout/PlaceOrder" size="13rem" />
      <${Field} name="caller" label="Caller" value=${asked.caller} placeholder="the edge" size="8rem" />
      <${Field} name="min_ms" label="At least, ms" value=${asked.min_ms} placeholder="0" type="number" size="6rem" />
      <${Field} name="max_ms" label="Less than, ms" value=${asked.max_ms} placeholder="any" type="number" size="6rem" />
      <${Field} name="attribute" label="Attribute" value=${asked.attribute} placeholder="http.status=500" size="10.5rem" />
      <${Field} name="process" label="Process" value=${asked.process} placeholder="all" size="7rem" />
      <${Range} query=${query} usual="all that is kept" />
      <${Field} name="order" label="Order" value=${asked.order} options=${[["", "newest first"], ["longest", "longest first"]]} size="9rem" />
      <${Check} name="faults" label="With faults only" value=${asked.faults} />
      <${Check} name="probes" label="Health probes too" value=${asked.probes} />
      ${isNarrowed ? html`<button type="button" onClick=${() => narrow(Object.fromEntries(FILTERS.map((each) => [each, ""])))}>Show all</button>` : ""}
    </form>
    <${Answer} of=${answer}>${(data) => (data.traces.length ? html`<${List} data=${data} picked=${picked} toggle=${toggle} />` : html`<${None} isNarrowed=${isNarrowed} />`)}<//>`;
};

const None = ({ isNarrowed }) => (isNarrowed
  ? html`<${Empty} title="No trace is like that"><p>Take a filter away, or call what you look for: of each operation, the first request is kept, then ten a second at most, and all that fail or are slow.</p><//>`
  : html`<${Empty} title="No traces yet"><p>Use the application, and its requests stand here within two seconds. From a terminal: <code>plures call</code>, with an operation as <code>plures list</code> shows it.</p><//>`);

const WHY = { drawn: "", failed: "failed", slow: "slow", elsewhere: "" };

const List = ({ data, picked, toggle }) => {
  // By powers of ten, so that one that took long does not make all others look alike.
  const part = (us) => Math.log10(1 + us);
  const longest = Math.max(...data.traces.map((each) => part(each.lasted)), 1);
  return html`<${Wide} label="Traces">
    <table class="list traces">
      <thead><tr><th><span class="hidden">Compare</span></th><th>Began</th><th>Request</th><th class="number">Lasted</th><th class="number">Spans</th><th class="number">Faults</th></tr></thead>
      <tbody>${data.traces.map((each) => html`<tr key=${each.id} class=${each.faults ? "failed" : ""}>
        <td><label><input type="checkbox" checked=${picked.includes(each.id)} onChange=${() => toggle(each.id)} /><span class="hidden">Compare ${each.name} of ${clock(each.began)}</span></label></td>
        <td class="figure" title=${moment(each.began)}>${clock(each.began)}</td>
        <td class="grow"><a href=${link(["traces", each.id])}>${each.name || each.id}</a> ${WHY[each.kept_for] ? html`<${Mark} kind=${each.kept_for}>${WHY[each.kept_for]}<//>` : ""}</td>
        <td class="number"><span class="gauge" style=${{ "--part": `${(100 * part(each.lasted)) / longest}%` }}>${duration(each.lasted)}</span></td>
        <td class="number">${each.spans}</td>
        <td class="number">${each.faults ? html`<b class="fault">${each.faults}</b>` : html`<span class="quiet">0</span>`}</td>
      </tr>`)}</tbody>
    </table><//>
    <p class="quiet">${many(data.traces.length, "trace")}${data.next ? html`. <a href=${link(["traces"], { ...Object.fromEntries(new URLSearchParams(location.hash.split("?")[1] || "")), before: data.next })}>Older ones</a>` : ""}</p>`;
};
