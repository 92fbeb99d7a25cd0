// Who may ask for what: names of this listener, pages of other sites, tokens, rights.
import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { Caller } from "./environment.ts";
import { environment } from "./environment.ts";
import { Refusal } from "./refusal.ts";

/** Raises where a page of another site asks, or one that gave itself a name which leads here. */
export function checkNames({ host, origin, "sec-fetch-site": site }: IncomingHttpHeaders): void {
  if (host === undefined || !isOwn(host)) {
    throw new Refusal("permission_denied", `this listener does not answer to '${host ?? ""}': use localhost or the address it listens on`);
  }
  const isForeign = origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`;
  if (isForeign || (site !== undefined && site !== "same-origin" && site !== "none")) {
    throw new Refusal("permission_denied", "pages of other sites may not call this listener; let the page ask the edge, and the edge call the capability");
  }
}

/** Who asks; raises where it is not known. */
export function callerOf(authorization: string | undefined): Caller {
  const token = /^Bearer +([^\s,]+)$/i.exec(authorization ?? "")?.[1];
  if (token === undefined) {
    throw new Refusal("unauthenticated", "the caller does not say who it is: send the header Authorization: Bearer TOKEN; `plures token` prints one");
  }
  const digest = createHash("sha256").update(token).digest("hex");
  const caller = environment.callers.find(({ sha256 }) => sha256 === digest);
  if (caller === undefined) {
    throw new Refusal("unauthenticated", "the token of the caller is not known here: `plures token` prints one that all processes of the present run take");
  }
  return caller;
}

/** Raises where a caller may not call an operation, or not bring an event. The path is `shop.search.v1.Search/Find`. */
export function checkRights(caller: Caller, capability: string, path: string, isEvent: boolean): void {
  const { may_call, may_deliver_to } = caller;
  const [service = "", operation] = path.split("/");
  // A capability that serves several versions may be called in one of them alone.
  const version = `${capability}.${service.split(".").at(-2)}`;
  const isAllowed = isEvent
    ? may_deliver_to.includes(capability)
    : ["*", capability, `${capability}/${operation}`, version, `${version}/${operation}`].some((right) => may_call.includes(right));
  if (caller.kind !== "tools" && !isAllowed) {
    throw new Refusal("permission_denied", `caller '${caller.name}' may not call it: ${capability}/${operation}`);
  }
}

function isOwn(host: string): boolean {
  const name = host.replace(/:\d*$/, "").replace(/^\[|\]$/g, "").replace(/\.$/, "").toLowerCase();
  const isLoopback = name === "localhost" || name.endsWith(".localhost") || name === "::1" || /^127(\.\d+){3}$/.test(name);
  const own = environment.host;
  // One that listens everywhere is asked by an address of the machine, and never by a name.
  return isLoopback || name === own || (["0.0.0.0", "::"].includes(own) && /^[\d.]+$|:/.test(name));
}
