// What another topology would change, as it was planned, and what came of it. All that is chosen stands in the address.
import { useAnswer } from "../ask.js";
import { bytes, clock, count, duration, many, moment, rate } from "../format.js";
import { html, useState } from "../html.js";
import { Graph } from "../parts/graph.js";
import { Answer, Empty, Field, Mark, Tabs, Wide } from "../parts/shown.js";
import { link } from "../route.js";

export const Plan = ({ query }) => {
  const answer = useAnswer("/api/plan", { topology: query.get("topology") || "" }, 5000);
  return html`<div class="title"><h1>Plan</h1></div><${Answer} of=${answer}>${(data) => html`<${Chosen} data=${data} query=${query} />`}<//>`;
};

const Chosen = ({ data, query }) => {
  const options = data.topologies.map((each) => [each.name, `${each.name}${each.made ? "" : ", not planned yet"}${each.is_declared ? "" : ", not in plures.toml"}`]);
  if (!data.topologies.some((each) => each.name === data.topology)) options.unshift([data.topology, data.topology || "choose one"]);
  return html`
    <form class="filters" role="search" aria-label="Choose a topology" onSubmit=${(event) => event.preventDefault()}>
      <${Field} name="topology" label="Topology" value=${data.topology} options=${options} size="20rem" />
    </form>
    ${data.plan ? html`<${Shown} plan=${data.plan} data=${data} query=${query} />` : html`<${None} data=${data} />`}`;
};

const None = ({ data }) => {
  const { topology } = data;
  if (data.unreadable) return html`<${Empty} title=${`The plan of ${topology} cannot be read`}><p>${data.unreadable}. Make it anew: <code>plures topology plan ${topology}</code></p><//>`;
  if (topology && !data.topologies.some((each) => each.name === topology)) return html`<${Empty} title="No such topology"><p>Neither plures.toml nor the plans that are kept have one of the name ${topology}.</p><//>`;
  return html`<${Empty} title=${topology ? `No plan of ${topology} is kept` : "No plan is kept"}>
    <p>Let the application answer requests for a minute or more, and run this beside plures.toml:</p><p><code>plures topology plan${topology ? ` ${topology}` : ""}</code></p>
    <p>It measures for about 25 seconds what a remote call costs on this machine, and its plan stands here then.${data.topologies.length > 1 ? "" : " A table [topology.split] in plures.toml is another topology."}</p><//>`;
};

// To the second.
const day = (us) => moment(us).slice(0, 19);
const nothing = (value) => value === null || value === undefined;
const by = (number, digits) => `${number < 0 ? "−" : "+"}${Math.abs(number).toFixed(digits)}`;
const percent = (part) => (nothing(part) ? "" : `${Math.round(100 * part) ? by(100 * part, 0) : "0"} %`);
const more = (before, after) => percent(before && !nothing(after) ? after / before - 1 : null);
const some = (number) => (Number.isInteger(number) ? count(number) : number.toFixed(2));
const UNITS = { us: duration, processors: (value) => `${value.toFixed(3)} cores`, bytes, "": some };
const told = (value, unit) => (nothing(value) ? "–" : UNITS[unit](value));
const begun = (name) => (name.startsWith("p50") ? name : name[0].toUpperCase() + name.slice(1));
const nameOf = (plan) => plan.present || plan.processes.join(", ");

const Shown = ({ plan, data, query }) => html`
  <h2>${nameOf(plan)} → ${plan.target}</h2>
  <p class="quiet">Planned ${day(plan.made)}, from ${many(plan.requests, "request")}, ${rate(plan.per_s)}, of ${day(plan.since)} until ${clock(plan.until, false)}.</p>
  ${plan.notes.map((each) => html`<p class="note">${each}</p>`)}
  <${Totals} plan=${plan} />
  <${Places} plan=${plan} isNow=${query.get("graph") === "now"} />
  <${Since} plan=${plan} data=${data} />
  <${Routes} routes=${plan.routes} />
  <${Edges} edges=${plan.edges} />
  <${Moves} moves=${plan.moves} />
  <${Rests} plan=${plan} />`;

const Totals = ({ plan: { now, then } }) => {
  const rows = [
    ["p50 of requests", told(now.p50_us, "us"), told(then.p50_us, "us"), more(now.p50_us, then.p50_us)],
    ["Processor time", told(now.cpu, "processors"), told(then.cpu, "processors"), more(now.cpu, then.cpu)],
    ["Memory", bytes(now.memory_bytes), bytes(then.memory_bytes), more(now.memory_bytes, then.memory_bytes)],
    ["Processes", count(now.processes), count(then.processes), by(then.processes - now.processes, 0)],
    ["Remote calls of a request", some(now.remote_per_request), some(then.remote_per_request), by(then.remote_per_request - now.remote_per_request, 2)],
  ];
  return html`<${Wide} label="What changes"><table class="list"><thead><tr><th><span class="hidden">Figure</span></th><th class="number">Now</th><th class="number">Then</th><th class="number">Change</th></tr></thead>
    <tbody>${rows.map(([name, ...values]) => html`<tr><th scope="row">${name}</th>${values.map((each) => html`<td class="number">${each}</td>`)}</tr>`)}</tbody></table><//>`;
};

// Before and after: what is in which process, and which calls take another way.
const Places = ({ plan, isNow }) => {
  const [focus, set] = useState("");
  const homes = isNow ? plan.homes : plan.homes_then;
  const names = [...new Set([...Object.keys(plan.homes), ...Object.keys(plan.homes_then)])].filter((name) => homes[name]);
  if (!names.length) return "";
  const groups = new Map();
  for (const name of names) {
    const moves = plan.homes[name] && plan.homes_then[name] && plan.homes[name] !== plan.homes_then[name];
    groups.set(homes[name], [...(groups.get(homes[name]) || []), { id: name, title: name, isMoved: moves, sub: moves ? (isNow ? `moves to ${plan.homes_then[name]}` : `was in ${plan.homes[name]}`) : "" }]);
  }
  const other = { remote: "local", local: "remote" };
  const drawn = [...plan.edges.map((edge) => ({ edge, isChanged: true })), ...plan.others.map((edge) => ({ edge, isChanged: false }))].map(({ edge, isChanged }) => {
    const way = isChanged && isNow ? other[edge.becomes] : edge.becomes;
    return {
      from: edge.caller, to: edge.capability, kind: edge.is_event ? "event" : way, isChanged, weight: Math.min(4, 1.2 + Math.log10(1 + 10 * edge.per_request)),
      said: `${edge.caller} to ${edge.capability}, ${edge.is_event ? "event" : way}${isChanged ? (isNow ? `, becomes ${edge.becomes}` : `, was ${other[edge.becomes]}`) : ""}, ${some(edge.per_request)} of a request`,
    };
  });
  return html`<div class="title of-part"><h2>Before and after</h2><${Tabs} label="Before or after" name="graph" at=${isNow ? "now" : ""} tabs=${[["now", nameOf(plan)], ["", plan.target]]} /></div>
    <${Graph} label=${`Capabilities in their processes, ${isNow ? "now" : "then"}`} groups=${[...groups].map(([id, nodes]) => ({ id, title: id, nodes }))} edges=${drawn} focus=${focus} onFocus=${set} />`;
};

const Since = ({ plan, data: { verified, not_verified: not } }) => {
  if (!verified) {
    const isWaiting = not.code === "plan.not_running" || not.code === "plan.nothing_measured";
    return html`<h2>Predicted and measured</h2><p class="quiet">${isWaiting
      ? html`${plan.target} has not been measured since. Run <code>plures run --topology ${plan.target}</code>, let it answer requests for a minute, and what came of the plan stands here.`
      : `${not.message}: ${not.why}.`}</p>`;
  }
  return html`<h2>Predicted and measured</h2>
    <p class="quiet">Measured of ${many(verified.requests, "request")}, ${rate(verified.per_s)}, ${day(verified.since)} until ${clock(verified.until, false)}. Processor time is predicted for the rate that came.</p>
    <${Wide} label="Predicted and measured"><table class="list"><thead><tr><th><span class="hidden">Figure</span></th><th class="number">Before</th><th class="number">Predicted</th><th class="number">Measured</th><th class="number">Off by</th></tr></thead>
    <tbody>${[...verified.figures, ...verified.routes].map((each) => html`<tr key=${each.name}><th scope="row">${verified.figures.includes(each) ? begun(each.name) : each.name}</th>${["before", "predicted", "measured"].map((key) => html`<td class="number">${told(each[key], each.unit)}</td>`)}<td class="number">${percent(each.off)}</td></tr>`)}</tbody></table><//>`;
};

const Routes = ({ routes }) => {
  const grows = (each) => (nothing(each.p50_us) || nothing(each.p50_then_us) ? null : Math.round(each.p50_then_us - each.p50_us));
  const most = Math.max(1, ...routes.map((each) => Math.abs(grows(each) || 0)));
  return html`<h2>Requests</h2>
    <${Wide} label="Requests"><table class="list"><thead><tr><th>Request</th><th class="number">Requests</th><th class="number">Traces</th><th class="number">Remote calls</th><th class="number">then</th><th class="number">p50</th><th class="number">then</th><th class="number">at most</th><th class="number">Change</th></tr></thead>
    <tbody>${routes.map((each) => html`<tr key=${each.name}><td class="grow"><a href=${link(["traces"], { operation: each.name })}>${each.name}</a></td><td class="number">${count(each.requests)}</td><td class="number">${count(each.traces)}</td>
      ${["remote_now", "remote_then"].map((key) => html`<td class="number">${each.traces ? some(each[key]) : "–"}</td>`)}${["p50_us", "p50_then_us", "p50_most_us"].map((key) => html`<td class="number">${told(each[key], "us")}</td>`)}
      <td class="number">${grows(each) === null ? "–" : html`<span class=${`gauge ${grows(each) > 0 ? "worse" : ""}`} style=${{ "--part": `${(100 * Math.abs(grows(each))) / most}%` }}>${grows(each) ? `${grows(each) > 0 ? "+" : "−"}${duration(Math.abs(grows(each)))}` : "0"}</span>`}</td></tr>`)}</tbody></table><//>
    <p class="quiet">At most: if calls wait for each other that the traces show side by side.</p>`;
};

const Edges = ({ edges }) => html`<h2>Calls that take another way</h2>
  ${edges.length ? html`<${Wide} label="Calls that take another way"><table class="list"><thead><tr><th>Caller</th><th>Callee</th><th>Then</th><th class="number">Of a request</th></tr></thead>
    <tbody>${edges.map((each) => html`<tr><td>${each.caller}</td><td class="grow">${each.capability}${each.is_event ? html` <${Mark}>event<//>` : ""}</td><td>${each.becomes === "remote" ? "over the wire" : "in the process"}</td><td class="number">${each.per_request < 0.01 ? each.per_request.toFixed(4) : some(each.per_request)}</td></tr>`)}</tbody></table><//>`
    : html`<p class="quiet">No call that was measured takes another way.</p>`}`;

const Moves = ({ moves }) => html`<h2>Data</h2>
  ${moves.length ? html`<${Wide} label="Data"><table class="list"><thead><tr><th>Data of</th><th>Kept</th><th class="number">Size</th><th>Process</th><th>What has to be done</th></tr></thead>
    <tbody>${moves.map((each) => html`<tr><td>${each.store.capability}</td><td>${each.store.kept}</td><td class="number">${told(each.store.bytes, "bytes")}</td><td>${each.source} → ${each.target}</td><td class="grow">${each.leaves ? html`<${Mark} kind="slow">has to be brought there<//>` : "nothing: its file stays, another process opens it"}</td></tr>`)}</tbody></table><//>`
    : html`<p class="quiet">No data is of another process then.</p>`}`;

const Rests = ({ plan: { cost, routes, wait_from: from } }) => {
  const paces = cost.paces.map((each) => `${duration(each.wait_us)} at ${rate(each.per_s)}`).join(", ");
  const facts = [
    ["Sample", `${many(routes.reduce((sum, each) => sum + each.traces, 0), "trace")} of requests that were drawn; counts are of all requests`],
    ["Calibration", `${day(cost.at)}, on the machine where it was planned, ${many(cost.calls, "call")}`],
    ["A remote call waits", from === "seen" ? "as remote calls of these traces did" : paces],
    ["Processor time of it", cost.paces.map((each) => `${duration(each.cpu_us)} at ${rate(each.per_s)}`).join(", ")],
    ["A process that rests", `${(100 * cost.idle_cpu).toFixed(2)} % of a processor, ${bytes(cost.memory_bytes)}`],
    ["Not in it", "queues for busy processors, large messages, networks between machines"],
  ];
  return html`<h2>What it rests on</h2><dl class="facts">${facts.map(([name, said]) => html`<div><dt>${name}</dt><dd>${said}</dd></div>`)}</dl>`;
};
