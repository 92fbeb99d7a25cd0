// What a caller is told of a call that did not run here, or that failed: an error of the Connect protocol, and whether it began.
import type { ServerResponse } from "node:http";
import { Code, ConnectError } from "@connectrpc/connect";

export const OUTCOME = "plures-outcome";
export const NOT_SENT = "not sent";

const HTTP_STATUS: Record<string, number> = {
  canceled: 499, unknown: 500, invalid_argument: 400, deadline_exceeded: 504, not_found: 404, already_exists: 409,
  permission_denied: 403, resource_exhausted: 429, failed_precondition: 400, aborted: 409, out_of_range: 400,
  unimplemented: 501, internal: 500, unavailable: 503, data_loss: 500, unauthenticated: 401,
};

/** Refuses a request; the operation did not begin. */
export class Refusal extends Error {
  readonly code: string;
  readonly more: { kind?: string; status?: number };

  /** `kind` is a code of Plures that says more than the one of the protocol. */
  constructor(code: string, message: string, more: { kind?: string; status?: number } = {}) {
    super(message);
    this.code = code;
    this.more = more;
  }

  /** The same for the libraries of Connect. */
  asConnectError(): ConnectError {
    return new ConnectError(this.message, codeOf(this.code), { [OUTCOME]: NOT_SENT });
  }
}

export function refuse(response: ServerResponse, refusal: Refusal): void {
  const { kind, status = HTTP_STATUS[refusal.code] ?? 500 } = refusal.more;
  const challenge: Record<string, string> = refusal.code === "unauthenticated" ? { "www-authenticate": "Bearer" } : {};
  answer(response, status, { code: refusal.code, message: refusal.message, kind }, { [OUTCOME]: NOT_SENT, ...challenge });
}

export function answerError(response: ServerResponse, code: string, message: string, kind?: string): void {
  answer(response, HTTP_STATUS[code] ?? 500, { code, message, kind });
}

export function answer(response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}

/** The code of an answer that says no more than its status. */
export function codeOfHttp(status: number): string {
  return Object.entries(HTTP_STATUS).find(([code, each]) => each === status && code !== "unknown")?.[0] ?? "unknown";
}

/** `failed_precondition` → `Code.FailedPrecondition`. */
export function codeOf(status: string): Code {
  const name = status.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return Code[name as keyof typeof Code] ?? Code.Unknown;
}

/** `Code.FailedPrecondition` → `failed_precondition`. */
export function statusOf(code: Code): string {
  return Code[code].replace(/(?<!^)[A-Z]/g, "_$&").toLowerCase();
}
