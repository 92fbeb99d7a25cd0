// Clients of other capabilities: each call takes along what the one that runs has: its time, its request id, its hops, on whose behalf.
import type { DescMethod, DescService } from "@bufbuild/protobuf";
import { type Client, Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { currentCall, remainingMs } from "./call.ts";
import { tokenFor, urlOf } from "./environment.ts";
import { NOT_SENT, OUTCOME, statusOf } from "./refusal.ts";
import { Span } from "./spans.ts";
import { below, headersOf as traceHeadersOf, type Trace } from "./trace.ts";

const MOST_HOPS = 16;
const failed = new WeakSet<object>();

/** A client of a capability, where plures.toml places it. `may_call` there allows it. */
export function clientOf<Service extends DescService>(service: Service, defaultTimeoutMs = 1000): Client<Service> {
  const capability = service.typeName.split(".").at(-3) ?? "";
  const transport = createConnectTransport({ baseUrl: urlOf(capability), httpVersion: "1.1", useBinaryFormat: false });
  return createClient(service, passing(transport, tokenFor(capability), defaultTimeoutMs));
}

/** Whether an error came from a call of another capability. */
export function isOfAnother(error: ConnectError): boolean {
  return failed.has(error);
}

/** Whether the operation that was called certainly did not begin. */
export function wasNotSent(error: ConnectError): boolean {
  return error.metadata.get(OUTCOME) === NOT_SENT || (error.cause instanceof Error && "code" in error.cause && error.cause.code === "ECONNREFUSED");
}

function passing(inner: Transport, token: string | undefined, defaultTimeoutMs: number): Transport {
  const passed = async <T>(
    method: DescMethod,
    timeoutMs: number | undefined,
    header: ConstructorParameters<typeof Headers>[0],
    send: (ms: number, header: Headers) => Promise<T>,
  ) => {
    const call = currentCall();
    const trace = call && below(call.trace);
    const span = call && trace && new Span("client", `${method.parent.typeName}/${method.name}`, trace, call.capability);
    try {
      // Of a stream, until it begins.
      return await send(timeLeft(timeoutMs ?? defaultTimeoutMs), headersOf(header, token, trace));
    } catch (error) {
      if (error instanceof ConnectError) failed.add(error);
      // A declared error of the peer is the last part of the type of its detail.
      const detail = ConnectError.from(error).details.find((each) => "type" in each);
      if (span) span.code = detail?.type.split(".").at(-1) ?? statusOf(ConnectError.from(error).code);
      throw error;
    } finally {
      span?.end();
    }
  };
  return {
    unary: (method, signal, timeoutMs, header, input, values) =>
      passed(method, timeoutMs, header, (ms, headers) => inner.unary(method, signal, ms, headers, input, values)),
    stream: (method, signal, timeoutMs, header, input, values) =>
      passed(method, timeoutMs, header, (ms, headers) => inner.stream(method, signal, ms, headers, input, values)),
  };
}

function timeLeft(wantedMs: number): number {
  const leftMs = remainingMs() ?? wantedMs;
  if (leftMs <= 0) throw new ConnectError("the time of the caller is over", Code.DeadlineExceeded, { [OUTCOME]: NOT_SENT });
  return Math.min(wantedMs, leftMs);
}

function headersOf(header: ConstructorParameters<typeof Headers>[0], token: string | undefined, trace: Trace | undefined): Headers {
  const headers = new Headers(header);
  const call = currentCall();
  if (call !== undefined && call.hops >= MOST_HOPS) {
    throw new ConnectError(`more than ${MOST_HOPS} calls are nested`, Code.ResourceExhausted, { [OUTCOME]: NOT_SENT });
  }
  if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
  headers.set("plures-hops", String((call?.hops ?? 0) + 1));
  if (trace) for (const [name, value] of traceHeadersOf(trace)) headers.set(name, value);
  if (call?.requestId) headers.set("x-request-id", call.requestId);
  if (call?.criticality) headers.set("plures-criticality", call.criticality);
  if (call?.context) headers.set("plures-context", call.context);
  return headers;
}
