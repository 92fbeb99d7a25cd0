// The frame around the views: who may see them, where one is, and what went wrong.
import { giveToken, hasToken, takeTokenFromAddress, useAnswer } from "./ask.js";
import { html, render, useEffect, useRef, useState } from "./html.js";
import { link, useRoute } from "./route.js";
import { Capability } from "./views/capability.js";
import { Compare } from "./views/compare.js";
import { Events } from "./views/events.js";
import { Logs } from "./views/logs.js";
import { Metrics } from "./views/metrics.js";
import { Plan } from "./views/plan.js";
import { Topology } from "./views/topology.js";
import { Trace } from "./views/trace.js";
import { Traces } from "./views/traces.js";

const VIEWS = [
  { name: "traces", title: "Traces", view: ({ parts, query }) => (parts[1] ? html`<${Trace} id=${parts[1]} query=${query} />` : html`<${Traces} query=${query} />`) },
  { name: "topology", title: "Topology", view: ({ query }) => html`<${Topology} query=${query} />` },
  { name: "capabilities", title: "Capabilities", view: ({ parts, query }) => html`<${Capability} name=${parts[1]} query=${query} />` },
  { name: "logs", title: "Logs", view: ({ query }) => html`<${Logs} query=${query} />` },
  { name: "metrics", title: "Metrics", view: ({ query }) => html`<${Metrics} query=${query} />` },
  { name: "events", title: "Events and sagas", view: ({ query }) => html`<${Events} query=${query} />` },
  { name: "plan", title: "Plan", view: ({ query }) => html`<${Plan} query=${query} />` },
];
const COMPARE = { name: "compare", title: "Compare", view: ({ query }) => html`<${Compare} query=${query} />` };

const Enter = ({ refused, onGiven }) => {
  const [text, set] = useState("");
  const enter = (event) => { event.preventDefault(); giveToken(text.trim()); onGiven(); };
  return html`<main id="main" class="enter" tabindex="-1">
    <h1>Dashboard</h1>
    <p>It is for those who may read the listing of contracts. <code>plures token</code> prints the token of the run on this machine.</p>
    <form onSubmit=${enter}>
      <label for="token">Token</label>
      <input id="token" type="password" autocomplete="off" required spellcheck=${false} value=${text} onInput=${(event) => set(event.target.value)} />
      <button class="main" type="submit">Open</button>
      <p role="alert" class="fault">${refused}</p>
    </form>
  </main>`;
};

const Frame = () => {
  const route = useRoute();
  const main = useRef();
  const about = useAnswer("/api/about", {}, 10_000);
  const at = [...VIEWS, COMPARE].find((each) => each.name === route.parts[0]) || VIEWS[0];
  const place = route.parts.join("/");
  useEffect(() => {
    document.title = `${route.parts[1] || at.title} · ${about.data ? about.data.application : "Plures"}`;
  }, [place, about.data]);
  const first = useRef(true);
  useEffect(() => {
    if (!first.current) { scrollTo(0, 0); main.current.focus({ preventScroll: true }); }
    first.current = false;
  }, [place]);
  return html`
    <a class="skip" href="#main" onClick=${(event) => { event.preventDefault(); main.current.focus(); }}>To the content</a>
    <header>
      <a class="home" href=${link(["traces"])}>${about.data ? about.data.application : "Plures"}</a>
      <nav aria-label="Views">
        ${VIEWS.map((each) => html`<a href=${link([each.name])} aria-current=${each === at ? "page" : undefined}>${each.title}</a>`)}
        <a href="/docs">Contracts</a>
      </nav>
      <span class="state" role="status">${about.error ? html`<span class="fault">The application does not answer: what is shown is as it was.</span>` : ""}</span>
    </header>
    <main id="main" tabindex="-1" ref=${main}>${at.view(route)}</main>`;
};

const App = () => {
  const [refused, refuse] = useState(null);
  const [isIn, enter] = useState(false);
  const look = async () => {
    const got = await fetch("/api/about", { headers: hasToken() ? { authorization: `Bearer ${sessionStorage.getItem("plures-token")}` } : {}, credentials: "omit" }).catch(() => null);
    if (got && got.ok) { refuse(null); enter(true); return; }
    const why = !got ? "The application does not answer." : got.status === 401 ? "That token is not one of this run." : `The application refuses it: ${got.status}.`;
    // Without a token there is nothing to say yet.
    refuse(hasToken() ? why : "");
    if (got && got.status === 401) giveToken("");
  };
  useEffect(() => { look(); }, []);
  if (isIn) return html`<${Frame} />`;
  return refused === null ? null : html`<${Enter} refused=${refused} onGiven=${look} />`;
};

takeTokenFromAddress();
render(html`<${App} />`, document.body);
