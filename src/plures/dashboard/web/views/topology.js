// Capabilities in their processes, and how they call each other, now or at a moment of the last hour.
import { useAnswer } from "../ask.js";
import { clock, duration, part, rate, share } from "../format.js";
import { html } from "../html.js";
import { Graph } from "../parts/graph.js";
import { Range, timeOf } from "../parts/range.js";
import { Answer, Check, Empty, Field, Wide } from "../parts/shown.js";
import { link, narrow } from "../route.js";
import { EDGE } from "./spans.js";

export const Topology = ({ query }) => {
  const ago = Number(query.get("ago") || 0);
  const time = timeOf(query);
  const isOwn = Boolean(time.since || time.until);
  const answer = useAnswer("/api/topology", { ago: ago || "", ...time }, ago || time.until ? 0 : 3000);
  const find = query.get("find") || "";
  return html`
    <div class="title"><h1>Topology</h1></div>
    <form class="filters" role="search" aria-label="Narrow the topology" onSubmit=${(event) => event.preventDefault()}>
      <${Field} name="find" label="Find" value=${find} placeholder="capability or process" size="14rem" />
      <${Check} name="noevents" label="Hide events" value=${query.get("noevents")} />
      <${Check} name="used" label="Only what is called" value=${query.get("used")} />
      <${Range} query=${query} usual="one minute" />
      ${isOwn ? "" : html`<label class="field"><span>Moment: ${ago ? `${ago} min ago` : "now"}</span>
        <span class="slide"><input type="range" min="0" max="60" step="1" value=${60 - ago} aria-valuetext=${ago ? `${ago} minutes ago` : "now"} onInput=${(event) => narrow({ ago: 60 - Number(event.target.value) || "" })} /></span></label>`}
      ${query.get("focus") ? html`<button type="button" onClick=${() => narrow({ focus: "" })}>Show all of it</button>` : ""}
    </form>
    <${Answer} of=${answer}>${(data) => html`<${Shown} data=${data} query=${query} find=${find.toLowerCase()} />`}<//>`;
};

const OUTSIDE = "from outside";

const Shown = ({ data, query, find }) => {
  const focus = query.get("focus") || "";
  const seconds = (data.until - data.since) / 1e6;
  const edges = data.edges.filter((edge) => !(query.get("noevents") && edge.kind === "event"));
  const busy = new Set(edges.filter((edge) => edge.calls).flatMap((edge) => [edge.from, edge.to]));
  const byName = new Map(data.capabilities.map((each) => [each.name, each]));
  const named = (name) => (byName.has(name) && name !== EDGE ? html`<a href=${link(["capabilities", name])}>${name}</a>` : name);
  const most = Math.max(1e-9, ...data.capabilities.map((each) => each.cpu || 0));
  const groups = data.processes.map((process) => ({
    id: process.name, title: process.replicas.length ? `${process.name} · ${process.live} live` : process.name,
    nodes: process.capabilities.filter((name) => !query.get("used") || busy.has(name)).map((name) => {
      const figures = byName.get(name) || { calls: 0, faults: 0 };
      return { id: name, title: name, part: (figures.cpu || 0) / most, said: `Processor time ${part(figures.cpu)}`, isBad: figures.faults > 0, sub: figures.calls ? `${rate(figures.calls / seconds)} · p99 ${duration(figures.p99)}` : "no calls" };
    }),
  })).filter((group) => group.nodes.length);
  const placed = new Set(groups.flatMap((group) => group.nodes.map((node) => node.id)));
  const others = [...new Set(edges.flatMap((edge) => [edge.from, edge.to]))].filter((name) => !placed.has(name) && !byName.has(name));
  if (others.length) groups.push({ id: OUTSIDE, title: OUTSIDE, nodes: others.map((name) => ({ id: name, title: name, sub: "" })) });
  if (!groups.length) return html`<${Empty} title="Nothing was measured at that time"><p>Move the slider to now, or use the application: its calls stand here within ten seconds.</p><//>`;
  const drawn = edges.map((edge) => ({
    from: edge.from, to: edge.to, kind: edge.kind, isBad: edge.faults > 0, weight: Math.min(5, 1.2 + Math.log10(1 + edge.calls)),
    label: edge.calls ? `${rate(edge.calls / seconds)} · ${duration(edge.p99)}${edge.faults ? ` · ${share(edge.faults, edge.calls)}` : ""}` : "",
    said: `${edge.from} to ${edge.to}, ${edge.kind}, ${rate(edge.calls / seconds)}${edge.faults ? `, faults ${share(edge.faults, edge.calls)}` : ""}`,
  }));
  const isDimmed = find ? (name) => !`${name} ${groups.find((group) => group.nodes.some((node) => node.id === name)).id}`.toLowerCase().includes(find) : null;
  const rows = edges.filter((edge) => edge.calls && (!find || `${edge.from} ${edge.to}`.toLowerCase().includes(find)) && (!focus || edge.from === focus || edge.to === focus)).sort((a, b) => b.calls - a.calls);
  return html`
    <p class="quiet">${clock(data.since, false)} to ${clock(data.until, false)}. Pick a capability to see its own calls.</p>
    <${Graph} label="Topology" groups=${groups} edges=${drawn} focus=${focus} isDimmed=${isDimmed} onFocus=${(name) => narrow({ focus: name })} />
    <h2>${focus ? `Calls of ${focus}` : "Calls"}</h2>
    ${rows.length ? html`<${Wide} label="Calls between capabilities"><table class="list"><thead><tr><th>Caller</th><th>Callee</th><th>How</th><th class="number">Rate</th><th class="number">p50</th><th class="number">p99</th><th class="number">Faults</th></tr></thead>
      <tbody>${rows.map((edge) => html`<tr><td>${named(edge.from)}</td><td class="grow">${named(edge.to)}</td>
        <td>${edge.kind === "remote" ? "over the wire" : edge.kind === "event" ? "event" : "in the process"}</td><td class="number">${rate(edge.calls / seconds)}</td><td class="number">${duration(edge.p50)}</td><td class="number">${duration(edge.p99)}</td>
        <td class="number">${edge.faults ? html`<a class="fault" href=${link(["traces"], { caller: edge.from, faults: true })}>${share(edge.faults, edge.calls)}</a>` : html`<span class="quiet">0</span>`}</td></tr>`)}</tbody></table><//>` : html`<p class="quiet">No calls in these minutes.</p>`}
    <h2>Capabilities</h2>
    <${Wide} label="Capabilities"><table class="list"><thead><tr><th>Capability</th><th>Process</th><th class="number">Rate</th><th class="number">p50</th><th class="number">p99</th><th class="number">Faults</th><th class="number">Processor time</th><th class="number">Database</th></tr></thead>
      <tbody>${data.capabilities.filter((each) => !find || each.name.toLowerCase().includes(find)).map((each) => html`<tr key=${each.name}><td class="grow">${named(each.name)}</td><td>${data.processes.filter((process) => process.capabilities.includes(each.name)).map((process) => process.name).join(", ")}</td>
        <td class="number">${rate(each.calls / seconds)}</td><td class="number">${duration(each.p50)}</td><td class="number">${duration(each.p99)}</td><td class="number">${each.faults ? html`<b class="fault">${share(each.faults, each.calls)}</b>` : html`<span class="quiet">0</span>`}</td>
        <td class="number"><span class="gauge" style=${{ "--part": `${(100 * (each.cpu || 0)) / most}%` }}>${part(each.cpu)}</span></td><td class="number">${part(each.database)}</td></tr>`)}</tbody></table><//>
    <h2>Replicas</h2>
    <${Replicas} label="Replicas" processes=${data.processes} isLive />
    ${data.processes.some((process) => process.replicas.some((each) => !each.is_live)) ? html`<details class="gone"><summary>Those that are gone</summary><${Replicas} label="Replicas that are gone" processes=${data.processes} /></details>` : ""}`;
};

const Replicas = ({ label, processes, isLive = false }) => html`<${Wide} label=${label}><table class="list"><thead><tr><th>Process</th><th class="number">Number</th><th class="number">Process id</th><th>Host</th><th>Version</th><th>Since</th><th>Standing</th></tr></thead>
      <tbody>${processes.flatMap((process) => process.replicas.filter((each) => each.is_live === isLive).map((each) => html`<tr><td class="grow">${process.name}</td><td class="number">${each.number}</td><td class="number">${each.pid}</td><td>${each.host}</td><td>${each.version}</td><td class="figure">${clock(each.since, false)}</td><td>${each.is_live ? "live" : html`<span class="quiet">gone since ${clock(each.until, false)}</span>`}</td></tr>`))}</tbody></table><//>`;
