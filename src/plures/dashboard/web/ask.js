// What is asked of the application, with the token that a person has given.
import { useEffect, useRef, useState } from "./html.js";

// The same key as that of the pages about contracts: one token opens both, as long as the tab is open.
const KEY = "plures-token";
let token = sessionStorage.getItem(KEY) || "";

export const hasToken = () => Boolean(token);

export const giveToken = (given) => {
  token = given;
  if (given) sessionStorage.setItem(KEY, given); else sessionStorage.removeItem(KEY);
};

export const takeTokenFromAddress = () => {
  const given = /^#token=([^&]+)(?:&to=(.*))?$/.exec(location.hash);
  if (!given) return;
  giveToken(decodeURIComponent(given[1]));
  // The token does not stay in the address.
  history.replaceState(null, "", `${location.pathname}${given[2] ? `#${decodeURIComponent(given[2])}` : ""}`);
};

export class Refused extends Error {
  constructor(status, message) { super(message); this.status = status; }
}

export const ask = async (path, query = {}, signal = undefined) => {
  const given = Object.entries(query).filter(([, value]) => value !== "" && value !== null && value !== undefined);
  const text = new URLSearchParams(given).toString();
  return answer(await send(`${path}${text ? `?${text}` : ""}`, { signal }));
};

export const call = async (path, body) => answer(await send(path, {
  method: "POST",
  headers: { "content-type": "application/json", "connect-protocol-version": "1" },
  body: JSON.stringify(body),
}));

const send = (path, options) => {
  const headers = { ...options.headers, ...(token ? { authorization: `Bearer ${token}` } : {}) };
  return fetch(path, { ...options, headers, credentials: "omit", redirect: "error" });
};

const answer = async (got) => {
  const body = await got.json().catch(() => ({}));
  if (got.ok) return body;
  throw new Refused(got.status, body.message || `The application answers ${got.status}.`);
};

// What a view shows: asked for anew when its question changes, and every so often while `every` is not 0. The last answer stays until the next one.
export const useAnswer = (path, query = {}, every = 0) => {
  const [state, set] = useState({ data: null, error: null, isWaiting: true });
  const question = `${path}?${new URLSearchParams(Object.entries(query).filter(([, value]) => value !== "" && value !== null && value !== undefined))}`;
  const asked = useRef("");
  useEffect(() => {
    const abort = new AbortController();
    let timer = 0;
    const again = async () => {
      try {
        const data = await ask(path, query, abort.signal);
        set({ data, error: null, isWaiting: false });
      } catch (error) {
        if (abort.signal.aborted) return;
        set((before) => ({ ...before, error, isWaiting: false }));
      }
      if (every && !abort.signal.aborted) timer = setTimeout(again, every);
    };
    const isOther = asked.current !== path;
    asked.current = path;
    set((before) => ({ data: isOther ? null : before.data, error: null, isWaiting: true }));
    again();
    return () => { abort.abort(); clearTimeout(timer); };
  }, [question, every]);
  return state;
};
