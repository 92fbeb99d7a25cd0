// One trace: over time, as messages between those who take part, and as a graph.
import { useAnswer } from "../ask.js";
import { clock, count, duration, many, moment } from "../format.js";
import { html, useMemo, useState } from "../html.js";
import { Answer, Check, Empty, Field, Mark, Tabs } from "../parts/shown.js";
import { link, narrow } from "../route.js";
import { Path } from "./path.js";
import { Sequence } from "./sequence.js";
import { KIND_WORDS, criticalOf, partOf, spansOf } from "./spans.js";
import { Waterfall } from "./waterfall.js";

export const Trace = ({ id, query }) => {
  const answer = useAnswer(`/api/traces/${encodeURIComponent(id)}`);
  if (answer.error && answer.error.status === 404) {
    return html`<${Empty} isPage title="This trace is not kept"><p>It may have been one of the many that were neither drawn nor failed, or the store has let it go since: it holds what is newest. <a href="#/traces">All traces</a></p><//>`;
  }
  return html`<${Answer} of=${answer}>${(data) => html`<${Shown} data=${data} query=${query} />`}<//>`;
};

const Shown = ({ data, query }) => {
  const spans = useMemo(() => spansOf(data), [data]);
  const view = query.get("view") || "time";
  const text = query.get("find") || "";
  const picked = spans.find((each) => each.id === query.get("span")) || null;
  const pick = (span) => narrow({ span: span.id });
  const faults = spans.reduce((sum, each) => sum + (each.code ? 1 : 0), 0);
  const processes = new Set(spans.map((each) => each.process)).size;
  return html`
    <p class="crumb"><a href="#/traces">Traces</a></p>
    <div class="title"><h1>${data.name}</h1> ${faults ? html`<${Mark} kind="failed">${many(faults, "fault")}<//>` : ""}</div>
    <dl class="line">
      <div><dt>Lasted</dt><dd>${duration(data.lasted)}</dd></div>
      <div><dt>Began</dt><dd>${moment(data.began)}</dd></div>
      <div><dt>Spans</dt><dd>${count(data.total_spans)}</dd></div>
      <div><dt>Processes</dt><dd>${processes}</dd></div>
      <div><dt>Trace</dt><dd><code>${data.id}</code></dd></div>
    </dl>
    ${data.total_spans > spans.length ? html`<p class="note">The first ${count(spans.length)} of ${count(data.total_spans)} spans are shown.</p>` : ""}
    ${data.orphans ? html`<p class="note">${many(data.orphans, "span")} came without what ${data.orphans === 1 ? "it is" : "they are"} part of: that process has not written it yet, or could not.</p>` : ""}
    <div class="bar-of-view">
      <${Tabs} label="How the trace is shown" at=${view} tabs=${[["time", "Over time"], ["sequence", "Sequence"], ["path", "Path"]]} />
      ${view === "time" ? html`<${Field} name="find" label="Find spans" value=${text} placeholder="name, attribute, code" size="14rem" />
        <${Check} name="nologs" label=${`Hide logs (${count(data.logs.length)})`} value=${query.get("nologs")} />
        <span class="legend"><i class="critical"></i> critical path</span>` : ""}
    </div>
    ${view === "sequence" ? html`<${Sequence} spans=${spans} onPick=${pick} picked=${picked} />` : ""}
    ${view === "path" ? html`<${Path} spans=${spans} />` : ""}
    ${view === "time" ? html`<${Waterfall} data=${data} spans=${spans} text=${text} withLogs=${!query.get("nologs")} picked=${picked && picked.id} onPick=${pick} />` : ""}
    ${picked ? html`<${Detail} span=${picked} data=${data} />` : view === "path" ? "" : html`<p class="quiet">Pick a span to see all of it: with the mouse, or with the arrow keys in the list.</p>`}`;
};

const Detail = ({ span, data }) => {
  const logs = data.logs.filter((each) => each.span === span.id);
  const waited = (criticalOf(data).get(span.index) || []).reduce((sum, [from, until]) => sum + until - from, 0);
  let attributes = [];
  try { attributes = Object.entries(JSON.parse(span.attributes || "{}")); } catch { attributes = [["attributes", span.attributes]]; }
  const rows = [
    ["Capability", span.capability ? html`<a href=${link(["capabilities", span.capability])}>${span.capability}</a>` : partOf(span)],
    ["Caller", span.caller], ["Side", KIND_WORDS[span.kind] || span.kind], ["Contract", span.contract], ["Process", span.process],
    ["Began after", duration(span.began)], ["Lasted", duration(span.lasted)], ["Of the critical path", waited ? duration(waited) : "none"], ["Failed with", span.code],
    ...attributes.map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
  ].filter(([, value]) => value);
  return html`<section class="detail" aria-label="The span that was picked">
    <h2>${span.name}</h2>
    <dl class="facts">${rows.map(([key, value]) => html`<div><dt>${key}</dt><dd>${value}</dd></div>`)}</dl>
    ${logs.length ? html`<h3>Logs</h3><ol class="logs">${logs.map((each) => html`<li class=${each.level}><span class="figure quiet">${clock(each.at)}</span> <span class="level">${each.level}</span> ${each.message}</li>`)}</ol>` : ""}
    <p><a href=${link(["traces"], { operation: span.name })}>Traces of this operation</a> · <a href=${link(["logs"], { trace: data.id, minutes: "", since: "", until: "" })}>Logs of this trace</a></p>
  </section>`;
};
