/**
 * What all sandboxed processes of one run share: how they are confined, their limits, and a private folder with the
 * child's program as plain JavaScript (stripping types in each of thousands of children would cost more than they do).
 */
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { buildSync } from "esbuild";
import { probeConfinement, type Confinement, type Program } from "./launch.ts";
import { defaultLimits, type Limits } from "./limits.ts";

export interface Session {
  /** The course's root folder. */
  root: string;
  confinement: Confinement;
  limits: Limits;
  /** Runs answers. */
  child: Program;
  /** Type-checks them; reads types, runs nothing. */
  compiler: Program;
  /** Ends of processes that run now. */
  running: Set<() => void>;
  close(): void;
}

export interface SessionOptions {
  limits?: Partial<Limits>;
  /** False runs answers without bubblewrap even where it is there. */
  bubblewrap?: boolean;
}

export function openSession({ limits = {}, bubblewrap = true }: SessionOptions = {}): Session {
  const root = resolve(import.meta.dirname, "../..");
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "grading-")));
  try {
    writePrograms(folder);
    const modules = (name: string) => join(root, "node_modules", name);
    const library = [join(root, "lib/dist"), join(root, "lib/package.json")];
    const child: Program = {
      script: join(folder, "child.js"),
      args: [root, join(root, "lib/dist"), modules("")],
      folders: [folder, ...library, modules("@actl"), modules("@tensorflow"), ...tfjsNeeds.map(modules)],
      environment: { GENERATIVE_BACKEND: "cpu", NODE_ENV: "production" },
    };
    const compiler: Program = {
      script: join(folder, "compiler.js"),
      args: [root],
      folders: [folder, ...library, ...typeFolders.map(modules), modules("@tensorflow")],
      environment: {},
    };
    const all = { ...defaultLimits, ...limits };
    const found = probeConfinement(child, all);
    const { bubblewrap: wall, ...thinner } = found;
    const confinement = bubblewrap || wall === undefined ? found : thinner;
    const running = new Set<() => void>();
    const close = () => {
      for (const end of running) end();
      rmSync(folder, { recursive: true, force: true });
    };
    return { root, confinement, limits: all, child, compiler, running, close };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Packages that TensorFlow.js loads. */
const tfjsNeeds = ["long", "seedrandom"];
const typeFolders = [
  "@actl",
  "@tslab",
  "@types/node",
  "@types/long",
  "@types/seedrandom",
  "@types/offscreencanvas",
  "undici-types",
];

function writePrograms(folder: string): void {
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  for (const name of ["child", "compiler"])
    buildSync({
      entryPoints: [join(import.meta.dirname, `${name}.ts`)],
      outfile: join(folder, `${name}.js`),
      bundle: true,
      format: "esm",
      platform: "node",
      target: "node24",
      logLevel: "silent",
    });
}
