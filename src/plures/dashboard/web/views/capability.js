// One capability: what it promises, who calls it, how it fares. Without a name, all of them.
import { useAnswer } from "../ask.js";
import { clock, count, duration, part, rate, share } from "../format.js";
import { html } from "../html.js";
import { Chart } from "../parts/chart.js";
import { Range, timeOf } from "../parts/range.js";
import { Answer, Empty, Mark, Wide } from "../parts/shown.js";
import { link } from "../route.js";

export const Capability = ({ name, query }) => (name ? html`<${One} name=${name} query=${query} />` : html`<${All} query=${query} />`);

const Time = ({ query, usual }) => html`<form class="filters" aria-label="Narrow the figures" onSubmit=${(event) => event.preventDefault()}><${Range} query=${query} usual=${usual} /></form>`;

const All = ({ query }) => {
  const time = timeOf(query);
  const answer = useAnswer("/api/capabilities", time, time.until ? 0 : 5000);
  const most = Math.max(1e-9, ...(answer.data ? answer.data.capabilities : []).map((each) => each.cpu || 0));
  return html`<div class="title"><h1>Capabilities</h1></div>
    <${Time} query=${query} usual="last 5 minutes" />
    <${Answer} of=${answer}>${(data) => (data.capabilities.length ? html`<${Wide} label="Capabilities"><table class="list"><thead><tr><th>Capability</th><th>Owner</th><th>Process</th><th class="number">Rate</th><th class="number">p50</th><th class="number">p99</th><th class="number">Faults</th><th class="number">Processor time</th><th class="number">Database</th></tr></thead>
      <tbody>${data.capabilities.map((each) => html`<tr><td class="grow"><a href=${link(["capabilities", each.name])}>${each.name}</a></td><td>${each.owner}</td><td>${each.processes.join(", ")}</td>
        <td class="number">${rate(each.calls / data.seconds)}</td><td class="number">${duration(each.p50)}</td><td class="number">${duration(each.p99)}</td><td class="number">${each.faults ? html`<b class="fault">${share(each.faults, each.calls)}</b>` : html`<span class="quiet">0</span>`}</td><td class="number"><span class="gauge" style=${{ "--part": `${(100 * (each.cpu || 0)) / most}%` }}>${part(each.cpu)}</span></td><td class="number">${part(each.database)}</td></tr>`)}</tbody></table><//>
      <p class="quiet">Processor time is of one processor, in all processes together; the database is the part of each second that is spent in it. ${clock(data.since, false)} to ${clock(data.until, false)}</p>` : html`<${Empty} title="No capabilities"><p>The application declares none. <code>plures new</code> makes a first one.</p><//>`)}<//>`;
};

const One = ({ name, query }) => {
  const time = timeOf(query);
  const answer = useAnswer(`/api/capabilities/${encodeURIComponent(name)}`, time, time.until ? 0 : 5000);
  if (answer.error && answer.error.status === 404) return html`<${Empty} isPage title="No such capability"><p>The application has none of the name ${name}. <a href="#/capabilities">All capabilities</a></p><//>`;
  return html`<${Answer} of=${answer}>${(data) => html`<${Shown} data=${data} query=${query} />`}<//>`;
};

const Shown = ({ data, query }) => {
  const { series } = data;
  const dots = data.examples.map((each) => ({ at: each.began, value: each.lasted, trace: each.trace, isBad: Boolean(each.code), said: `${each.name}, ${duration(each.lasted)}${each.code ? `, ${each.code}` : ""}` }));
  return html`
    <p class="crumb"><a href="#/capabilities">Capabilities</a></p>
    <div class="title"><h1>${data.name}</h1><a class="button" href=${`/docs#${data.contracts[0] ? data.contracts[0].name : ""}`}>Try its operations</a></div>
    ${data.doc ? html`<p class="quiet">${data.doc}</p>` : ""}
    <dl class="line">
      <div><dt>Owner</dt><dd>${data.owner || "–"}</dd></div>
      <div><dt>Versions</dt><dd>${data.contracts.map((each, index) => html`${index ? ", " : ""}<a href=${`/docs#${each.name}`}>${each.name}</a>${each.stability === "stable" ? "" : html` <${Mark}>${each.stability}<//>`}`)}</dd></div>
      <div><dt>Process</dt><dd>${data.processes.map((each) => `${each.name} (${each.live} live)`).join(", ") || "none has written yet"}</dd></div>
    </dl>
    <${Time} query=${query} usual="last hour" />
    <div class="charts four">
      <${Chart} title="Calls" at=${series.at} since=${data.since} until=${data.until} show=${rate} lines=${[{ name: "Calls", values: series.calls.map((each) => (each === null ? null : each / series.step)) }]} />
      <${Chart} title="Latency" at=${series.at} since=${data.since} until=${data.until} show=${duration} dots=${dots} lines=${[{ name: "p99", values: series.p99 }, { name: "p50", values: series.p50, kind: "second" }]} />
      <${Chart} title="Faults" at=${series.at} since=${data.since} until=${data.until} show=${rate} lines=${[{ name: "Faults", values: series.faults.map((each) => (each === null ? null : each / series.step)), kind: "bad" }]} />
      <${Chart} title=${series.database.some((each) => each !== null) ? "Processor and database" : "Processor"} at=${series.at} since=${data.since} until=${data.until} show=${part} lines=${[{ name: "Processor", values: series.cpu }, ...(series.database.some((each) => each !== null) ? [{ name: "database", values: series.database, kind: "second" }] : [])]} />
    </div>
    <h2>Operations</h2>
    <${Figures} rows=${data.operations} seconds=${data.seconds} what=${(each) => html`<a href=${link(["traces"], { operation: each.name })}>${each.name}</a>`} head="Operation" none="No operation was called in this time." />
    <div class="two">
      <div><h2>Callers</h2><${Figures} rows=${data.callers} seconds=${data.seconds} what=${(each) => html`${each.name} <${Mark}>${WORDS[each.kind]}<//>`} head="Caller" none="No one has called it in this time." /></div>
      <div><h2>Calls to others</h2><${Figures} rows=${data.callees} seconds=${data.seconds} what=${(each) => html`<a href=${link(["capabilities", each.name])}>${each.name}</a> <${Mark}>${WORDS[each.kind]}<//>`} head="Callee" none="It has called no one in this time." /></div>
    </div>
    <h2>Recent faults</h2>
    ${data.errors.length ? html`<${Wide} label="Recent faults"><table class="list"><thead><tr><th>At</th><th>Request</th><th>Failed with</th><th class="number">Lasted</th></tr></thead><tbody>${data.errors.map((each) => html`<tr><td class="figure">${clock(each.began)}</td><td class="grow"><a href=${link(["traces", each.trace])}>${each.name}</a></td><td>${each.code}</td><td class="number">${duration(each.lasted)}</td></tr>`)}</tbody></table><//>` : html`<p class="quiet">None in this time, in what is kept.</p>`}`;
};

const WORDS = { local: "in the process", remote: "over the wire", event: "event" };

const Figures = ({ rows, what, head, none, seconds }) => (rows.length ? html`<${Wide} label=${head}><table class="list"><thead><tr><th>${head}</th><th class="number">Calls</th><th class="number">p50</th><th class="number">p99</th><th class="number">Faults</th></tr></thead>
  <tbody>${rows.map((each) => html`<tr><td class="grow">${what(each)}</td><td class="number">${count(each.calls)}</td><td class="number">${duration(each.p50)}</td><td class="number">${duration(each.p99)}</td><td class="number">${each.faults ? html`<b class="fault">${share(each.faults, each.calls)}</b>` : html`<span class="quiet">0</span>`}</td></tr>`)}</tbody></table><//>` : html`<p class="quiet">${none}</p>`);
