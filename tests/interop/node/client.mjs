// Makes the calls that stand as JSON on standard input, and prints what came back.
//
//   node client.mjs URL DESCRIPTORS < calls.json
//
// call:  {operation, request, useGet, timeoutMs}     request is the message as JSON
// reply: {messages, code, text, details}             code is null when the call succeeded
import { readFileSync } from "node:fs";
import { fromJson, toJson } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { readDepot } from "./depot.mjs";

const [baseUrl, descriptors] = process.argv.slice(2);
const { service } = readDepot(descriptors);

async function perform({ operation, request, useGet, timeoutMs }) {
  const transport = createConnectTransport({ baseUrl, httpVersion: "1.1", useBinaryFormat: false, useHttpGet: useGet });
  const client = createClient(service, transport);
  const method = service.methods.find((each) => each.name === operation);
  const messages = [];
  try {
    const answer = client[method.localName](fromJson(method.input, request), { timeoutMs });
    const stream = method.methodKind === "server_streaming" ? answer : [await answer];
    for await (const message of stream) {
      messages.push(toJson(method.output, message));
    }
    return { messages, code: null, text: "", details: [] };
  } catch (thrown) {
    const error = ConnectError.from(thrown);
    const details = error.details.map(({ type, debug }) => ({ type, debug }));
    return { messages, code: inSnakeCase(Code[error.code]), text: error.rawMessage, details };
  }
}

function inSnakeCase(name) {
  return name.replace(/(?<!^)([A-Z])/g, "_$1").toLowerCase();
}

const replies = [];
for (const call of JSON.parse(readFileSync(0, "utf8"))) {
  replies.push(await perform(call));
}
process.stdout.write(JSON.stringify(replies));
process.exit(0); // keep-alive connections would hold the process open
