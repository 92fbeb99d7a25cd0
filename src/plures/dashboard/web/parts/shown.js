// What views have in common: how something is said that is not there, that failed, or that is narrowed.
import { html } from "../html.js";
import { narrow } from "../route.js";

// isPage: where nothing else stands on the page.
export const Empty = ({ title, isPage, children }) => html`<div class="empty">${isPage ? html`<h1>${title}</h1>` : html`<h2>${title}</h2>`}${children}</div>`;

export const Answer = ({ of, children }) => {
  if (of.data) {
    return html`${of.error ? html`<p role="alert" class="fault">${of.error.message} What is shown is as it was.</p>` : ""}${children(of.data)}`;
  }
  if (of.error) return html`<div class="empty" role="alert"><h2>This cannot be shown</h2><p>${of.error.message}</p></div>`;
  return html`<p class="quiet" role="status">…</p>`;
};

export const Field = ({ name, label, value, placeholder, options, type = "text", size }) => html`<label class="field" style=${size ? { width: size } : undefined}>
  <span>${label}</span>
  ${options
    ? html`<select value=${value} onChange=${(event) => narrow({ [name]: event.target.value })}>
        ${options.map(([key, text]) => html`<option value=${key} selected=${key === value}>${text}</option>`)}
      </select>`
    : html`<input type=${type} value=${value} placeholder=${placeholder} spellcheck=${false} autocomplete="off" onInput=${(event) => narrow({ [name]: event.target.value })} />`}
</label>`;

export const Check = ({ name, label, value }) => html`<label class="check">
  <input type="checkbox" checked=${Boolean(value)} onChange=${(event) => narrow({ [name]: event.target.checked })} /> ${label}
</label>`;

export const Tabs = ({ label, at, tabs, name = "view" }) => html`<div class="tabs" role="group" aria-label=${label}>
  ${tabs.map(([key, text]) => html`<button type="button" aria-pressed=${key === at ? "true" : "false"} onClick=${() => narrow({ [name]: key }, false)}>${text}</button>`)}
</div>`;

export const Mark = ({ kind = "", children }) => html`<span class=${`mark ${kind}`}>${children}</span>`;

// One of a row of figures that say how all is, in a `dl.tiles`.
export const Figure = ({ name, value, kind = "", note }) => html`<div><dt>${name}</dt><dd class=${kind}>${value}</dd>${note ? html`<dd class="note-of">${note}</dd>` : ""}</div>`;

// A wide thing that is moved within its own frame, by keys as well.
export const Wide = ({ label, children }) => html`<div class="wide" role="region" tabindex="0" aria-label=${label}>${children}</div>`;
