/** Vega-Lite's own JSON schema, which its package ships. */
import { Ajv } from "ajv";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const path = join(
  import.meta.dirname,
  "..",
  "..",
  "node_modules",
  "vega-lite",
  "build",
  "vega-lite-schema.json",
);
const ajv = new Ajv({ strict: false, validateFormats: false });
const validate = ajv.compile(JSON.parse(readFileSync(path, "utf8")) as object);

/** What the schema has against a specification: nothing where it is valid. */
export function schemaErrors(spec: unknown): string[] {
  validate(spec);
  return (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? ""}`);
}
