// Where one is: all of it stands behind the # of the address, so that a link can be shared, and nothing of it reaches a server's log.
import { useEffect, useState } from "./html.js";

export const read = (hash) => {
  const [path, query = ""] = hash.replace(/^#\/?/, "").split("?");
  const parts = path.split("/").filter(Boolean).map((part) => {
    try { return decodeURIComponent(part); } catch { return part; }
  });
  return { parts: parts.length ? parts : ["traces"], query: new URLSearchParams(query) };
};

// The time that is looked at goes along to other views.
export const link = (parts, query = {}) => {
  const here = read(location.hash).query;
  return plain(parts, { ...Object.fromEntries(["minutes", "since", "until"].map((each) => [each, here.get(each)])), ...query });
};

const plain = (parts, query) => {
  const given = Object.entries(query).filter(([, value]) => value !== "" && value !== null && value !== undefined && value !== false);
  const text = new URLSearchParams(given.map(([key, value]) => [key, value === true ? "1" : String(value)])).toString();
  return `#/${parts.map(encodeURIComponent).join("/")}${text ? `?${text}` : ""}`;
};

export const useRoute = () => {
  const [route, set] = useState(() => read(location.hash));
  useEffect(() => {
    const follow = () => set(read(location.hash));
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  return route;
};

// Another value of something that the view is narrowed by. What is typed does not fill the history.
export const narrow = (changes, replace = true) => {
  const { parts, query } = read(location.hash);
  const to = plain(parts, { ...Object.fromEntries(query), ...changes });
  if (!replace) { location.hash = to; return; }
  history.replaceState(null, "", to);
  dispatchEvent(new HashChangeEvent("hashchange"));
};
