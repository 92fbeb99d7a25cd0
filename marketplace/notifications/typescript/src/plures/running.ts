// What surrounds each operation: bounds before it begins, its deadline, and an error that tells callers no more than it may.
import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";
import { currentCall } from "./call.ts";
import { isOfAnother, wasNotSent } from "./clients.ts";
import type { Contracts } from "./contract.ts";
import { Logger } from "./log.ts";
import { Refusal, statusOf } from "./refusal.ts";

const log = new Logger("plures.calls");
const INSIDE = "it failed inside; the log of the process that hosts it says why";
export const LATE = "its deadline passed while it ran";

/** Around each operation of the libraries of Connect. */
export function guarding(contracts: Contracts): Interceptor {
  return (next) => async (request) => {
    const check = (message: Parameters<Contracts["problems"]>[1]) => {
      const problems = contracts.problems(request.method.input, message);
      const call = currentCall();
      if (problems.length > 0) {
        if (call) call.span.code = "invalid_argument";
        throw new Refusal("invalid_argument", problems.join("; ")).asConnectError();
      }
      if (call) call.hasBegun = true;
    };
    if (!request.stream) {
      check(request.message);
      return await inTime(request.signal, next(request)).catch(raiseTold);
    }
    const messages = each(request.message, check);
    const response = await next({ ...request, message: messages }).catch(raiseTold);
    return response.stream ? { ...response, message: each(response.message, () => {}, raiseTold) } : response;
  };
}

/** The failure that callers are told of: [status, message, code of Plures]. What is not declared is logged, and stays here. */
export function failureOf(error: unknown): [Code, string, string?] | undefined {
  if (error instanceof ConnectError) {
    if (!isOfAnother(error)) return undefined;
    const call = currentCall();
    if (error.code === Code.DeadlineExceeded && call && call.deadline <= performance.now()) return [Code.DeadlineExceeded, LATE];
    if (error.code === Code.Unavailable) {
      log.warning(`${call?.operation} failed, since something it needs did not answer: ${error.rawMessage}`);
      return wasNotSent(error)
        ? [Code.Unavailable, "something that it needs cannot be reached", "call.need_unreachable"]
        : [Code.Unavailable, "something that it needs did not answer"];
    }
  }
  log.error(`${currentCall()?.operation} raised an error that its contract does not declare`, { error });
  return [Code.Internal, INSIDE];
}

/** How a call ended that failed: the name of a declared error, or a code of the protocol. */
export function endedAs(error: unknown, failure: ReturnType<typeof failureOf>): void {
  const call = currentCall();
  if (call === undefined) return;
  const declared = error instanceof ConnectError ? error.details.find((each) => "desc" in each) : undefined;
  call.span.code ||= declared?.desc.name ?? statusOf(failure?.[0] ?? ConnectError.from(error).code);
}

function raiseTold(error: unknown): never {
  const failure = failureOf(error);
  endedAs(error, failure);
  if (failure === undefined) throw error;
  throw new ConnectError(failure[1], failure[0]);
}

/** What comes of work, or the end of its time: code that does not look at the signal does not hold up its caller. */
export function inTime<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = () => {
      const isLate = ConnectError.from(signal.reason).code === Code.DeadlineExceeded || signal.reason?.name === "TimeoutError";
      reject(isLate ? new ConnectError(LATE, Code.DeadlineExceeded) : ConnectError.from(signal.reason, Code.Canceled));
    };
    signal.addEventListener("abort", late, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", late));
  });
}

async function* each<T>(messages: AsyncIterable<T>, look: (message: T) => void, raise?: (error: unknown) => never): AsyncGenerator<T> {
  try {
    for await (const message of messages) {
      look(message);
      yield message;
    }
  } catch (error) {
    if (raise) raise(error);
    throw error;
  }
}
