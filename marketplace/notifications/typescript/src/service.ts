// Notifications: messages to customers. A test marketplace mails none; customers read them in the shop.
import { randomUUID } from "node:crypto";
import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { OrderPlacedSchema } from "../gen/marketplace/checkout/v1/checkout_pb.js";
import { type Notification, NotificationSchema, type Notifications } from "../gen/marketplace/notifications/v1/notifications_pb.js";
import { confirmation } from "./confirmation.ts";
import { openDatabase } from "./plures/database.ts";
import { Inbox, on } from "./plures/events.ts";
import type { Opened } from "./plures/serve.ts";
import { MIGRATIONS, Store } from "./store.ts";

/** As many as are listed where nobody says how many. */
const LISTED = 20n;

export function open(): Opened<typeof Notifications> {
  const database = openDatabase("notifications", MIGRATIONS);
  const inbox = new Inbox(database);
  const store = new Store(database);
  return {
    operations: {
      send: ({ key, customerId, subject, text }) => store.keep(key, message(customerId, subject, text)),
      listFor: ({ customerId, limit = LISTED }) => ({ value: store.listFor(customerId, limit) }),
    },
    handlers: {
      // Tells a customer what they ordered.
      Confirm: on(OrderPlacedSchema, ({ customerId, order }, { id }) => {
        if (order === undefined) throw new Error("the event has no order");
        const { subject, text } = confirmation(order);
        inbox.once("notifications.confirm", id, () => store.keep(`order ${order.id}`, message(customerId, subject, text)));
      }),
    },
    close: () => database.close(),
  };
}

function message(customerId: string, subject: string, text: string): Notification {
  const sentAt = timestampFromDate(new Date());
  return create(NotificationSchema, { id: randomUUID().replaceAll("-", ""), customerId, subject, text, sentAt });
}
