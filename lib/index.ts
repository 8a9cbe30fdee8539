// The one entry notebooks import. lib/dist/index.js is generated from this file so that each name loads its
// module on first use (see commands/build-lib.ts): keep to `export … from` lines.
export { DataError, GenerativeError, OptionError, ShapeError } from "./core/errors";
export { useBackend } from "./core/backend";
export type { BackendReport } from "./core/backend";
export type { BackendName } from "./core/backend-registry";
export { Random } from "./core/random";
export type { RandomState } from "./core/random";
export { tf } from "./core/tf";
