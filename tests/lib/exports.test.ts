/** The names that lib/index.ts exports, in the sources and in the built package. */
import { createRequire } from "node:module";
import { join } from "node:path";
import * as sources from "../../lib/index.ts";

const root = join(import.meta.dirname, "..", "..");
const names = Object.keys(sources).sort();

test("each name of the sources is in the built package, and no other, as the same kind of value", () => {
  // The real require: jest's would take the sources in the package's place.
  const built = createRequire(join(root, "package.json"))(join(root, "lib", "dist", "index.js")) as Record<
    string,
    unknown
  >;
  expect(Object.keys(built).sort()).toEqual(names);
  for (const name of names) {
    const source = (sources as Record<string, unknown>)[name];
    expect([name, source === undefined]).toEqual([name, false]);
    expect([name, typeof built[name]]).toEqual([name, typeof source]);
  }
});
