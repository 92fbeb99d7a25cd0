// Trace context of W3C: what a request says of its trace, and what goes on with the calls that it makes. www.w3.org/TR/trace-context
import { randomBytes } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

const MOST_IN_STATE = 512;
const MOST_IN_BAGGAGE = 8192;
const SAMPLED = 1;

export interface Trace {
  /** 32 hexadecimal digits. */
  id: string;
  /** The span that runs here, and the caller's, which it is part of: 16 hexadecimal digits; the caller's is empty where there is none. */
  span: string;
  parent: string;
  /** Whether its beginning has decided that it is kept. */
  isSampled: boolean;
  /** The headers that go on as they came: `tracestate`, `baggage`. */
  beside: [name: string, value: string][];
}

/** The trace that a request belongs to; a new one where it says none. It is read and not checked further: a request is made to be answered. */
export function traceOf(headers: IncomingHttpHeaders, requestId: string): Trace {
  const said = /^([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/.exec(single(headers.traceparent));
  // Later versions may have more fields; version ff is none, and 00 has no more.
  if (said === null || said[1] === "ff" || (said[1] === "00" && said[5] !== undefined)) {
    const id = /^(?!0{32})[0-9a-f]{32}$/.test(requestId) ? requestId : newId(16);
    return { id, span: newId(8), parent: "", isSampled: false, beside: [] };
  }
  const [, , id = "", parent = "", flags = "0"] = said;
  const beside = ([["tracestate", MOST_IN_STATE], ["baggage", MOST_IN_BAGGAGE]] as const)
    .map(([name, most]): [string, string, number] => [name, single(headers[name]), most])
    .filter(([, value, most]) => value.length > 0 && value.length <= most && /^[ -~]+$/.test(value))
    .map(([name, value]): [string, string] => [name, value]);
  return { id, span: newId(8), parent, isSampled: (parseInt(flags, 16) & SAMPLED) !== 0, beside };
}

/** The same trace, one span further down. */
export function below(trace: Trace): Trace {
  return { ...trace, span: newId(8), parent: trace.span };
}

/** What a call to another capability takes along. */
export function headersOf({ id, span, isSampled, beside }: Trace): [name: string, value: string][] {
  return [["traceparent", `00-${id}-${span}-${isSampled ? "01" : "00"}`], ...beside];
}

function newId(bytes: number): string {
  const id = randomBytes(bytes).toString("hex");
  return /^0+$/.test(id) ? newId(bytes) : id;
}

function single(value: string | string[] | undefined): string {
  return typeof value === "string" ? value : (value?.join(",") ?? "");
}
