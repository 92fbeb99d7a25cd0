// What `plures run` tells a process: variables of its environment, read once.

export interface Caller {
  name: string;
  kind: "process" | "command" | "outside" | "tools";
  sha256: string;
  may_call: string[];
  may_deliver_to: string[];
}

export interface Environment {
  /** Where to listen. */
  host: string;
  port: number;
  /** Process and replica number, `mail.1`; empty where no supervisor started it. */
  process: string;
  callers: Caller[];
  /** How long requests in flight may take when it is stopped, in seconds. */
  graceS: number;
  logFormat: "text" | "json";
  logLevel: string;
}

/** What takes the spans of this process. */
export interface Receiver {
  url: string;
  headers: Record<string, string>;
  /** Those of traces as well that may be kept for what comes later. */
  takesAll: boolean;
}

const variables = process.env;

export const environment: Environment = {
  ...address(variables.PLURES_CONTROL_ADDRESS ?? `127.0.0.1:${variables.PORT ?? "0"}`),
  process: variables.PLURES_PROCESS ?? "",
  callers: JSON.parse(variables.PLURES_CALLERS ?? "[]"),
  graceS: Number(variables.PLURES_GRACE_S ?? "10"),
  logFormat: variables.PLURES_LOG_FORMAT === "json" ? "json" : "text",
  logLevel: variables.PLURES_LOG_LEVEL ?? "info",
};

/** Where traces are kept, and the receiver that OTEL_ variables name, if there is another one. */
export const receivers: Receiver[] = [...ours(), ...theirs()];

function ours(): Receiver[] {
  const { PLURES_TELEMETRY_URL: url, PLURES_TELEMETRY_TOKEN: token = "" } = variables;
  return url ? [{ url: `${url}/v1/traces`, headers: { authorization: `Bearer ${token}` }, takesAll: true }] : [];
}

function theirs(): Receiver[] {
  const of = (name: string) => variables[`OTEL_EXPORTER_OTLP_TRACES_${name}`] ?? variables[`OTEL_EXPORTER_OTLP_${name}`] ?? "";
  const base = variables.OTEL_EXPORTER_OTLP_ENDPOINT;
  const url = variables.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? (base && `${base.replace(/\/$/, "")}/v1/traces`);
  const isWanted = variables.OTEL_SDK_DISABLED !== "true" && (variables.OTEL_TRACES_EXPORTER ?? "otlp").split(",").includes("otlp");
  if (!url || !isWanted || of("PROTOCOL") === "grpc" || url === `${variables.PLURES_TELEMETRY_URL}/v1/traces`) return [];
  const headers = of("HEADERS").split(",").map((each) => each.split(/=(.*)/s, 2));
  const named = headers.flatMap(([name = "", value]) => (value === undefined ? [] : [[name.trim(), decodeURIComponent(value.trim())]]));
  return [{ url, headers: Object.fromEntries(named), takesAll: false }];
}

/** The folder for what a capability keeps. */
export function dataFolder(capability: string): string {
  return told(capability, "DATA");
}

/** Where a capability answers. */
export function urlOf(capability: string): string {
  return told(capability, "URL");
}

/** What to send there; undefined where this process may not call it. */
export function tokenFor(capability: string): string | undefined {
  return variables[variable(capability, "TOKEN")];
}

function told(capability: string, what: string): string {
  const value = variables[variable(capability, what)];
  if (value === undefined) {
    throw new Error(`${variable(capability, what)} is not set: start this process by \`plures run\`, or set it by hand`);
  }
  return value;
}

function variable(capability: string, what: string): string {
  return `PLURES_${capability.toUpperCase().replaceAll("-", "_")}_${what}`;
}

function address(text: string): { host: string; port: number } {
  const colon = text.lastIndexOf(":");
  return { host: text.slice(0, colon).replace(/^\[|\]$/g, ""), port: Number(text.slice(colon + 1)) };
}
