// Events and sagas of all processes: what waits, what is parked and why, and trying it again where it is.
import { call, useAnswer } from "../ask.js";
import { count, many } from "../format.js";
import { html, useState } from "../html.js";
import { Answer, Empty, Figure, Wide } from "../parts/shown.js";
import { link } from "../route.js";

const PATH = "/api/events";

export const Events = () => {
  const answer = useAnswer(PATH, {}, 3000);
  return html`<div class="title"><h1>Events and sagas</h1></div><${Answer} of=${answer}>${(data) => html`<${Shown} data=${data} />`}<//>`;
};

const sum = (rows, what) => rows.reduce((all, each) => all + each[what], 0);

const Shown = ({ data }) => {
  const silent = data.silent.length ? html`<p class="note">Not known of ${data.silent.map((each, index) => html`${index ? ", " : ""}${each.capability} (${each.why})`)}: <code>plures events status</code> and <code>plures sagas status</code> ask again.</p>` : "";
  if (!data.subscriptions.length && !data.sagas.length) {
    return html`${silent}<${Empty} title="No capability publishes events, and no saga is under way"><p>An event is declared in a contract, and a saga in the service that begins it: the guides “Events” and “Sagas” show how.</p><//>`;
  }
  const parked = sum(data.subscriptions, "parked") + sum(data.sagas, "parked");
  return html`
    ${silent}
    <dl class="tiles">
      <${Figure} name="Events that wait" value=${count(sum(data.subscriptions, "backlog"))} />
      <${Figure} name="Tried again" value=${count(sum(data.subscriptions, "retrying"))} />
      <${Figure} name="Sagas under way" value=${count(sum(data.sagas, "running") + sum(data.sagas, "compensating"))} />
      <${Figure} name="Parked" value=${count(parked)} kind=${parked ? "fault" : ""} />
    </dl>
    <h2>Subscriptions</h2>
    ${data.subscriptions.length ? html`<${Wide} label="Subscriptions"><table class="list"><thead><tr><th>Subscription</th><th>Event</th><th>Publisher</th><th class="number">Backlog</th><th class="number">Tried again</th><th class="number">Parked</th><th><span class="hidden">What can be done</span></th></tr></thead>
      <tbody>${data.subscriptions.map((each) => html`<${Subscription} key=${`${each.publisher} ${each.subscription}`} each=${each} />`)}</tbody></table><//>` : html`<p class="quiet">No capability publishes events.</p>`}
    ${data.parked.length ? html`<h2>Parked deliveries</h2><${Wide} label="Parked deliveries"><table class="list"><thead><tr><th>Subscription</th><th>Event</th><th>Publisher</th><th class="number">Attempts</th><th>Reason</th></tr></thead>
      <tbody>${data.parked.map((each) => html`<tr><td>${each.subscription}</td><td>${each.event}${each.key ? html` <span class="quiet">${each.key}</span>` : ""}</td><td>${each.publisher}</td><td class="number">${each.attempts}</td><td class="grow">${each.reason}</td></tr>`)}</tbody></table><//>` : ""}
    <h2>Sagas</h2>
    ${data.sagas.length ? html`<${Wide} label="Sagas"><table class="list"><thead><tr><th>Saga</th><th>Capability</th><th class="number">Version</th><th class="number">Running</th><th class="number">Taken back</th><th class="number">Parked</th></tr></thead>
      <tbody>${data.sagas.map((each) => html`<tr><td class="grow">${each.saga}</td><td>${each.capability}</td><td class="number">${each.version}</td><td class="number">${count(each.running)}</td><td class="number">${count(each.compensating)}</td><td class="number">${each.parked ? html`<b class="fault">${count(each.parked)}</b>` : html`<span class="quiet">0</span>`}</td></tr>`)}</tbody></table><//>` : html`<p class="quiet">No saga is under way.</p>`}
    ${data.parked_sagas.length ? html`<h2>Parked sagas</h2><${Wide} label="Parked sagas"><table class="list"><thead><tr><th>Saga</th><th>Id</th><th>Step</th><th class="number">Attempts</th><th>Reason</th><th><span class="hidden">What can be done</span></th></tr></thead>
      <tbody>${data.parked_sagas.map((each) => html`<tr key=${`${each.capability} ${each.saga} ${each.id}`}><td><a href=${link(["capabilities", each.capability])}>${each.capability}.${each.saga}</a></td><td class="figure">${each.id}</td><td>${each.step}</td><td class="number">${each.attempts}</td><td class="grow">${each.reason}</td><td><${Again} wanted=${{ capability: each.capability, saga: each.saga, id: each.id }} one="saga" name=${each.id} /></td></tr>`)}</tbody></table><//>` : ""}`;
};

const Subscription = ({ each }) => html`<tr><td class="grow">${each.subscription}</td><td>${each.type}</td><td><a href=${link(["capabilities", each.publisher])}>${each.publisher}</a></td><td class="number">${count(each.backlog)}</td><td class="number">${count(each.retrying)}</td>
  <td class="number">${each.parked ? html`<b class="fault">${count(each.parked)}</b>` : html`<span class="quiet">0</span>`}</td>
  <td><${Again} wanted=${{ capability: each.publisher, subscription: each.subscription }} one="delivery" more="deliveries" name=${each.subscription} isNeeded=${each.parked} /></td></tr>`;

// What was said stays when nothing is parked any more.
const Again = ({ wanted, one, more, name, isNeeded = true }) => {
  const [said, say] = useState("");
  const again = async () => {
    say("…");
    try {
      const { value } = await call(PATH, wanted);
      say(`${many(value, one, more)} tried again`);
    } catch (error) { say(error.message); }
  };
  return html`${isNeeded ? html`<button type="button" onClick=${again}>Try again<span class="hidden"> ${name}</span></button> ` : ""}<span role="status">${said}</span>`;
};
