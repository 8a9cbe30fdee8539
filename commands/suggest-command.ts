/** What to say about a command that does not exist: the nearest one that does. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { nearestName } from "./nearest-name.ts";

const { scripts } = JSON.parse(readFileSync(join(import.meta.dirname, "..", "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};
const [typed = ""] = process.argv.slice(2);
const nearest = nearestName(typed, [...Object.keys(scripts), "help"]);
const advice = nearest === undefined ? "" : ` Did you mean ./course ${nearest}?`;
console.error(`There is no command "${typed}".${advice} ./course help lists them all.`);
process.exitCode = 2;
