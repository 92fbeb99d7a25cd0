// A small line over time beside its last value, in a cell of a table. What it shows stands in the JSON twin of its view.
import { html } from "../html.js";

const [WIDTH, HEIGHT] = [120, 22];

// at: moments in µs; a value that is null is a gap.
export const Spark = ({ at, values, since, until, top, show }) => {
  const known = values.filter((value) => value !== null && value !== undefined);
  if (!known.length) return html`<span class="quiet">–</span>`;
  const most = Math.max(top || 0, ...known) || 1;
  const x = (moment) => (WIDTH * (moment - since)) / Math.max(1, until - since);
  const y = (value) => HEIGHT - 2 - ((HEIGHT - 4) * value) / most;
  let path = "";
  let isOpen = false;
  values.forEach((value, index) => {
    if (value === null || value === undefined) { isOpen = false; return; }
    path += `${isOpen ? "L" : "M"}${x(at[index]).toFixed(1)} ${y(value).toFixed(1)}${isOpen ? "" : "h.01"}`;
    isOpen = true;
  });
  return html`<span class="spark"><svg viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} width=${WIDTH} height=${HEIGHT} aria-hidden="true"><path d=${path} /></svg><span>${show(known[known.length - 1])}</span></span>`;
};
