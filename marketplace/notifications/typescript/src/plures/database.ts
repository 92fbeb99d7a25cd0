// The database of a capability: one SQLite file in its folder, with what was committed safe on disk.
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { dataFolder } from "./environment.ts";

/** Open it, and apply the migrations that it has not seen: each is SQL, applied once, in this order. */
export function openDatabase(capability: string, migrations: string[]): DatabaseSync {
  // Loaded here, so that what Node says of it comes into the log.
  const { DatabaseSync } = process.getBuiltinModule("node:sqlite");
  const database = new DatabaseSync(join(dataFolder(capability), `${capability}.sqlite3`));
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON");
  database.exec("BEGIN IMMEDIATE");
  const applied = database.prepare("PRAGMA user_version").get()?.user_version as number;
  if (applied > migrations.length) {
    throw new Error(`the database has ${applied} migrations, and this code knows ${migrations.length}: run the newer version`);
  }
  for (const migration of migrations.slice(applied)) database.exec(migration);
  database.exec(`PRAGMA user_version = ${migrations.length}; COMMIT`);
  return database;
}
