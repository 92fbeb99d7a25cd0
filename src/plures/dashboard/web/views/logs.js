// The log of all processes as it grows, with a pause; what came meanwhile is counted.
import { ask } from "../ask.js";
import { clock, many } from "../format.js";
import { html, useEffect, useRef, useState } from "../html.js";
import { Check, Empty, Field } from "../parts/shown.js";
import { Range } from "../parts/range.js";
import { link, narrow } from "../route.js";

const FILTERS = ["process", "level", "trace", "text", "minutes", "since", "until"];
const MOST = 1000;
const EVERY_MS = 1000;
const LEVELS = [["", "all"], ["info", "info and above"], ["warning", "warning and above"], ["error", "error and above"]];

export const Logs = ({ query }) => {
  const asked = Object.fromEntries(FILTERS.map((each) => [each, query.get(each) || ""]));
  const isPaused = Boolean(query.get("paused"));
  const [state, set] = useState({ logs: [], error: null, isFirst: true, waiting: 0 });
  const last = useRef(0);
  const question = JSON.stringify(asked);
  const paused = useRef(isPaused);
  paused.current = isPaused;
  useEffect(() => {
    const abort = new AbortController();
    let timer = 0;
    last.current = 0;
    set({ logs: [], error: null, isFirst: true, waiting: 0 });
    const again = async () => {
      try {
        const isFirst = !last.current;
        if (!paused.current || isFirst) {
          const data = await ask("/api/logs", { ...asked, after: last.current || "", limit: 500 }, abort.signal);
          last.current = Math.max(data.last, last.current);
          // The newest stand first: what is read does not move while one scrolls down.
          set((before) => ({ logs: data.logs.length ? [...data.logs.reverse(), ...before.logs].slice(0, MOST) : before.logs, error: null, isFirst: false }));
        }
      } catch (error) {
        if (abort.signal.aborted) return;
        set((before) => ({ ...before, error, isFirst: false }));
      }
      timer = setTimeout(again, EVERY_MS);
    };
    again();
    return () => { abort.abort(); clearTimeout(timer); };
  }, [question]);
  const isNarrowed = FILTERS.some((each) => asked[each]);
  return html`
    <div class="title"><h1>Logs</h1><button type="button" aria-pressed=${isPaused ? "true" : "false"} onClick=${() => narrow({ paused: !isPaused })}>${isPaused ? "Go on" : "Pause"}</button></div>
    <form class="filters" role="search" aria-label="Narrow the logs" onSubmit=${(event) => event.preventDefault()}>
      <${Field} name="text" label="Text" value=${asked.text} placeholder="words" size="16rem" />
      <${Field} name="level" label="Level" value=${asked.level} options=${LEVELS} size="11rem" />
      <${Field} name="process" label="Process" value=${asked.process} placeholder="all" size="9rem" />
      <${Field} name="trace" label="Trace" value=${asked.trace} placeholder="id" size="16rem" />
      <${Range} query=${query} usual="the newest" />
      ${isNarrowed ? html`<button type="button" onClick=${() => narrow(Object.fromEntries(FILTERS.map((each) => [each, ""])))}>Show all</button>` : ""}
    </form>
    <p class="quiet" role="status">${isPaused ? "Paused. Lines that come meanwhile are kept, and stand here when you go on." : ""}</p>
    ${state.error ? html`<p role="alert" class="fault">${state.error.message}</p>` : ""}
    ${state.logs.length ? html`<ol class="logs tail" aria-label="Lines of the log, the newest first">${state.logs.map((each) => html`<li key=${each.id} class=${each.level}>
      <span class="figure quiet">${clock(each.at)}</span><span class="level">${each.level}</span><span class="quiet">${each.process}</span>
      <span class="message">${each.message}${each.trace ? html` <a href=${link(["traces", each.trace], { span: each.span })}>trace</a>` : ""}</span></li>`)}</ol>
      <p class="quiet">${many(state.logs.length, "line")}${state.logs.length >= MOST ? `: the newest ${MOST} are shown` : ""}</p>`
    : state.isFirst || state.error ? "" : isNarrowed ? html`<${Empty} title="No line is like that"><p>Take a filter away, or wait: lines that match stand here as they come.</p><//>`
    : html`<${Empty} title="No lines yet"><p>What the application logs with <code>logging</code> stands here within a second.</p><//>`}`;
};
