// The spans of this process, sent as OTLP/JSON once a second: to where `plures run` keeps them, and to the receiver that OTEL_ variables name.
// What cannot be sent is dropped and counted; no call waits for it.
import { hostname } from "node:os";
import { environment, receivers, type Receiver } from "./environment.ts";
import { Logger } from "./log.ts";
import type { Trace } from "./trace.ts";

const log = new Logger("plures.telemetry");
const EVERY_MS = 1000;
const LIMIT_MS = 5000;
const LAST_MS = 1000;
// Spans that wait, and those of them whose trace may be kept for what comes later: they are many where requests are many, and few are asked for.
const MOST = 2000;
const MOST_UNSAMPLED = 100;
// Flags of OTLP: it is said where the parent is, and that it is in another process.
const KNOWN = 0x300;
const KINDS = { server: 2, client: 3 } as const;
const FAILED = 2;

type Sent = Record<string, unknown> & { flags: number };
let waiting: Sent[] = [];
let unsampled = 0;
// Spans of sampled traces that are lost; those of others that were not sent, since there were too many.
let lost = 0;
let passed = 0;
let isTold = false;
let sending = false;
// What to add to `performance.now()`: the clock of the world may be set, and this one may stop while a machine sleeps.
let origin = performance.timeOrigin;

/** A span that runs. */
export class Span {
  /** How it failed: a code of the protocol, or the name of a declared error; empty where it did not. */
  code = "";
  readonly #kind: keyof typeof KINDS;
  readonly #operation: string;
  readonly #trace: Trace;
  readonly #capability: string;
  readonly #began = performance.now();
  #hasEnded = false;

  /** `operation` is `shop.mail.v1.Mail/Send`; `capability` is whose work it is. */
  constructor(kind: keyof typeof KINDS, operation: string, trace: Trace, capability: string) {
    this.#kind = kind;
    this.#operation = operation;
    this.#trace = trace;
    this.#capability = capability;
  }

  end(): void {
    if (this.#hasEnded || receivers.length === 0) return;
    this.#hasEnded = true;
    const { id: traceId, span: spanId, parent: parentSpanId, isSampled } = this.#trace;
    // Declared errors have names with capitals, and are answers.
    const isFault = this.code !== "" && this.code === this.code.toLowerCase();
    if (!isSampled && !isFault && unsampled >= MOST_UNSAMPLED) {
      passed += 1;
      return;
    }
    if (waiting.length >= MOST) {
      lost += 1;
      return;
    }
    if (!isSampled) unsampled += 1;
    const [service = "", method = ""] = this.#operation.split("/");
    const said = {
      "rpc.system": "connect_rpc",
      "rpc.service": service,
      "rpc.method": method,
      ...(this.#kind === "server" ? { "plures.capability": this.#capability } : { "plures.caller": this.#capability }),
      ...(isFault ? { "rpc.connect_rpc.error_code": this.code, "error.type": this.code } : this.code ? { "plures.error": this.code } : {}),
    };
    waiting.push({
      traceId,
      spanId,
      parentSpanId,
      flags: KNOWN | Number(isSampled),
      name: this.#operation,
      kind: KINDS[this.#kind],
      startTimeUnixNano: nanosecondsAt(this.#began),
      endTimeUnixNano: nanosecondsAt(performance.now()),
      // So that it is held for a while, and kept where its trace is.
      attributes: [...attributes(said), ...(isSampled ? [] : [{ key: "plures.sampled", value: { boolValue: false } }])],
      status: isFault ? { code: FAILED, message: this.code } : {},
    });
  }
}

/** Send again and again, until the process ends. */
export function startSending(): void {
  if (receivers.length > 0) setInterval(() => void send(LIMIT_MS), EVERY_MS).unref();
}

/** Send what is left, as far as that takes little time. */
export async function sendLast(): Promise<void> {
  await send(LAST_MS);
}

async function send(limitMs: number): Promise<void> {
  const drift = Date.now() - (origin + performance.now());
  if (Math.abs(drift) > 2) origin += drift;
  unsampled = 0;
  if (sending || waiting.length === 0) return;
  sending = true;
  const spans = waiting;
  waiting = [];
  const sampled = spans.filter(({ flags }) => flags & 1);
  const done = await Promise.all(receivers.map((each) => post(each, each.takesAll ? spans : sampled, limitMs)));
  sending = false;
  const isTaken = done.every((each) => each);
  if (!isTaken) lost += sampled.length;
  // Once, until it goes well again.
  if (!isTaken && !isTold) log.warning("spans cannot be sent; the service goes on without", { lost, passed });
  isTold = !isTaken;
}

async function post({ url, headers }: Receiver, spans: Sent[], limitMs: number): Promise<boolean> {
  if (spans.length === 0) return true;
  const body = JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ scope: { name: "plures" }, spans }] }] });
  try {
    const signal = AbortSignal.timeout(limitMs);
    const answer = await fetch(url, { method: "POST", headers: { ...headers, "content-type": "application/json" }, body, signal });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
}

function nanosecondsAt(moment: number): string {
  return `${Math.round((origin + moment) * 1000)}000`;
}

function attributes(said: Record<string, string>): { key: string; value: { stringValue: string } }[] {
  return Object.entries(said).map(([key, stringValue]) => ({ key, value: { stringValue } }));
}

const name = environment.process || "service";
const resource = {
  attributes: [
    ...attributes({
      "service.name": name.split(".")[0] as string,
      "service.instance.id": name,
      "host.name": hostname(),
    }),
    { key: "process.pid", value: { intValue: String(process.pid) } },
  ],
};
