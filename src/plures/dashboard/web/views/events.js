// Events and sagas: what waits, what is parked and why, and trying it again.
import { call, useAnswer } from "../ask.js";
import { count, many } from "../format.js";
import { html, useState } from "../html.js";
import { Answer, Empty, Wide } from "../parts/shown.js";

export const Events = () => {
  const answer = useAnswer("/api/events", {}, 3000);
  return html`<div class="title"><h1>Events and sagas</h1></div><${Answer} of=${answer}>${(data) => html`<${Shown} data=${data} />`}<//>`;
};

const Shown = ({ data }) => {
  if (!data.subscriptions.length && !data.sagas.length) {
    return html`<${Empty} title="No capability here publishes events or begins sagas"><p>An event is declared in a contract, and a saga in the service that begins it: the guides “Events” and “Sagas” show how. Those of other processes stand in their own dashboards: <code>plures events status</code> tells of all.</p><//>`;
  }
  return html`
    <p class="quiet">Of the capabilities in the process that answers here; <code>plures events status</code> and <code>plures sagas status</code> tell of all.</p>
    <h2>Subscriptions</h2>
    ${data.subscriptions.length ? html`<${Wide} label="Subscriptions"><table class="list"><thead><tr><th>Publisher</th><th>Subscription</th><th>Event</th><th class="number">Backlog</th><th class="number">Tried again</th><th class="number">Parked</th><th><span class="hidden">What can be done</span></th></tr></thead>
      <tbody>${data.subscriptions.map((each) => html`<${Subscription} key=${`${each.publisher} ${each.subscription}`} each=${each} path=${data.resubmit} />`)}</tbody></table><//>` : html`<p class="quiet">None of the capabilities here publishes events.</p>`}
    ${data.parked.length ? html`<h2>Parked deliveries</h2><${Wide} label="Parked deliveries"><table class="list"><thead><tr><th>Publisher</th><th>Subscription</th><th>Event</th><th class="number">Attempts</th><th>Reason</th></tr></thead>
      <tbody>${data.parked.map((each) => html`<tr><td>${each.publisher}</td><td>${each.subscription}</td><td>${each.event}${each.key ? html` <span class="quiet">${each.key}</span>` : ""}</td><td class="number">${each.attempts}</td><td class="grow">${each.reason}</td></tr>`)}</tbody></table><//>` : ""}
    <h2>Sagas</h2>
    ${data.sagas.length ? html`<${Wide} label="Sagas"><table class="list"><thead><tr><th>Capability</th><th>Saga</th><th class="number">Version</th><th class="number">Running</th><th class="number">Taken back</th><th class="number">Parked</th></tr></thead>
      <tbody>${data.sagas.map((each) => html`<tr><td>${each.capability}</td><td class="grow">${each.saga}</td><td class="number">${each.version}</td><td class="number">${count(each.running)}</td><td class="number">${count(each.compensating)}</td><td class="number">${each.parked ? html`<b class="fault">${count(each.parked)}</b>` : html`<span class="quiet">0</span>`}</td></tr>`)}</tbody></table><//>` : html`<p class="quiet">No saga is under way.</p>`}`;
};

const Subscription = ({ each, path }) => {
  const [said, say] = useState("");
  const resubmit = async () => {
    say("…");
    try {
      const { value } = await call(path, { publisher: each.publisher, which: { subscription: each.subscription } });
      say(`${many(value ?? 0, "delivery", "deliveries")} tried again`);
    } catch (error) { say(error.message); }
  };
  return html`<tr><td>${each.publisher}</td><td class="grow">${each.subscription}</td><td>${each.type}</td><td class="number">${count(each.backlog)}</td><td class="number">${count(each.retrying)}</td>
    <td class="number">${each.parked ? html`<b class="fault">${count(each.parked)}</b>` : html`<span class="quiet">0</span>`}</td>
    <td>${each.parked ? html`<button type="button" onClick=${resubmit}>Try again</button> ` : ""}<span role="status">${said}</span></td></tr>`;
};
