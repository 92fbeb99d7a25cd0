// The time that a view is of. It stands in the address, as minutes before now or as two moments, and goes along from view to view.
import { html } from "../html.js";
import { narrow } from "../route.js";

const LAST = [["15", "last 15 minutes"], ["60", "last hour"], ["360", "last 6 hours"], ["1440", "last day"]];
const OWN = "own";
const HOUR = 3_600_000_000;

// As a field of a form has it, in the time of the person who looks.
const written = (us) => {
  const at = new Date(Number(us) / 1000);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
};
const read = (text) => (text ? String(new Date(text).getTime() * 1000) : "");

export const timeOf = (query, of = "") => Object.fromEntries(["minutes", "since", "until"].map((each) => [of + each, query.get(of + each) || ""]));

// usual: what is shown where no time is asked for. of: how the names begin in the address, where a view has two of them.
export const Range = ({ query, usual, of = "", label = "Time" }) => {
  const [minutes, since, until] = Object.values(timeOf(query, of));
  const to = (values) => narrow(Object.fromEntries(Object.entries(values).map(([name, value]) => [of + name, value])));
  const now = Date.now() * 1000;
  const choose = (value) => (value === OWN ? to({ minutes: "", since: now - HOUR, until: now }) : to({ minutes: value, since: "", until: "" }));
  const options = [["", usual], ...LAST, ...(!minutes || LAST.some(([each]) => each === minutes) ? [] : [[minutes, `last ${minutes} minutes`]]), [OWN, "from … until …"]];
  const at = since || until ? OWN : minutes;
  return html`<label class="field" style=${{ width: "10.5rem" }}><span>${label}</span>
      <select value=${at} onChange=${(event) => choose(event.target.value)}>${options.map(([key, text]) => html`<option value=${key} selected=${key === at}>${text}</option>`)}</select></label>
    ${at === OWN ? [["since", "From", since], ["until", "Until", until]].map(([name, text, value]) => html`<label class="field" style=${{ width: "13rem" }}><span>${text}</span>
      <input type="datetime-local" step="1" value=${value ? written(value) : ""} onChange=${(event) => to({ [name]: read(event.target.value) })} /></label>`) : ""}`;
};
