// A trace as messages between those who take part, from the top to the bottom. Heights tell the order, not how long something took.
import { count, duration } from "../format.js";
import { html, useMemo } from "../html.js";
import { Wide } from "../parts/shown.js";
import { isEvent, messagesOf } from "./spans.js";

const FRAME = 1230;
const [NARROW, BROAD] = [104, 160];
const STEP = 30;
const HEAD = 52;
const MOST = 300;

// Calls, and the answers of those that hold others inside.
const stepsOf = (messages) => {
  const steps = [];
  for (const each of messages) {
    steps.push({ ...each, at: each.began, isAnswer: false });
    if (each.kind !== "event" && each.from !== each.to) steps.push({ ...each, at: each.ended, isAnswer: true });
  }
  return steps.sort((a, b) => a.at - b.at || (a.isAnswer ? 1 : 0) - (b.isAnswer ? 1 : 0));
};

export const Sequence = ({ spans, onPick, picked }) => {
  const messages = useMemo(() => messagesOf(spans), [spans]);
  const steps = useMemo(() => stepsOf(messages.slice(0, MOST)), [messages]);
  const parts = [...new Set(steps.flatMap((each) => [each.from, each.to]))];
  const processes = new Map();
  for (const span of spans) if (span.capability && span.kind !== "client" && span.kind !== "producer") processes.set(span.capability, span.process);
  const column = Math.max(NARROW, Math.min(BROAD, Math.floor(FRAME / parts.length)));
  const x = (part) => parts.indexOf(part) * column + column / 2;
  const height = HEAD + steps.length * STEP + 20;
  if (!steps.length) return html`<p class="quiet">Nobody called another one in this trace.</p>`;
  return html`
    ${messages.length > MOST ? html`<p class="note">The first ${count(MOST)} of ${count(messages.length)} messages are drawn. “Over time” has all of them.</p>` : ""}
    <${Wide} label="Sequence of messages">
    <svg class="sequence" width=${parts.length * column} height=${height} role="group" aria-label="Sequence of messages, from the top to the bottom">
      <defs>
        <marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerUnits="userSpaceOnUse" markerWidth="10" markerHeight="10" orient="auto"><path d="M0 0L8 4L0 8z" /></marker>
        <marker id="open" viewBox="0 0 8 8" refX="8" refY="4" markerUnits="userSpaceOnUse" markerWidth="10" markerHeight="10" orient="auto"><path d="M0 0L8 4L0 8" class="open" /></marker>
      </defs>
      ${parts.map((part) => html`<g>
        <line class="life" x1=${x(part)} x2=${x(part)} y1=${HEAD - 8} y2=${height} />
        <rect class="part" x=${x(part) - column / 2 + 8} y="2" width=${column - 16} height=${HEAD - 10} rx="5" />
        <text class="part" x=${x(part)} y="20">${short(part, Math.floor((column - 20) / 7))}</text><text class="place" x=${x(part)} y="35">${short(processes.get(part) || "", Math.floor((column - 20) / 6))}</text>
      </g>`)}
      ${steps.map((step, index) => html`<${Step} step=${step} y=${HEAD + index * STEP + 22} x=${x} isPicked=${picked && step.span.id === picked.id} onPick=${onPick} />`)}
    </svg><//>`;
};

const Step = ({ step, y, x, isPicked, onPick }) => {
  const from = x(step.isAnswer ? step.to : step.from);
  const to = x(step.isAnswer ? step.from : step.to);
  const name = step.span.name.split("/").pop();
  const kind = `${step.kind} ${step.code ? "failed" : ""} ${step.isAnswer ? "answer" : ""} ${isPicked ? "picked" : ""}`;
  const text = step.isAnswer ? `${duration(step.span.lasted)}${step.code ? ` ${step.code}` : ""}` : name;
  const said = `${step.from} to ${step.to}: ${step.span.name}, ${step.kind}, ${duration(step.span.lasted)}${step.code ? `, failed: ${step.code}` : ""}`;
  const pick = () => onPick(step.span);
  const keys = step.isAnswer ? { "aria-hidden": "true" } : { role: "button", tabindex: 0, "aria-label": said, onKeyDown: (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); pick(); } } };
  if (from === to) {
    return html`<g class=${`step ${kind}`} ...${keys} onClick=${pick}><path d=${`M${from} ${y - 6}h26v12h-26`} marker-end="url(#head)" /><text x=${from + 32} y=${y + 4} class="start">${short(name, 26)}</text></g>`;
  }
  const width = Math.abs(to - from);
  return html`<g class=${`step ${kind}`} ...${keys} onClick=${pick}>
    <rect class="touch" x=${Math.min(from, to)} y=${y - 18} width=${width} height="24" />
    <line x1=${from} x2=${to} y1=${y} y2=${y} marker-end=${step.isAnswer || isEvent(step.span) ? "url(#open)" : "url(#head)"} />
    <text x=${(from + to) / 2} y=${y - 5}>${short(text, Math.floor(width / 7))}</text>
  </g>`;
};

const short = (text, most) => (text.length > most ? `${text.slice(0, Math.max(1, most - 1))}…` : text);
