// The listener: health, who may come in, the call of each request, and a stop that loses none.
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import { type Call, during } from "./call.ts";
import { callerOf, checkNames, checkRights } from "./entrance.ts";
import { environment } from "./environment.ts";
import { Logger } from "./log.ts";
import { answer, codeOfHttp, NOT_SENT, OUTCOME, Refusal, refuse } from "./refusal.ts";
import { sendLast, Span, startSending } from "./spans.ts";
import { traceOf } from "./trace.ts";

const log = new Logger("plures");
const MOST_HOPS = 16;
// Longer than callers keep idle connections, so that none of them writes into one that is being closed.
const KEEP_ALIVE_MS = 120_000;
// Callers whose connections are queued, or whose requests are on their way, get a last answer.
const LINGER_MS = 100;
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** One operation, or one handler of events, by its path. */
export interface Served {
  operation: string;
  capability: string;
  deadlineS: number;
  isEvent: boolean;
  answer: (request: IncomingMessage, response: ServerResponse, call: Call) => void;
}

export class Listener {
  readonly #paths: ReadonlyMap<string, Served>;
  readonly #server: Server;
  #isLeaving = false;

  constructor(served: Served[]) {
    this.#paths = new Map(served.map((each) => [`/${each.operation}`, each]));
    this.#server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, this.#respond);
  }

  /** Answer from now on. */
  async start(): Promise<void> {
    const { host, port } = environment;
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen({ host, port, backlog: 2048 }, resolve);
    });
    const at = this.#server.address();
    startSending();
    log.info(`listens on ${typeof at === "object" && at ? `${host}:${at.port}` : at}`);
  }

  /** Accept no more, answer what was asked, close everything; at most for the grace period. */
  async stop(): Promise<void> {
    this.#isLeaving = true;
    await sleep(LINGER_MS);
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeIdleConnections();
    const isCutOff = await Promise.race([closed.then(() => false), sleep(environment.graceS * 1000).then(() => true)]);
    if (isCutOff) log.warning("requests were cut off: they had not ended in time");
    this.#server.closeAllConnections();
    await sendLast();
  }

  readonly #respond: RequestListener = (request, response) => {
    beforeHead(response, () => {
      // Also of those that were asked for before.
      if (this.#isLeaving) response.setHeader("connection", "close");
    });
    try {
      this.#answer(request, response);
    } catch (error) {
      // What of the body is still to come stays unread.
      if (!request.complete) response.setHeader("connection", "close");
      if (error instanceof Refusal) return refuse(response, error);
      log.error("a request could not be read", { error });
      refuse(response, new Refusal("internal", "it could not be read; the log of the process says why"));
    }
  };

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = (request.url ?? "").split("?", 1)[0] ?? "";
    checkNames(request.headers);
    if (path === "/health/live") return answer(response, 200, { status: "live" });
    if (path === "/health/ready") {
      return this.#isLeaving ? answer(response, 503, { status: "stopping" }) : answer(response, 200, { status: "ready" });
    }
    const caller = callerOf(request.headers.authorization);
    const served = this.#paths.get(path);
    if (served === undefined) throw new Refusal("unimplemented", `there is no operation '${path}' here`, { status: 404 });
    checkRights(caller, served.capability, served.operation, served.isEvent);
    const call = callOf(served, request, caller.kind !== "outside");
    // The libraries of Connect refuse what they cannot read, and do not know that nothing began.
    beforeHead(response, (status) => {
      if (status >= 400 && !call.hasBegun) response.setHeader(OUTCOME, NOT_SENT);
      if (status >= 400) call.span.code ||= codeOfHttp(status);
    });
    response.once("close", () => {
      if (!response.writableFinished) call.span.code ||= "canceled";
      call.span.end();
    });
    during(call, () => served.answer(request, response, call));
  }
}

function callOf(served: Served, { headers }: IncomingMessage, isOfTheRun: boolean): Call {
  const said = single(headers["connect-timeout-ms"]);
  if (said && !/^\d{1,10}$/.test(said)) throw new Refusal("invalid_argument", "Connect-Timeout-Ms is not a number of up to ten digits");
  const timeMs = Math.min(said ? Number(said) : Infinity, served.deadlineS * 1000);
  if (timeMs <= 0) throw new Refusal("deadline_exceeded", "its deadline passed before it could start");
  // The libraries of Connect keep the deadline that they are told.
  headers["connect-timeout-ms"] = String(Math.ceil(timeMs));
  const hops = /^\d{1,6}$/.test(single(headers["plures-hops"])) ? Number(headers["plures-hops"]) : 1;
  if (hops > MOST_HOPS) throw new Refusal("resource_exhausted", `more than ${MOST_HOPS} calls are nested`);
  const context = single(headers["plures-context"]);
  if (context && !isOfTheRun) {
    const why = "its request context is not to be believed: only processes of the run set it";
    throw new Refusal("unauthenticated", why, { kind: "call.context_refused" });
  }
  const id = single(headers["x-request-id"]);
  const requestId = /^[!-~]{1,128}$/.test(id) ? id : randomUUID().replaceAll("-", "");
  const trace = traceOf(headers, requestId);
  return {
    operation: served.operation,
    capability: served.capability,
    requestId,
    trace,
    span: new Span("server", served.operation, trace, served.capability),
    hops,
    criticality: single(headers["plures-criticality"]),
    context,
    deadline: performance.now() + timeMs,
    hasBegun: false,
  };
}

/** Do something before the head of an answer is written, whoever writes it. */
function beforeHead(response: ServerResponse, act: (status: number) => void): void {
  const writeHead = response.writeHead.bind(response);
  response.writeHead = ((status: number, ...rest: []) => {
    act(status);
    return writeHead(status, ...rest);
  }) as typeof response.writeHead;
}

function single(value: string | string[] | undefined): string {
  return typeof value === "string" ? value : "";
}
