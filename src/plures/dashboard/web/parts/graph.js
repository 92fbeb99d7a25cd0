// Boxes and edges: of a topology, or of the path of one request.
import { html, useMemo } from "../html.js";
import { NODE, layout } from "./layout.js";
import { Wide } from "./shown.js";

const SOME = 5;

const curve = (from, to, place) => {
  const [a, b] = [place.get(from), place.get(to)];
  const middle = NODE.height / 2;
  if (from === to) { const x = a.x + NODE.width; return { path: `M${x} ${a.y + 10}h16v${NODE.height - 20}h-14`, x: x + 24, y: a.y + middle }; }
  if (b.x >= a.x + NODE.width) {
    const [x1, y1, x2, y2] = [a.x + NODE.width, a.y + middle, b.x - 2, b.y + middle];
    const bend = Math.max(24, (x2 - x1) / 2);
    return { path: `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`, x: (x1 + x2) / 2, y: (y1 + y2) / 2 };
  }
  if (Math.abs(a.x - b.x) < NODE.width) {
    const [x1, y1, y2] = [a.x + NODE.width, a.y + middle, b.y + middle];
    return { path: `M${x1} ${y1}C${x1 + 40} ${y1} ${x1 + 40} ${y2} ${b.x + NODE.width + 2} ${y2}`, x: x1 + 30, y: (y1 + y2) / 2 };
  }
  const [x1, y1, x2, y2] = [a.x, a.y + middle, b.x + NODE.width + 2, b.y + middle];
  const bend = Math.max(24, (x1 - x2) / 2);
  return { path: `M${x1} ${y1}C${x1 - bend} ${y1} ${x2 + bend} ${y2} ${x2} ${y2}`, x: (x1 + x2) / 2, y: (y1 + y2) / 2 };
};

// groups: [{id, title, nodes: [{id, title, sub, isBad}]}], edges: [{from, to, kind, label, said, isBad, weight}]
export const Graph = ({ label, groups, edges, focus, isDimmed, onFocus }) => {
  // Places follow from names alone, so that figures change where they stand.
  const names = groups.map((group) => `${group.id}:${group.nodes.map((node) => node.id)}`).join(";") + edges.map((edge) => `${edge.from}>${edge.to}`).join(",");
  const placed = useMemo(() => layout(groups, edges), [names]);
  const known = edges.filter((edge) => placed.nodes.has(edge.from) && placed.nodes.has(edge.to));
  const near = new Set([focus, ...known.filter((edge) => edge.from === focus || edge.to === focus).flatMap((edge) => [edge.from, edge.to])]);
  const isQuiet = (node) => (focus ? !near.has(node) : isDimmed ? isDimmed(node) : false);
  return html`<div class="graph"><${Wide} label=${`${label}: drawing`}>
    <svg width=${placed.width + 44} height=${placed.height} role="group" aria-label=${label}>
      <defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerUnits="userSpaceOnUse" markerWidth="10" markerHeight="10" orient="auto"><path d="M0 0L8 4L0 8z" /></marker></defs>
      ${groups.map((group) => { const box = placed.boxes.get(group.id); return html`<g class="group" key=${group.id}>
        <rect class="box" x=${box.x} y=${box.y} width=${box.width} height=${box.height} rx="8" /><text x=${box.x + 14} y=${box.y + 17}>${group.title}</text>
      </g>`; })}
      ${known.map((edge) => {
        const line = curve(edge.from, edge.to, placed.nodes);
        const isNear = edge.from === focus || edge.to === focus;
        const isFaint = focus ? !isNear : isQuiet(edge.from) || isQuiet(edge.to);
        return html`<g class=${`edge ${edge.kind} ${edge.isBad ? "bad" : ""} ${isFaint ? "dimmed" : ""}`} key=${`${edge.from}>${edge.to}>${edge.kind}`} aria-hidden="true">
          <path d=${line.path} style=${{ strokeWidth: edge.weight || 1.5 }} marker-end="url(#arrow)"><title>${edge.said}${edge.label ? `: ${edge.label}` : ""}</title></path>
        </g>`;
      })}
      ${groups.flatMap((group) => group.nodes.map((node) => {
        const { x, y } = placed.nodes.get(node.id);
        const about = known.filter((edge) => edge.from === node.id || edge.to === node.id).map((edge) => edge.said).join("; ");
        const pick = () => onFocus(node.id === focus ? "" : node.id);
        return html`<g class=${`node ${node.isBad ? "bad" : ""} ${node.id === focus ? "focused" : ""} ${isQuiet(node.id) ? "dimmed" : ""}`} key=${node.id} role="button" tabindex="0"
          aria-pressed=${node.id === focus ? "true" : "false"} aria-label=${`${node.title}, in ${group.title}. ${node.sub || ""}. ${about}`} onClick=${pick}
          onKeyDown=${(event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); pick(); } if (event.key === "Escape") onFocus(""); }}>
          <rect x=${x} y=${y} width=${NODE.width} height=${NODE.height} rx="6" />
          <text x=${x + 11} y=${y + 18}>${short(node.title, 21)}</text><text class="sub" x=${x + 11} y=${y + 33}>${node.sub || ""}</text>
        </g>`;
      }))}
      ${known.filter((edge) => edge.label && known.length <= SOME).map((edge) => {
        const line = curve(edge.from, edge.to, placed.nodes);
        return html`<g class="edge" aria-hidden="true" key=${`${edge.from}>${edge.to}>${edge.kind} label`}><text x=${line.x} y=${line.y + 4}>${edge.label}</text></g>`;
      })}
    </svg><//></div>
    <p class="keys" aria-hidden="true"><span><i></i>in the process</span><span><i class="remote"></i>over the wire</span><span><i class="event"></i>event</span><span><i class="bad"></i>with faults</span></p>`;
};

const short = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
