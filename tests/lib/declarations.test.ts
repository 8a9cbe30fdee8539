/**
 * The built declarations under the TypeScript that checks notebook cells: 5.0.4 with Node10 resolution, which parses no
 * newer syntax and knows no `exports` of packages.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import * as sources from "../../lib/index.ts";
import { compilerOptions, ts } from "../../lib/kernel/language/compiler.ts";

const root = join(import.meta.dirname, "..", "..");
const dist = join(root, "lib", "dist");
const options = {
  ...compilerOptions(join(root, "node_modules", "@types")),
  skipLibCheck: false,
  noEmit: true,
};

const declarations = readdirSync(dist, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".d.ts"))
  .map((name) => join(dist, name));

/** "file:line message" of what the compiler has against these files; those they import are read, not judged. */
function complaints(files: Readonly<Record<string, string | undefined>>): string[] {
  const host = ts.createCompilerHost(options);
  const read = host.readFile.bind(host);
  const exists = host.fileExists.bind(host);
  host.readFile = (path) => files[path] ?? read(path);
  host.fileExists = (path) => path in files || exists(path);
  host.getSourceFile = (path, language) => {
    const text = host.readFile(path);
    return text === undefined ? undefined : ts.createSourceFile(path, text, language);
  };
  const program = ts.createProgram(Object.keys(files), options, host);
  return Object.keys(files).flatMap((path) => {
    const file = program.getSourceFile(path);
    if (file === undefined) return [`${path} is not in the program`];
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(
      (diagnostic) => {
        const line = file.getLineAndCharacterOfPosition(diagnostic.start ?? 0).line + 1;
        return `${path}:${line} ${ts.flattenDiagnosticMessageText(diagnostic.messageText, " ")}`;
      },
    );
  });
}

test("it is TypeScript 5.0.4", () => expect(ts.version).toBe("5.0.4"));

test("every declaration of the built library parses and type-checks", () => {
  expect(declarations.length).toBeGreaterThan(30);
  expect(complaints(Object.fromEntries(declarations.map((path) => [path, undefined])))).toEqual([]);
});

describe("a cell in a folder of the course", () => {
  const cell = join(root, "lectures", "cell.ts");
  const values = Object.keys(sources);

  test("imports every name, and none is of type any", () => {
    const text = [
      `import { ${values.join(", ")} } from "@actl/generative";`,
      "type IsAny<T> = 0 extends 1 & T ? true : false;",
      ...values.map((name) => `const ${name}IsAny: IsAny<typeof ${name}> = false;`),
    ].join("\n");
    expect(complaints({ [cell]: text })).toEqual([]);
  });

  test("is told of a wrong option and of a wrong name", () => {
    const text = `import { buildGan, loadMnst } from "@actl/generative";\nbuildGan({ latentSize: "many" });`;
    expect(complaints({ [cell]: text })).toEqual([
      expect.stringContaining(`cell.ts:1 '"@actl/generative"' has no exported member named 'loadMnst'`),
      `${cell}:2 Type 'string' is not assignable to type 'number'.`,
    ]);
  });

  test("has tensors whose shapes are known", () => {
    const text = `import { imagesToTensor, tf } from "@actl/generative";
const images = imagesToTensor({ pixels: new Float32Array(4), shape: [1, 2, 2, 1] });
const rank4: tf.Tensor4D = images;
const rank2: tf.Tensor2D = images;`;
    expect(complaints({ [cell]: text })).toEqual([
      expect.stringMatching(/cell\.ts:4 Type 'Tensor4D' is not assignable/),
    ]);
  });
});
