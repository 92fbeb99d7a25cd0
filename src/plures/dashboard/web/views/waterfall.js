// The spans of a trace over time. Rows are made as they come into sight, so tens of thousands cost as much as fifty.
import { clock, count, duration, many } from "../format.js";
import { html, useEffect, useMemo, useRef, useState } from "../html.js";
import { abovesOf, criticalOf } from "./spans.js";

const ROW = 26;
const BEYOND = 12;
const SEEN = 640;

const rowsOf = (spans, logs, { closed, text, withLogs }) => {
  const aboves = abovesOf(spans);
  const wanted = text ? new Set() : null;
  if (text) {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    for (const span of spans) {
      const said = `${span.name} ${span.capability} ${span.caller} ${span.code} ${span.attributes} ${span.process}`.toLowerCase();
      if (!words.every((word) => said.includes(word))) continue;
      for (let at = span.index; at >= 0 && !wanted.has(at); at = aboves[at]) wanted.add(at);
    }
  }
  const bySpan = new Map();
  for (const log of withLogs ? logs : []) bySpan.set(log.span, [...(bySpan.get(log.span) || []), log]);
  const rows = [];
  let hiddenBelow = Infinity;
  for (const span of spans) {
    if (span.depth > hiddenBelow) continue;
    hiddenBelow = closed.has(span.index) ? span.depth : Infinity;
    if (wanted && !wanted.has(span.index)) continue;
    const next = spans[span.index + 1];
    rows.push({ span, hasMore: Boolean(next && next.depth > span.depth), isClosed: closed.has(span.index) });
    for (const log of bySpan.get(span.id) || []) rows.push({ span, log });
  }
  return rows;
};

export const Waterfall = ({ data, spans, text, withLogs, picked, onPick }) => {
  const [closed, close] = useState(() => new Set());
  const [top, setTop] = useState(0);
  const [at, setAt] = useState(0);
  const box = useRef();
  const rows = useMemo(() => rowsOf(spans, data.logs, { closed, text, withLogs }), [spans, data, closed, text, withLogs]);
  const critical = useMemo(() => criticalOf(data), [data]);
  const total = Math.max(data.lasted, 1);
  const first = Math.max(0, Math.floor(top / ROW) - BEYOND);
  const last = Math.min(rows.length, Math.ceil((top + SEEN) / ROW) + BEYOND);
  const current = Math.min(at, rows.length - 1);

  useEffect(() => {
    const place = current * ROW;
    if (place < box.current.scrollTop) box.current.scrollTop = place;
    else if (place + ROW > box.current.scrollTop + box.current.clientHeight) box.current.scrollTop = place + ROW - box.current.clientHeight;
  }, [current]);

  const fold = (row, isClosed) => {
    const now = new Set(closed);
    if (isClosed) now.add(row.span.index); else now.delete(row.span.index);
    close(now);
  };
  const go = (to) => { const next = Math.max(0, Math.min(rows.length - 1, to)); setAt(next); if (rows[next]) onPick(rows[next].span); };
  const onKey = (event) => {
    const row = rows[current];
    const keys = {
      ArrowDown: () => go(current + 1), ArrowUp: () => go(current - 1), PageDown: () => go(current + 20), PageUp: () => go(current - 20),
      Home: () => go(0), End: () => go(rows.length - 1),
      ArrowLeft: () => row && fold(row, true), ArrowRight: () => row && fold(row, false), Enter: () => row && onPick(row.span),
    };
    if (!keys[event.key] || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    keys[event.key]();
  };
  const ticks = [0, 0.25, 0.5, 0.75].map((part) => html`<span style=${{ left: `${part * 100}%` }}>${duration(part * total)}</span>`);
  return html`<div class="waterfall">
    <div class="scale" aria-hidden="true"><span class="quiet">${text ? `${many(rows.length, "row")} of ${count(spans.length)} spans` : many(spans.length, "span")}</span><div class="ticks">${ticks}</div></div>
    <div class="rows" ref=${box} role="listbox" tabindex="0" aria-label="Spans of the trace" aria-activedescendant=${rows.length ? `row-${current}` : undefined}
      onScroll=${(event) => setTop(event.target.scrollTop)} onKeyDown=${onKey}>
      <div role="presentation" style=${{ height: `${rows.length * ROW}px` }}>
        ${rows.slice(first, last).map((row, offset) => {
          const place = first + offset;
          const common = { id: `row-${place}`, role: "option", "aria-selected": place === current ? "true" : "false", "aria-setsize": rows.length, "aria-posinset": place + 1, style: { top: `${place * ROW}px` }, onClick: () => go(place) };
          return row.log ? html`<${LogRow} key=${`l${place}`} row=${row} common=${common} />`
            : html`<${SpanRow} key=${row.span.index} row=${row} common=${common} total=${total} critical=${critical.get(row.span.index) || []} isPicked=${picked === row.span.id} fold=${fold} />`;
        })}
      </div>
    </div>
  </div>`;
};

const SpanRow = ({ row, common, total, critical, isPicked, fold }) => {
  const { span } = row;
  const left = (100 * span.began) / total;
  const width = (100 * span.lasted) / total;
  // Right of the bar, left of it, or in it where it takes all the room.
  const side = left + width <= 82 ? { left: `calc(${left + width}% + 6px)` } : left >= 18 ? { right: `calc(${100 - left}% + 6px)` } : { right: "6px" };
  const said = `${span.name}, ${span.process}, ${duration(span.lasted)}, began after ${duration(span.began)}${span.code ? `, failed: ${span.code}` : ""}${critical.length ? ", on the critical path" : ""}`;
  return html`<div ...${common} class=${`row ${span.code ? "failed" : ""} ${isPicked ? "picked" : ""}`} aria-label=${said}>
    <div class="name" style=${{ paddingLeft: `${Math.min(span.depth, 24) * 12 + 4}px` }}>
      ${row.hasMore ? html`<span class="fold" onClick=${(event) => { event.stopPropagation(); fold(row, !row.isClosed); }}>${row.isClosed ? "▸" : "▾"}</span>` : html`<span class="fold"></span>`}
      <span class="what">${span.name}</span>
      <span class=${`kind ${span.kind}`}>${span.kind === "client" ? "over the wire" : span.kind === "producer" ? "publishes" : span.kind === "consumer" ? "receives" : ""}</span>
      <span class="where">${span.process}</span>
    </div>
    <div class="bars">
      <span class=${`bar ${span.kind}`} style=${{ left: `${left}%`, width: `max(2px, ${width}%)` }}></span>
      ${critical.map(([from, until]) => html`<span class="critical" style=${{ left: `${(100 * from) / total}%`, width: `max(1px, ${(100 * (until - from)) / total}%)` }}></span>`)}
      <span class="took" style=${side}>${duration(span.lasted)}${span.code ? html` <b>${span.code}</b>` : ""}</span>
    </div>
  </div>`;
};

const LogRow = ({ row, common }) => html`<div ...${common} class=${`row log ${row.log.level}`} aria-label=${`Log, ${row.log.level}: ${row.log.message}`}>
  <div class="name" style=${{ paddingLeft: `${Math.min(row.span.depth + 1, 24) * 12 + 22}px` }}><span class="level">${row.log.level}</span> <span class="quiet figure">${clock(row.log.at)}</span></div>
  <div class="message">${row.log.message}</div>
</div>`;
