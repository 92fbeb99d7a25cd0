// The message that confirms an order to its customer.
import { readFileSync } from "node:fs";
import { type Money, type Order, type ShippingQuote, ShippingMethod } from "../gen/marketplace/checkout/v1/checkout_pb.js";

const COUNTRY_NAMES: Record<string, string> = JSON.parse(readFileSync(new URL("countries.json", import.meta.url), "utf8"));
const SIGNS: Record<string, string> = { EUR: "€", USD: "$", GBP: "£" };

export function confirmation(order: Order): { subject: string; text: string } {
  return { subject: `Your order ${order.id}`, text: [...lines(order)].join("\n") };
}

function* lines({ id, draft }: Order): Generator<string> {
  const { address, shipping, total } = draft ?? {};
  if (draft === undefined || address === undefined || shipping === undefined) throw new Error(`order ${id} is not complete`);
  yield `Hello ${address.recipient},`;
  yield "";
  yield `thank you for your order ${id}. This is what you will get:`;
  yield "";
  for (const line of draft.lines) yield `  ${line.quantity} x ${line.name}: ${inWords(line.total)}`;
  yield `  Shipping (${ShippingMethod[shipping.method]?.toLowerCase()}): ${inWords(shipping.price)}`;
  yield `  Total: ${inWords(total)}, paid with your card ending in ${draft.paymentEnding}`;
  yield "";
  const country = COUNTRY_NAMES[address.country] ?? address.country;
  yield `It goes to ${address.street}, ${address.postalCode} ${address.city}, ${country}`;
  yield `and takes ${days(shipping)}.`;
}

/** `€1,180.50`; a currency without a sign of its own is written with its code. */
function inWords(money: Money | undefined): string {
  const { amount = 0n, currency = "EUR" } = money ?? {};
  const cents = amount < 0n ? -amount : amount;
  const major = (cents / 100n).toString().replace(/\B(?=(\d{3})+$)/g, ",");
  return `${amount < 0n ? "-" : ""}${SIGNS[currency] ?? `${currency} `}${major}.${(cents % 100n).toString().padStart(2, "0")}`;
}

function days({ daysMin: least, daysMax: most }: ShippingQuote): string {
  if (least === most) return `${least} working day${least === 1n ? "" : "s"}`;
  return `${least} to ${most} working days`;
}
