// A line over time, with points that lead to traces, and the same figures as a table.
import { clock } from "../format.js";
import { html } from "../html.js";
import { link } from "../route.js";
import { Wide } from "./shown.js";

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [420, 132, 68, 8, 9, 20];

const nice = (most) => {
  if (most <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 5, 10].map((step) => step * power).find((each) => each >= most);
};

// lines: [{name, values, kind}], at: moments in µs; a value that is null is a gap. dots: [{at, value, trace, isBad, said}]
// isWhole: of whole things, of which there is no half.
export const Chart = ({ title, at, lines, show, dots = [], since, until, isWhole }) => {
  const values = lines.flatMap((line) => line.values).filter((value) => value !== null && value !== undefined);
  // A trace that took far longer stands at the upper edge: it must not flatten the lines.
  const top = Math.max(isWhole ? 2 : 0, nice(Math.max(0, ...values, ...(values.length ? [] : dots.map((dot) => dot.value)))));
  const [from, to] = [since ?? at[0] ?? 0, until ?? at[at.length - 1] ?? 1];
  const x = (moment) => LEFT + ((WIDTH - LEFT - RIGHT) * (moment - from)) / Math.max(1, to - from);
  const y = (value) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - Math.min(value, top) / top);
  const path = (series) => {
    let text = "";
    let isOpen = false;
    series.forEach((value, index) => {
      if (value === null || value === undefined) { isOpen = false; return; }
      text += `${isOpen ? "L" : "M"}${x(at[index]).toFixed(1)} ${y(value).toFixed(1)}`;
      // A point alone is seen as well: a line of no length, with round ends.
      if (!isOpen && (series[index + 1] === null || series[index + 1] === undefined)) text += "h.01";
      isOpen = true;
    });
    return text;
  };
  const last = lines[0] ? [...lines[0].values].reverse().find((value) => value !== null && value !== undefined) : undefined;
  return html`<section class="chart" aria-label=${title}>
    <h2>${title} <span>${last === undefined ? "" : show(last)}</span></h2>
    ${values.length || dots.length ? html`<svg viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} role="group" aria-label=${`${title}; the table below has the figures`}>
      ${[0, 0.5, 1].map((part) => html`<line class="axis" x1=${LEFT} x2=${WIDTH - RIGHT} y1=${y(top * part)} y2=${y(top * part)} /><text class="axis-text" x=${LEFT - 6} y=${y(top * part) + 3} text-anchor="end">${show(top * part)}</text>`)}
      ${[0, 0.5, 1].map((part) => html`<text class="axis-text" x=${x(from + (to - from) * part)} y=${HEIGHT - 4} text-anchor=${["start", "middle", "end"][part * 2]}>${clock(from + (to - from) * part, false)}</text>`)}
      ${lines.map((line) => html`<path class=${`line ${line.kind || ""}`} d=${path(line.values)} />`)}
      ${dots.filter((dot) => dot.at >= from && dot.at <= to).map((dot) => html`<a href=${link(["traces", dot.trace])} aria-label=${`Trace: ${dot.said}`}><circle class=${`dot ${dot.isBad ? "bad" : ""}`} cx=${x(dot.at)} cy=${y(dot.value)} r="3.6"><title>${dot.said}</title></circle></a>`)}
    </svg>
    <details><summary>${lines.length > 1 ? `${lines.map((line) => line.name).join(", ")} as a table` : "As a table"}</summary><${Wide} label=${`${title}: figures`}><table><thead><tr><th>At</th>${lines.map((line) => html`<th class="number">${line.name}</th>`)}</tr></thead>
      <tbody>${at.map((moment, index) => html`<tr><td class="figure">${clock(moment, false)}</td>${lines.map((line) => html`<td class="number">${line.values[index] === null || line.values[index] === undefined ? "" : show(line.values[index])}</td>`)}</tr>`)}</tbody></table><//></details>`
    : html`<p class="quiet">Nothing was measured in this time.</p>`}
  </section>`;
};
