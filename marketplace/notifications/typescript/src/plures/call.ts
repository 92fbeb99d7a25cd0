// The call that the running code works for: it follows each `await`, so that logs and calls of others know it.
import { AsyncLocalStorage } from "node:async_hooks";
import type { Span } from "./spans.ts";
import type { Trace } from "./trace.ts";

export interface Call {
  /** `shop.mail.v1.Mail/Send`. */
  operation: string;
  capability: string;
  requestId: string;
  trace: Trace;
  span: Span;
  /** Calls between the first request and this one, this one included. */
  hops: number;
  /** As its caller said it; empty for normal. */
  criticality: string;
  /** The request context, as it came: it is passed on, and signed by the run. */
  context: string;
  /** When it must be over, on the clock of `performance.now()`. */
  deadline: number;
  /** Whether the operation has begun, so that it may have had an effect. */
  hasBegun: boolean;
}

const calls = new AsyncLocalStorage<Call>();

export function during<T>(call: Call, work: () => T): T {
  return calls.run(call, work);
}

/** The call that runs; undefined outside of one. */
export function currentCall(): Call | undefined {
  return calls.getStore();
}

/** How long it may still take, in milliseconds; undefined outside of a call. */
export function remainingMs(): number | undefined {
  const call = calls.getStore();
  return call && Math.floor(call.deadline - performance.now());
}

/** On whose behalf the request is made, as the application declares it; undefined where nothing has said so. */
export function requestContext<T>(): T | undefined {
  const body = calls.getStore()?.context.split(".")[3];
  return body ? JSON.parse(Buffer.from(body, "base64url").toString()) : undefined;
}
