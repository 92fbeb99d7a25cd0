// The log: lines on standard error, as every process of the application writes them.
import { currentCall } from "./call.ts";
import { environment } from "./environment.ts";

const LEVELS = ["debug", "info", "warning", "error", "critical"] as const;
export type Level = (typeof LEVELS)[number];
export interface More {
  error?: unknown;
  [name: string]: unknown;
}

const least = Math.max(0, LEVELS.indexOf(environment.logLevel as Level));

export class Logger {
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  debug(message: string, more?: More): void {
    this.#write("debug", message, more);
  }
  info(message: string, more?: More): void {
    this.#write("info", message, more);
  }
  warning(message: string, more?: More): void {
    this.#write("warning", message, more);
  }
  error(message: string, more?: More): void {
    this.#write("error", message, more);
  }
  critical(message: string, more?: More): void {
    this.#write("critical", message, more);
  }

  #write(level: Level, message: string, more: More = {}): void {
    if (LEVELS.indexOf(level) < least) return;
    const write = environment.logFormat === "json" ? jsonLine : textLine;
    process.stderr.write(`${write(level, this.#name, message, more)}\n`);
  }
}

function jsonLine(level: Level, logger: string, message: string, { error, ...extra }: More): string {
  const call = currentCall();
  const line = JSON.stringify({
    time: now(),
    level,
    logger,
    message,
    process: environment.process || undefined,
    capability: call?.capability,
    request_id: call?.requestId,
    trace_id: call?.trace.id,
    span_id: call?.trace.span,
    exception: error === undefined ? undefined : exception(error),
    extra: Object.keys(extra).length > 0 ? extra : undefined,
  }, plain);
  // In ASCII it is the same in every encoding.
  return line.replace(/[\u007f-\uffff]/g, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function textLine(level: Level, logger: string, message: string, { error }: More): string {
  const id = currentCall()?.requestId;
  const lines = [message, ...(error === undefined ? [] : [exception(error).stack])].join("\n").split("\n");
  // Further lines are indented, so that none of them looks like a record.
  const [first, ...rest] = lines.map((line) => line.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]/g, escaped));
  const head = `${now()} ${level.toUpperCase().padEnd(7)} ${logger}${id ? ` [${id}]` : ""}: ${first}`;
  return [head, ...rest.map((line) => `    ${line}`)].join("\n");
}

function exception(error: unknown): { type: string; message: string; stack: string } {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error), stack: String(error) };
  return { type: error.name, message: error.message, stack: error.stack ?? String(error) };
}

function escaped(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
}

function plain(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}

/** RFC 3339 with the offset of local time. */
function now(): string {
  const at = new Date();
  const offset = -at.getTimezoneOffset();
  const local = new Date(at.getTime() + offset * 60_000).toISOString().slice(0, -1);
  const [hours, minutes] = [Math.trunc(Math.abs(offset) / 60), Math.abs(offset) % 60].map((n) => String(n).padStart(2, "0"));
  return `${local}${offset < 0 ? "-" : "+"}${hours}:${minutes}`;
}

const own = new Logger("plures");
// What Node warns of is one record, as everything else.
process.removeAllListeners("warning");
process.on("warning", (warning) => {
  own[warning.name === "ExperimentalWarning" ? "debug" : "warning"](`${warning.name}: ${warning.message}`);
});
for (const event of ["uncaughtException", "unhandledRejection"] as const) {
  process.on(event, (error: unknown) => {
    own.critical("an error that nothing caught ends the process", { error });
    process.exit(1);
  });
}
