"""The client that each module has: some lines of TypeScript, so that a browser needs no package."""

from typing import Final

CLIENT: Final = """
export interface CallOptions {
  /** Ends the call. The deadline of its contract ends it as well. */
  signal?: AbortSignal;
  /** Sent beside those of the protocol: Authorization, for one. */
  headers?: { readonly [name: string]: string };
}

/** A call that failed. `code` is one of the Connect protocol; `declared` has the fields of an error of the contract. */
export class CallFailed extends Error {
  readonly code: string;
  readonly declared: DeclaredError | undefined;
  constructor(code: string, message: string, declared: DeclaredError | undefined) {
    super(message);
    this.name = "CallFailed";
    this.code = code;
    this.declared = declared;
  }
}

/** Calls operations at an address, as `https://shop.example`. The second one gives items as they come. */
export function connect(address: string, fetching: typeof fetch = fetch) {
  const base = address.replace(/\\/+$/, "");

  function ask(name: keyof Calls, body: BodyInit, type: string, options: CallOptions): Promise<Response> {
    const operation = operations[name];
    const headers = {
      "content-type": type,
      "connect-protocol-version": "1",
      "connect-timeout-ms": String(operation.deadlineMs),
      ...options.headers,
    };
    return fetching(base + operation.path, { method: "POST", headers, body, signal: options.signal ?? null });
  }

  async function call<Name extends UnaryName>(
    name: Name, request: Calls[Name]["request"], options: CallOptions = {},
  ): Promise<Calls[Name]["answer"]> {
    const response = await ask(name, JSON.stringify(request), "application/json", options);
    if (!response.ok) throw failed(await response.json().catch(() => ({})), response.status);
    return (await response.json()) as Calls[Name]["answer"];
  }

  async function* stream<Name extends StreamName>(
    name: Name, request: Calls[Name]["request"], options: CallOptions = {},
  ): AsyncGenerator<Calls[Name]["answer"], void, undefined> {
    const message = new TextEncoder().encode(JSON.stringify(request));
    const envelope = new Uint8Array(5 + message.length);
    new DataView(envelope.buffer).setUint32(1, message.length);
    envelope.set(message, 5);
    const response = await ask(name, envelope, "application/connect+json", options);
    if (!response.ok || !response.body) throw failed(await response.json().catch(() => ({})), response.status);
    const reader = response.body.getReader();
    let buffer = new Uint8Array(0);
    try {
      for (;;) {
        const { value, done } = await reader.read();
        if (done) throw failed({ code: "internal", message: "the stream ended without its end" }, response.status);
        const joined = new Uint8Array(buffer.length + value.length);
        joined.set(buffer);
        joined.set(value, buffer.length);
        buffer = joined;
        while (buffer.length >= 5) {
          const end = 5 + new DataView(buffer.buffer, buffer.byteOffset).getUint32(1);
          if (buffer.length < end) break;
          const said: unknown = JSON.parse(new TextDecoder().decode(buffer.subarray(5, end)));
          const isEnd = ((buffer[0] ?? 0) & 2) !== 0;
          buffer = buffer.subarray(end);
          if (!isEnd) {
            yield said as Calls[Name]["answer"];
            continue;
          }
          const problem = (said as { error?: object }).error;
          if (problem) throw failed(problem, response.status);
          return;
        }
      }
    } finally {
      await reader.cancel().catch(() => undefined);
    }
  }

  return { call, stream };
}

function failed(body: { code?: string; message?: string; declared?: DeclaredError }, status: number): CallFailed {
  return new CallFailed(body.code ?? "unknown", body.message ?? `HTTP ${status}`, body.declared);
}
"""
