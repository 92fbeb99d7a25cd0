// Calls a contract through the module that `plures contract export typescript` wrote for it, as a browser would.
import { CallFailed, connect, type HoldingInput, type Optional } from "./tests/everything/v1/everything.ts";

declare const process: { argv: string[] };
const { call, stream } = connect(process.argv[2] ?? "");

const holding: HoldingInput = {
  shape: { square: { sideMm: "9007199254740993" } },
  shapes: [{ circle: { radius: "NaN" } }],
  byName: { a: { radius: 0.5 } },
  point: [0.5, "Infinity"],
  pair: ["a", 1],
  grid: [[1], []],
  choices: ["b"],
  times: ["14:30:00"],
  tree: { name: "root", beside: { name: "leaf", leaves: [] } },
};
const held = await call("Holding", { value: holding });
const side = held.shape.square?.sideMm;
if (side === undefined) throw new Error("it is no square");

const optional: Optional = await call("Optional", { value: { greeting: "hi", colour: "RED" } });

let refusal = "";
try {
  await call("Refuse", { count: 11, shape: { circle: { radius: 1 } } });
} catch (error) {
  if (!(error instanceof CallFailed)) throw error;
  // The type of the fields follows from the type of the error.
  if (error.declared?.type === "tests.everything.v1.TooMany") refusal = `${error.code} ${error.declared.fields.count}`;
}

const sides: string[] = [];
let end = "";
try {
  for await (const square of stream("Many", { count: 101 })) sides.push(String(square.sideMm));
} catch (error) {
  end = error instanceof CallFailed ? error.code : "";
}

console.log(JSON.stringify({ side: String(BigInt(side)), held, optional, refusal, items: sides.length, end }));
