// Boxes and edges: of a topology, or of the path of one request.
import { html, useMemo } from "../html.js";
import { NODE, layout, routes } from "./layout.js";
import { Wide } from "./shown.js";

const SOME = 5;

// groups: [{id, title, nodes: [{id, title, sub, part, said, isBad}]}], where `part` of the most is a bar, and said in words, edges: [{from, to, kind, label, said, isBad, weight}]
export const Graph = ({ label, groups, edges, focus, isDimmed, onFocus }) => {
  // Places follow from names alone, so that figures change where they stand.
  const names = groups.map((group) => `${group.id}:${group.nodes.map((node) => node.id)}`).join(";") + edges.map((edge) => `${edge.from}>${edge.to}`).join(",");
  const isKnown = (at) => (edge) => at.nodes.has(edge.from) && at.nodes.has(edge.to);
  const { placed, lines } = useMemo(() => { const at = layout(groups, edges); return { placed: at, lines: routes(at, edges.filter(isKnown(at))) }; }, [names]);
  const known = edges.filter(isKnown(placed));
  const near = new Set([focus, ...known.filter((edge) => edge.from === focus || edge.to === focus).flatMap((edge) => [edge.from, edge.to])]);
  const isQuiet = (node) => (focus ? !near.has(node) : isDimmed ? isDimmed(node) : false);
  return html`<div class="graph"><${Wide} label=${`${label}: drawing`}>
    <svg width=${placed.width + 44} height=${placed.height} role="group" aria-label=${label}>
      <defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerUnits="userSpaceOnUse" markerWidth="10" markerHeight="10" orient="auto"><path d="M0 0L8 4L0 8z" /></marker></defs>
      ${groups.map((group) => { const box = placed.boxes.get(group.id); return html`<g class="group" key=${group.id}>
        <rect class="box" x=${box.x} y=${box.y} width=${box.width} height=${box.height} rx="8" /><text x=${box.x + 14} y=${box.y + 17}>${group.title}</text>
      </g>`; })}
      ${known.map((edge, index) => {
        const line = lines[index];
        const isNear = edge.from === focus || edge.to === focus;
        const isFaint = focus ? !isNear : isQuiet(edge.from) || isQuiet(edge.to);
        return html`<g class=${`edge ${edge.kind} ${edge.isBad ? "bad" : ""} ${edge.isChanged ? "changed" : ""} ${isFaint ? "dimmed" : ""}`} key=${`${edge.from}>${edge.to}>${edge.kind}`} aria-hidden="true">
          <path d=${line.path} style=${{ strokeWidth: edge.weight || 1.5 }} marker-end="url(#arrow)"><title>${edge.said}${edge.label ? `: ${edge.label}` : ""}</title></path>
        </g>`;
      })}
      ${groups.flatMap((group) => group.nodes.map((node) => {
        const { x, y } = placed.nodes.get(node.id);
        const about = known.filter((edge) => edge.from === node.id || edge.to === node.id).map((edge) => edge.said).join("; ");
        const pick = () => onFocus(node.id === focus ? "" : node.id);
        return html`<g class=${`node ${node.isBad ? "bad" : ""} ${node.isMoved ? "moved" : ""} ${node.id === focus ? "focused" : ""} ${isQuiet(node.id) ? "dimmed" : ""}`} key=${node.id} role="button" tabindex="0"
          aria-pressed=${node.id === focus ? "true" : "false"} aria-label=${`${node.title}, in ${group.title}. ${node.sub || ""}. ${node.said || ""}. ${about}`} onClick=${pick}
          onKeyDown=${(event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); pick(); } if (event.key === "Escape") onFocus(""); }}>
          <rect x=${x} y=${y} width=${NODE.width} height=${NODE.height} rx="6" />
          <text x=${x + 11} y=${y + 18}>${short(node.title, 21)}</text><text class="sub" x=${x + 11} y=${y + 33}>${node.sub || ""}</text>
          ${node.part ? html`<rect class="part" x=${x + 11} y=${y + NODE.height - 7} width=${Math.max(1, (NODE.width - 22) * node.part)} height="3" rx="1.5"><title>${node.said}</title></rect>` : ""}
        </g>`;
      }))}
      ${known.length > SOME ? "" : known.map((edge, index) => {
        const line = lines[index];
        return edge.label && html`<g class="edge" aria-hidden="true" key=${`${edge.from}>${edge.to}>${edge.kind} label`}><text x=${line.x} y=${line.y + 4}>${edge.label}</text></g>`;
      })}
    </svg><//></div>
    <p class="keys" aria-hidden="true"><span><i></i>in the process</span><span><i class="remote"></i>over the wire</span><span><i class="event"></i>event</span>${edges.some((edge) => edge.isChanged) ? html`<span><i class="changed"></i>takes another way</span>` : html`<span><i class="bad"></i>with faults</span>`}${groups.some((group) => group.nodes.some((node) => node.part)) ? html`<span><i class="part"></i>processor time</span>` : ""}</p>`;
};

const short = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
