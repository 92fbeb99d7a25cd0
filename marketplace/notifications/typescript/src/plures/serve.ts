// A capability in this process: its operations, its handlers of events, its start and its end.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { DescMessage, DescService, MessageInitShape } from "@bufbuild/protobuf";
import { ConnectError, type ServiceImpl } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import type { Call } from "./call.ts";
import { Contracts } from "./contract.ts";
import { type Handler, readEnvelope } from "./events.ts";
import { Listener, type Served } from "./listener.ts";
import { Logger } from "./log.ts";
import { answer, answerError, codeOf, Refusal, refuse, statusOf } from "./refusal.ts";
import { endedAs, failureOf, guarding, inTime } from "./running.ts";

const log = new Logger("plures");
const MOST_BYTES = 1024 * 1024;
const HANDLING_S = 10;

/** A capability, as this process fulfils it. */
export interface Opened<Service extends DescService> {
  operations: ServiceImpl<Service>;
  /** By the names that peers call them by: `Confirm` is the method `confirm` of a service in Python. */
  handlers?: Record<string, Handler>;
  /** Called when all calls are over. */
  close?(): void | Promise<void>;
}

/** A declared error of a contract, with its fields: `throw declared(contracts, OutOfStockSchema, { productId, available })`. */
export function declared<Desc extends DescMessage>(contracts: Contracts, desc: Desc, value: MessageInitShape<Desc>): ConnectError {
  const failure = contracts.failure(desc);
  if (failure === undefined) throw new Error(`${desc.typeName} is no error of the contracts in this service`);
  return new ConnectError(failure.text ?? desc.name, codeOf(failure.status), undefined, [{ desc, value }]);
}

/** Serve a contract until the process is told to end. */
export async function serve<Service extends DescService>(
  service: Service,
  contractFolder: URL,
  open: (contracts: Contracts) => Opened<Service> | Promise<Opened<Service>>,
): Promise<void> {
  const contracts = new Contracts(contractFolder);
  const opened = await open(contracts);
  const listener = new Listener([...operationsOf(service, contracts, opened), ...handlersOf(service, contracts, opened)]);
  let isStopping = false;
  const stop = async () => {
    // Whoever asks twice does not want to wait.
    if (isStopping) process.exit(1);
    isStopping = true;
    await listener.stop();
    await opened.close?.();
    process.exit(0);
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  await listener.start();
}

function capabilityOf(service: DescService): string {
  return service.typeName.split(".").at(-3) ?? "";
}

function operationsOf<Service extends DescService>(service: Service, contracts: Contracts, opened: Opened<Service>): Served[] {
  const answerCall = connectNodeAdapter({
    routes: (router) => router.service(service, opened.operations),
    interceptors: [guarding(contracts)],
    // Callers that know nothing of proto3 find every field of an answer.
    jsonOptions: { alwaysEmitImplicit: true },
    readMaxBytes: MOST_BYTES,
    writeMaxBytes: MOST_BYTES,
    grpc: false,
    grpcWeb: false,
  });
  return service.methods.map(({ name }) => ({
    operation: `${service.typeName}/${name}`,
    capability: capabilityOf(service),
    deadlineS: contracts.deadlineS(service.typeName, name),
    isEvent: false,
    answer: answerCall,
  }));
}

function handlersOf<Service extends DescService>(service: Service, contracts: Contracts, { handlers = {} }: Opened<Service>): Served[] {
  return Object.entries(handlers).map(([name, handler]) => ({
    operation: `${service.typeName}/${name}`,
    capability: capabilityOf(service),
    deadlineS: HANDLING_S,
    isEvent: true,
    answer: (request, response, call) => void deliver(handler, contracts, request, response, call),
  }));
}

async function deliver(handler: Handler, contracts: Contracts, request: IncomingMessage, response: ServerResponse, call: Call): Promise<void> {
  const limit = AbortSignal.timeout(Math.max(1, Math.ceil(call.deadline - performance.now())));
  try {
    const envelope = readEnvelope(await bodyOf(request));
    call.hasBegun = true;
    await inTime(limit, Promise.resolve(handler.handle(envelope, contracts)));
    answer(response, 200, {});
  } catch (error) {
    if (error instanceof Refusal) {
      log.warning(`${call.operation} does not take an event: ${error.message}`);
      return refuse(response, error);
    }
    const failure = failureOf(error);
    endedAs(error, failure);
    const [code, message, kind] = failure ?? [ConnectError.from(error).code, ConnectError.from(error).rawMessage];
    answerError(response, statusOf(code), message, kind);
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // The connection must live for the answer.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new Refusal("resource_exhausted", `the request is over the limit of ${MOST_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
