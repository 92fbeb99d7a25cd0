// The contract fulfilled in TypeScript's libraries: a process of its own that listens on $PORT.
//
//   PORT=9100 DESCRIPTORS=depot.bin node server.mjs
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { Code, ConnectError } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { readDepot } from "./depot.mjs";

const LIMIT_G = 1000n;
const { service, tooHeavy } = readDepot(process.env.DESCRIPTORS);

function checkWeight(weightG) {
  if (weightG > LIMIT_G) {
    const detail = { desc: tooHeavy, value: { weightG, limitG: LIMIT_G, advice: "use a crane" } };
    throw new ConnectError("It is too heavy to be lifted.", Code.OutOfRange, undefined, [detail]);
  }
}

async function rest(holdS, signal) {
  await sleep(holdS * 1000, undefined, { signal });
  return {};
}

const depot = {
  mirror: ({ parcel }) => parcel,
  spell: ({ parcel }) => ({ value: `${parcel.wide} ${parcel.price} ${parcel.shape.choice.case} ${parcel.note}` }),
  turn: ({ shape: { choice } }) => ({
    value:
      choice.case === "circle"
        ? { choice: { case: "square", value: { sideMm: BigInt(choice.value.radius) } } }
        : { choice: { case: "circle", value: { radius: Number(choice.value.sideMm) } } },
  }),
  nextId: ({ lastId, step, label }) => ({ value: lastId + step + BigInt(label.length) }),
  lift: ({ weightG }) => checkWeight(weightG) ?? {},
  wait: ({ holdS }, { signal }) => rest(holdS, signal),
  hurry: ({ holdS }, { signal }) => rest(holdS, signal),
  async *unload({ first, count }) {
    for (let number = first; number < first + count; number++) {
      checkWeight(number);
      yield { sideMm: number };
    }
  },
};

const server = createServer(connectNodeAdapter({ routes: (router) => router.service(service, depot) }));
server.listen(Number(process.env.PORT), "127.0.0.1", () => console.log(`listening on ${server.address().port}`));
process.on("SIGTERM", () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
