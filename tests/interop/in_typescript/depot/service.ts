// depot: what tests ask of a service in TypeScript, in place of the operations that `plures new service` leaves to be written.
import { setTimeout as sleep } from "node:timers/promises";
import type { HandlerContext } from "@connectrpc/connect";
import { Depot, TooHeavySchema } from "../gen/interop/depot/v1/depot_pb.js";
import { clientOf } from "./plures/clients.ts";
import type { Contracts } from "./plures/contract.ts";
import { Logger } from "./plures/log.ts";
import { declared, type Opened } from "./plures/serve.ts";

const LIMIT_G = 1000n;
const log = new Logger("interop.depot");

export function open(contracts: Contracts): Opened<typeof Depot> {
  const checkWeight = (weightG: bigint) => {
    if (weightG > LIMIT_G) throw declared(contracts, TooHeavySchema, { weightG, limitG: LIMIT_G, advice: "use a crane" });
  };
  const rest = async (holdS: number, { signal }: HandlerContext) => {
    log.info(`rests for ${holdS} s`, { holdS });
    // One that is negative looks at no signal.
    await sleep(Math.abs(holdS) * 1000, undefined, holdS < 0 ? {} : { signal });
    return {};
  };
  return {
    operations: {
      mirror: ({ parcel }) => parcel ?? {},
      spell: ({ parcel }) => ({ value: `${parcel?.wide} ${parcel?.price} ${parcel?.shape?.value.case} ${parcel?.note}` }),
      turn: ({ shape }) => {
        const chosen = shape?.value;
        const turned =
          chosen?.case === "circle"
            ? { case: "square" as const, value: { sideMm: BigInt(chosen.value.radius) } }
            : { case: "circle" as const, value: { radius: Number(chosen?.value?.sideMm) } };
        return { value: { value: turned } };
      },
      async nextId({ lastId, step = 1n, label = "" }) {
        if (label === "further") return await clientOf(Depot).nextId({ lastId, step });
        if (label === "broken") throw new Error("the password is swordfish");
        return { value: lastId + step + BigInt(label.length) };
      },
      lift({ weightG }) {
        checkWeight(weightG);
        return {};
      },
      wait: ({ holdS }, context) => rest(holdS, context),
      hurry: ({ holdS }, context) => rest(holdS, context),
      async *unload({ first, count }) {
        for (let number = first; number < first + count; number++) {
          checkWeight(number);
          yield { sideMm: number };
        }
      },
    },
  };
}
