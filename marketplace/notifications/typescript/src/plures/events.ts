// Events of other capabilities: what arrives, and a handler that takes effect once however often it is told.
import type { DatabaseSync } from "node:sqlite";
import { type DescMessage, fromJson, type JsonValue, type MessageShape } from "@bufbuild/protobuf";
import type { Contracts } from "./contract.ts";
import { Refusal } from "./refusal.ts";

const KEPT_MS = 14 * 24 * 3600 * 1000;

/** A CloudEvents envelope, without its data. */
export interface Envelope {
  id: string;
  source: string;
  type: string;
  time: string;
  partitionkey: string;
  sequence: string;
}

/** Handles the events of one subscription; one that fails is told again. */
export interface Handler {
  handle(envelope: Envelope & { data: JsonValue }, contracts: Contracts): void | Promise<void>;
}

/** A handler of events of one type, which is a message of the publisher's contract. */
export function on<Desc extends DescMessage>(
  desc: Desc,
  handle: (event: MessageShape<Desc>, envelope: Envelope) => void | Promise<void>,
): Handler {
  return {
    handle(envelope, contracts) {
      if (envelope.type !== desc.typeName) throw new Refusal("invalid_argument", `type: ${desc.typeName} is expected, and it is '${envelope.type}'`);
      const event = read(desc, envelope.data);
      const problems = contracts.problems(desc, event, "data.");
      if (problems.length > 0) throw new Refusal("invalid_argument", problems.join("; "));
      return handle(event, envelope);
    },
  };
}

/** What was sent as an event; raises where it is none. */
export function readEnvelope(body: string): Envelope & { data: JsonValue } {
  let envelope: Record<string, unknown>;
  try {
    envelope = JSON.parse(body);
  } catch (error) {
    throw new Refusal("invalid_argument", `the body: not JSON: ${(error as Error).message}`);
  }
  const missing = ["id", "type", "data"].filter((name) => !envelope?.[name]);
  if (missing.length > 0) throw new Refusal("invalid_argument", missing.map((name) => `${name}: is missing`).join("; "));
  return envelope as unknown as Envelope & { data: JsonValue };
}

/** Remembers which events were handled, in the database that they change. */
export class Inbox {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    database.exec("CREATE TABLE IF NOT EXISTS plures_inbox (subscription TEXT, id TEXT, handled_at INTEGER, PRIMARY KEY (subscription, id))");
  }

  /** Do the work and note the event in one transaction, unless it is noted already. The work must not wait for anything. */
  once(subscription: string, id: string, work: () => void): void {
    const now = Date.now();
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      const noted = this.#database.prepare("INSERT OR IGNORE INTO plures_inbox VALUES (?, ?, ?)").run(subscription, id, now);
      if (noted.changes > 0) {
        work();
        this.#database.prepare("DELETE FROM plures_inbox WHERE handled_at < ?").run(now - KEPT_MS);
      }
      this.#database.exec("COMMIT");
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw error;
    }
  }
}

function read<Desc extends DescMessage>(desc: Desc, data: JsonValue): MessageShape<Desc> {
  try {
    return fromJson(desc, data, { ignoreUnknownFields: true });
  } catch (error) {
    throw new Refusal("invalid_argument", `data: ${(error as Error).message}`);
  }
}
