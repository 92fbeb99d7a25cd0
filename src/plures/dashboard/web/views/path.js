// The path of one request as a graph: who called whom, how often, and how long that took.
import { count, duration, many } from "../format.js";
import { html, useMemo, useState } from "../html.js";
import { Graph } from "../parts/graph.js";
import { Wide } from "../parts/shown.js";
import { messagesOf, partOf } from "./spans.js";

export const edgesOf = (spans) => {
  const edges = new Map();
  for (const { span, from, to, kind, code } of messagesOf(spans)) {
    const key = `${from}>${to}>${kind}`;
    const edge = edges.get(key) || { from, to, kind, calls: 0, lasted: 0, faults: 0 };
    edge.calls += 1; edge.lasted += span.lasted; edge.faults += code ? 1 : 0;
    edges.set(key, edge);
  }
  return [...edges.values()];
};

export const placesOf = (spans) => {
  const places = new Map();
  for (const span of spans) {
    if (span.kind === "client" || span.kind === "producer") { if (span.caller && !places.has(span.caller)) places.set(span.caller, span.process); }
    else places.set(partOf(span), span.process);
  }
  return places;
};

export const Path = ({ spans }) => {
  const [focus, set] = useState("");
  const edges = useMemo(() => edgesOf(spans), [spans]);
  const places = useMemo(() => placesOf(spans), [spans]);
  const parts = [...new Set([...edges.flatMap((edge) => [edge.from, edge.to]), ...(edges.length ? [] : places.keys())])];
  const groups = new Map();
  for (const part of parts) {
    const place = places.get(part) || "from outside";
    const into = edges.filter((edge) => edge.to === part);
    const calls = into.reduce((sum, edge) => sum + edge.calls, 0);
    const node = { id: part, title: part, sub: calls ? `${count(calls)} × ${duration(into.reduce((sum, edge) => sum + edge.lasted, 0) / calls)}` : "", isBad: into.some((edge) => edge.faults) };
    groups.set(place, [...(groups.get(place) || []), node]);
  }
  const drawn = edges.map((edge) => ({ ...edge, isBad: edge.faults > 0, weight: Math.min(4, 1.2 + Math.log2(edge.calls) / 2), label: `${count(edge.calls)} × ${duration(edge.lasted / edge.calls)}`, said: `${edge.from} to ${edge.to}, ${edge.kind}, ${many(edge.calls, "call")}` }));
  return html`<${Graph} label="Path of the request" groups=${[...groups].map(([id, nodes]) => ({ id, title: id, nodes }))} edges=${drawn} focus=${focus} onFocus=${set} />
    <${Wide} label="Path of the request: table"><table class="list"><thead><tr><th>From</th><th>To</th><th>How</th><th class="number">Calls</th><th class="number">Together</th><th class="number">Faults</th></tr></thead>
      <tbody>${edges.map((edge) => html`<tr><td>${edge.from}</td><td>${edge.to}</td><td>${{ local: "in the process", remote: "over the wire", event: "event" }[edge.kind]}</td><td class="number">${count(edge.calls)}</td><td class="number">${duration(edge.lasted)}</td><td class="number">${edge.faults ? html`<b class="fault">${edge.faults}</b>` : html`<span class="quiet">0</span>`}</td></tr>`)}</tbody></table><//>`;
};
