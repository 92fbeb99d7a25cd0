"use strict";
(() => {
  const main = () => document.getElementById("main");
  const KEY = "plures-token";
  let token = "";

  const narrow = () => {
    const field = document.getElementById("find");
    if (!field) return;
    const rows = [...document.querySelectorAll("#contracts > li")];
    field.addEventListener("input", () => {
      const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const row of rows) {
        row.hidden = !words.every((word) => row.dataset.text.includes(word));
        shown += row.hidden ? 0 : 1;
      }
      document.getElementById("count").textContent = `${shown} of ${rows.length} contracts`;
    });
  };

  const ask = async (path, body) => {
    const headers = { authorization: `Bearer ${token}` };
    if (body === undefined) return fetch(path, { headers, credentials: "omit", redirect: "error" });
    headers["content-type"] = "application/json";
    headers["connect-protocol-version"] = "1";
    return fetch(path, { method: "POST", headers, body, credentials: "omit", redirect: "error" });
  };

  // Put together as text: a number that JavaScript reads and writes again is another one beyond 2^53.
  const request = (form) => {
    const given = [];
    for (const field of form.querySelectorAll("[data-kind]")) {
      const text = field.value.trim();
      if (field.value === "" && field.dataset.required === undefined) continue;
      let json = JSON.stringify(field.value);
      if (field.dataset.kind === "json" || (field.dataset.kind === "number" && /^-?[0-9]/.test(text))) {
        JSON.parse(text);
        json = text;
      }
      given.push(`${JSON.stringify(field.name)}:${json}`);
    }
    return `{${given.join(",")}}`;
  };

  const MOST = 200000;
  // Only blanks are added, so each number stays as it was written.
  const pretty = (text) => {
    if (text.length > MOST) return `${text.slice(0, MOST)}\n… and ${text.length - MOST} more characters`;
    let depth = 0;
    return text.replace(/"(?:[^"\\]|\\.)*"|[{}[\],:]|\s+|[^"{}[\],:\s]+/g, (part, at) => {
      if (/^\s/.test(part)) return "";
      if (part === "{" || part === "[") {
        const next = text.slice(at + 1, at + 99).trimStart()[0];
        depth += 1;
        return next === "}" || next === "]" ? part : `${part}\n${"  ".repeat(depth)}`;
      }
      if (part === "}" || part === "]") {
        depth -= 1;
        const before = text.slice(Math.max(0, at - 99), at).trimEnd().at(-1);
        return before === "{" || before === "[" ? part : `\n${"  ".repeat(depth)}${part}`;
      }
      if (part === ",") return `,\n${"  ".repeat(depth)}`;
      return part === ":" ? ": " : part;
    });
  };

  const call = async (form) => {
    const answer = form.querySelector(".answer");
    const button = form.querySelector("button");
    answer.hidden = false;
    answer.textContent = "…";
    button.disabled = true;
    try {
      const got = await ask(form.dataset.path, request(form));
      answer.textContent = `${got.status} ${got.statusText}\n${pretty(await got.text())}`;
    } catch (error) {
      answer.textContent = error instanceof SyntaxError ? `One of the fields holds no JSON: ${error.message}` : `The call failed: ${error.message}`;
    }
    button.disabled = false;
    const sure = form.querySelector("[name='-sure']");
    if (sure) sure.checked = false;
  };

  const wire = () => {
    narrow();
    for (const form of document.querySelectorAll("form.call")) {
      form.addEventListener("submit", (event) => { event.preventDefault(); void call(form); });
    }
  };

  const enter = document.getElementById("enter");
  if (!enter) { wire(); return; }

  const shell = main().cloneNode(true);
  const refuse = (why) => {
    main().replaceWith(shell.cloneNode(true));
    document.getElementById("refused").textContent = why;
    listen();
  };

  const show = async (hash) => {
    const [page, place] = hash.replace(/^#/, "").split("/");
    const got = await ask(`/docs/${encodeURIComponent(page || "index")}`).catch(() => null);
    if (!got) { refuse("The application does not answer."); return; }
    if (!got.ok) {
      sessionStorage.removeItem(KEY);
      refuse(got.status === 401 ? "That token is not one of this run." : `The application refuses it: ${got.status}`);
      return;
    }
    const parsed = new DOMParser().parseFromString(await got.text(), "text/html");
    main().replaceWith(document.adoptNode(parsed.getElementById("main")));
    document.title = main().querySelector("h1").firstChild.textContent;
    wire();
    const target = place && document.getElementById(decodeURIComponent(place));
    if (target) target.scrollIntoView(); else { scrollTo(0, 0); main().focus({ preventScroll: true }); }
  };

  let current = "";
  const follow = () => {
    const page = location.hash.replace(/^#/, "").split("/")[0];
    const [, place] = location.hash.split("/");
    const target = place && document.getElementById(decodeURIComponent(place));
    if (page === current && target) { target.scrollIntoView(); return; }
    current = page;
    void show(location.hash);
  };

  const listen = () => {
    document.getElementById("enter").addEventListener("submit", (event) => {
      event.preventDefault();
      token = document.getElementById("token").value.trim();
      sessionStorage.setItem(KEY, token);
      void show(location.hash);
    });
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    const to = link.getAttribute("href");
    if (to === "#main") { event.preventDefault(); main().focus(); return; }
    event.preventDefault();
    location.hash = to.startsWith("#") ? `#${current}/${to.slice(1)}` : `#${to === "index.html" ? "" : to.replace(/\.html$/, "")}`;
  });

  const given = /^#token=(.+)$/.exec(location.hash);
  if (given) {
    sessionStorage.setItem(KEY, decodeURIComponent(given[1]));
    // The token does not stay in the address.
    history.replaceState(null, "", location.pathname);
  }
  token = sessionStorage.getItem(KEY) || "";
  addEventListener("hashchange", follow);
  listen();
  if (token) void show(location.hash);
})();
