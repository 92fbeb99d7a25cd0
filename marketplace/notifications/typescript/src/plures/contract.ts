// What contracts promise, as `plures contract export json` writes it: deadlines, errors, and the bounds of what is sent.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type DescField, type DescMessage, isFieldSet, type Message } from "@bufbuild/protobuf";
import { FeatureSet_FieldPresence } from "@bufbuild/protobuf/wkt";

interface Bounds {
  ge?: number | string;
  gt?: number | string;
  le?: number | string;
  lt?: number | string;
  multiple_of?: number | string;
  min_length?: number;
  max_length?: number;
  pattern?: string;
}
interface TypeForm extends Bounds {
  type?: string;
  list?: string | TypeForm;
  map?: string | TypeForm;
  oneof?: Record<string, string | TypeForm>;
}
interface FieldForm extends TypeForm {
  required?: boolean;
}
interface ContractForm {
  contract: string;
  service: string;
  operations: Record<string, { deadline_s: number }>;
  errors?: Record<string, { status: string; text?: string }>;
  enums?: Record<string, Record<string, number>>;
  messages?: Record<string, Record<string, FieldForm>>;
}

type Values = Record<string, unknown>;

export class Contracts {
  readonly #all: ContractForm[];

  /** All that lie in a folder, and in the folders below it. */
  constructor(folder: URL) {
    const path = fileURLToPath(folder);
    const files = readdirSync(path, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".json"));
    this.#all = files.map((name) => JSON.parse(readFileSync(join(path, name), "utf8")));
  }

  /** The deadline of an operation in seconds; 1 where it is not known. */
  deadlineS(service: string, operation: string): number {
    return this.#all.find((each) => each.service === service)?.operations[operation]?.deadline_s ?? 1;
  }

  /** A declared error: its status, as `failed_precondition`, and its text; undefined where none is called so. */
  failure(error: DescMessage): { status: string; text?: string } | undefined {
    return this.#owner(error)?.errors?.[error.name];
  }

  /** What is wrong with a message, each problem with its place: `["key: a text of at least 1 character is expected"]`. */
  problems(desc: DescMessage, message: Message, place = ""): string[] {
    const contract = this.#owner(desc);
    const fields = contract?.messages?.[desc.name];
    if (contract === undefined || fields === undefined) return [];
    return desc.fields.flatMap((field) => this.#problemsOf(contract, fields[field.jsonName], field, message, place));
  }

  #problemsOf(contract: ContractForm, form: FieldForm | undefined, field: DescField, message: Message, place: string): string[] {
    if (form === undefined) return [];
    const where = `${place}${field.jsonName}`;
    if (!isFieldSet(message, field)) {
      if (field.fieldKind === "message" && form.required) return [`${where}: is missing`];
      // What is optional was left out. Of other fields, proto3 does not write zeros, and they are values all the same.
      if (field.presence === FeatureSet_FieldPresence.EXPLICIT) return [];
    }
    const value = (message as unknown as Values)[field.localName];
    if (field.fieldKind === "list") {
      const items = value as unknown[];
      return [
        ...sizeProblems(form, items.length, where),
        ...items.flatMap((item, index) => this.#within(contract, form.list, field.message, item, `${where}[${index}]`)),
      ];
    }
    if (field.fieldKind === "map") {
      const entries = Object.entries(value as Values);
      return entries.flatMap(([key, item]) => this.#within(contract, form.map, field.message, item, `${where}.${key}`));
    }
    // What the libraries do not know they leave out, and zero would stand for it.
    const isUnknown = field.fieldKind === "enum" && value === 0 && !Object.values(contract.enums?.[form.type ?? ""] ?? {}).includes(0);
    if (isUnknown && form.required) return [`${where}: is missing, or none of the members that are known here`];
    return this.#within(contract, form, field.message, value, where);
  }

  #within(contract: ContractForm, form: string | TypeForm | undefined, desc: DescMessage | undefined, value: unknown, where: string): string[] {
    if (form === undefined) return [];
    if (typeof form === "string") return desc ? this.problems(desc, value as Message, `${where}.`) : [];
    if (form.oneof && desc) return this.#chosen(contract, form.oneof, desc, value as Values, where);
    if (desc && contract.messages?.[desc.name]) return this.problems(desc, value as Message, `${where}.`);
    return scalarProblems(form, value, where);
  }

  /** A union crosses as a message with one oneof. */
  #chosen(contract: ContractForm, members: Record<string, string | TypeForm>, desc: DescMessage, value: Values, where: string): string[] {
    const chosen = desc.oneofs[0] && (value[desc.oneofs[0].localName] as { case?: string; value?: unknown });
    if (!chosen?.case) return [`${where}: is missing`];
    const field = desc.fields.find((each) => each.localName === chosen.case);
    return field ? this.#within(contract, members[field.jsonName], field.message, chosen.value, `${where}.${field.jsonName}`) : [];
  }

  #owner(desc: DescMessage): ContractForm | undefined {
    const name = desc.typeName.slice(0, -desc.name.length - 1);
    return this.#all.find((each) => each.contract === name);
  }
}

function scalarProblems(form: TypeForm, value: unknown, where: string): string[] {
  if (typeof value === "string") {
    if (form.type === "decimal") return numberProblems(form, Number(value), where);
    // Characters, and not the units of UTF-16 that `length` counts.
    const problems = sizeProblems(form, [...value].length, where);
    const fits = form.pattern === undefined || new RegExp(form.pattern, "u").test(value);
    return fits ? problems : [...problems, `${where}: does not match ${form.pattern}`];
  }
  if (value instanceof Uint8Array) return sizeProblems(form, value.length, where);
  return typeof value === "number" || typeof value === "bigint" ? numberProblems(form, value, where) : [];
}

function sizeProblems({ min_length: least, max_length: most }: TypeForm, length: number, where: string): string[] {
  const problems: string[] = [];
  if (least !== undefined && length < least) problems.push(`${where}: its length is ${length}, and the least is ${least}`);
  if (most !== undefined && length > most) problems.push(`${where}: its length is ${length}, and the most is ${most}`);
  return problems;
}

function numberProblems(form: TypeForm, value: number | bigint, where: string): string[] {
  const { ge, gt, le, lt, multiple_of: step } = form;
  const problems: string[] = [];
  if (ge !== undefined && !(value >= Number(ge))) problems.push(`${where}: ${value} is less than ${ge}`);
  if (gt !== undefined && !(value > Number(gt))) problems.push(`${where}: ${value} is not more than ${gt}`);
  if (le !== undefined && !(value <= Number(le))) problems.push(`${where}: ${value} is more than ${le}`);
  if (lt !== undefined && !(value < Number(lt))) problems.push(`${where}: ${value} is not less than ${lt}`);
  if (step !== undefined && Number(value) % Number(step) !== 0) problems.push(`${where}: ${value} is no multiple of ${step}`);
  return problems;
}
