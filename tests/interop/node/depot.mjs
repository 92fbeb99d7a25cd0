// The service's descriptor, as generated code would hold it: read from a FileDescriptorSet.
import { readFileSync } from "node:fs";
import { createFileRegistry, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";

const PACKAGE = "interop.depot.v1";

export function readDepot(path) {
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(path)));
  return {
    service: registry.getService(`${PACKAGE}.Depot`),
    tooHeavy: registry.getMessage(`${PACKAGE}.TooHeavy`),
  };
}
