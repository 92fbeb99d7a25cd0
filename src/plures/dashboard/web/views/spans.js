// The spans of a trace as the views read them.

// What a view of one trace needs, from the columns that the application answers. What spans have in common they share: there may be tens of thousands.
export const spansOf = (data) => {
  const abouts = data.subjects.map((about) => { const Span = function Span() {}; Span.prototype = about; return Span; });
  const { depth, subject, process, began, lasted, code, id, parent, attributes } = data.spans;
  return depth.map((deep, index) => {
    const span = new abouts[subject[index]]();
    span.index = index; span.depth = deep; span.began = began[index]; span.lasted = lasted[index]; span.code = code[index];
    span.id = id[index]; span.parent = parent[index]; span.attributes = attributes[index]; span.process = data.processes[process[index]];
    return span;
  });
};

// Of each span that the end of the trace waited for: from when until when.
export const criticalOf = (data) => {
  const { span, began, ended } = data.critical;
  const found = new Map();
  span.forEach((index, at) => {
    const part = [began[at], ended[at]];
    if (found.has(index)) found.get(index).push(part); else found.set(index, [part]);
  });
  return found;
};

export const EDGE = "the edge";

// Who takes part: a capability, or the edge, or what is neither.
export const partOf = (span) => span.capability || (span.kind === "server" ? EDGE : span.caller || EDGE);

// Index of the span above, or -1: what is above stands before, with a smaller depth.
export const abovesOf = (spans) => {
  const open = [];
  return spans.map((span) => {
    open.length = span.depth;
    const above = span.depth ? (open[span.depth - 1] ?? -1) : -1;
    open[span.depth] = span.index;
    return above;
  });
};

export const isEvent = (span) => span.kind === "producer" || span.kind === "consumer";

// The calls between those who take part, in the order of time. Both sides of a remote call are one.
export const messagesOf = (spans) => {
  const aboves = abovesOf(spans);
  const found = [];
  for (const span of spans) {
    const above = aboves[span.index] >= 0 ? spans[aboves[span.index]] : null;
    if (span.kind === "server" && above && above.kind === "client" && above.name === span.name) continue;
    if (span.kind === "producer") continue;
    // How an event is brought to its subscriber, of which the subscriber's span tells.
    if (span.kind === "client" && !span.caller && above && above.kind === "consumer" && above.capability === span.capability) continue;
    let from = span.caller || (above ? partOf(above) : "");
    if (span.kind === "consumer" && above) from = above.kind === "producer" ? above.capability || partOf(above) : partOf(above);
    const to = partOf(span);
    if (!from && span.kind === "server") from = "client";
    if (!from || (from === to && !isEvent(span) && span.kind !== "internal" && span.kind !== "client")) continue;
    found.push({
      span, from, to, began: span.began, ended: span.began + span.lasted, code: span.code,
      kind: isEvent(span) ? "event" : span.placement || (span.kind === "internal" ? "local" : "remote"),
    });
  }
  return found.sort((a, b) => a.began - b.began);
};

export const KIND_WORDS = { server: "arrived here", client: "called over the wire", internal: "called in this process", producer: "published", consumer: "received" };
