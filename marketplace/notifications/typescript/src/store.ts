// The messages, in the database of the capability.
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { create } from "@bufbuild/protobuf";
import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { type Notification, NotificationSchema } from "../gen/marketplace/notifications/v1/notifications_pb.js";

export const MIGRATIONS = [
  `CREATE TABLE notifications (
     number INTEGER PRIMARY KEY,
     key TEXT NOT NULL UNIQUE,
     id TEXT NOT NULL UNIQUE,
     customer_id TEXT NOT NULL,
     subject TEXT NOT NULL,
     text TEXT NOT NULL,
     sent_at TEXT NOT NULL
   );
   CREATE INDEX notifications_of_customer ON notifications (customer_id, number)`,
];

export class Store {
  readonly #insert: StatementSync;
  readonly #byKey: StatementSync;
  readonly #newest: StatementSync;

  constructor(database: DatabaseSync) {
    this.#insert = database.prepare(
      "INSERT OR IGNORE INTO notifications (key, id, customer_id, subject, text, sent_at) VALUES (?, ?, ?, ?, ?, ?)",
    );
    this.#byKey = database.prepare("SELECT * FROM notifications WHERE key = ?");
    this.#newest = database.prepare("SELECT * FROM notifications WHERE customer_id = ? ORDER BY number DESC LIMIT ?");
  }

  /** Keep a message, unless there is one under this key already; answers with the one that it keeps. */
  keep(key: string, { id, customerId, subject, text, sentAt }: Notification): Notification {
    if (sentAt === undefined) throw new Error("a message that is kept was sent at some time");
    this.#insert.run(key, id, customerId, subject, text, timestampDate(sentAt).toISOString());
    return read(this.#byKey.get(key));
  }

  /** The newest first. */
  listFor(customerId: string, limit: bigint): Notification[] {
    return this.#newest.all(customerId, limit).map(read);
  }
}

function read(row: Record<string, unknown> | undefined): Notification {
  const { id, customer_id, subject, text, sent_at } = row as Record<string, string>;
  return create(NotificationSchema, { id, customerId: customer_id, subject, text, sentAt: timestampFromDate(new Date(sent_at ?? "")) });
}
