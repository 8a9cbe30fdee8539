import { spawn } from "node:child_process";
import { once } from "node:events";
import fs, {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DataError } from "../../lib/core/errors.ts";
import { writeWholeFile } from "../../lib/core/write-file.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "write-file-"));
  path = join(folder, "weights");
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

/** The message of the DataError that a write throws. */
function refusal(write: () => void): string {
  try {
    write();
  } catch (error) {
    expect(error).toBeInstanceOf(DataError);
    expect((error as Error).cause).toHaveProperty("code");
    return (error as Error).message;
  }
  throw new Error("nothing was thrown");
}

/** Root may write anywhere: give its rights up for a moment. */
function asNobody<T>(action: () => T): T {
  const user = process.geteuid!();
  if (user !== 0) return action();
  process.seteuid!(65534);
  try {
    return action();
  } finally {
    process.seteuid!(user);
  }
}

test("bytes and text are written whole, missing folders are made, and nothing else is left", () => {
  const deep = join(folder, "a", "b", "file");
  writeWholeFile(deep, Uint8Array.of(1, 2, 3));
  expect([...readFileSync(deep)]).toEqual([1, 2, 3]);
  writeWholeFile(deep, "größer");
  expect(readFileSync(deep, "utf8")).toBe("größer");
  writeWholeFile(deep, "");
  expect(readFileSync(deep, "utf8")).toBe("");
  expect(readdirSync(join(folder, "a", "b"))).toEqual(["file"]);
});

test("a write that the system takes in parts goes on until all is written", () => {
  const { writeSync } = fs;
  jest
    .spyOn(fs, "writeSync")
    .mockImplementation(((file: number, data: Uint8Array, from: number) =>
      writeSync(file, data, from, Math.min(3, data.length - from))) as typeof fs.writeSync);
  writeWholeFile(path, "0123456789");
  expect(readFileSync(path, "utf8")).toBe("0123456789");
});

test("a full disk is named, and what stood there before is untouched", () => {
  writeFileSync(path, "before");
  // Every write to /dev/full fails as on a full disk: let the temporary file be it.
  symlinkSync("/dev/full", `${path}.${process.pid}.new`);
  expect(refusal(() => writeWholeFile(path, "after"))).toBe(
    `${path}: cannot be written: the disk is full. Free some space, then run it again.`,
  );
  expect(readFileSync(path, "utf8")).toBe("before");
  expect(readdirSync(folder)).toEqual(["weights"]);
});

test("a folder that may not be written to is named", () => {
  writeFileSync(path, "before");
  chmodSync(folder, 0o555);
  expect(refusal(() => asNobody(() => writeWholeFile(path, "after")))).toBe(
    `${path}: cannot be written: no permission. Choose another folder, or mend the permissions of this one.`,
  );
  chmodSync(folder, 0o755);
  expect(readFileSync(path, "utf8")).toBe("before");
  expect(readdirSync(folder)).toEqual(["weights"]);
});

test("a read-only disk is named", () => {
  jest.spyOn(fs, "openSync").mockImplementation(() => {
    throw Object.assign(new Error("EROFS: read-only file system"), { code: "EROFS" });
  });
  expect(refusal(() => writeWholeFile(path, "x"))).toContain("the disk is read-only. Choose another folder.");
});

test("a file where a folder should be, and a folder where the file should be, are told apart", () => {
  writeFileSync(path, "a file");
  for (const below of [join(path, "x"), join(path, "x", "y")])
    expect(refusal(() => writeWholeFile(below, "x"))).toBe(
      `${below}: cannot be written: a part of the path is a file, not a folder.`,
    );
  const taken = join(folder, "taken");
  mkdirSync(taken);
  expect(refusal(() => writeWholeFile(taken, "x"))).toContain("there is a folder of this name");
  expect(readdirSync(folder).sort()).toEqual(["taken", "weights"]);
});

test("any other fault is told in the system's own words", () => {
  expect(refusal(() => writeWholeFile(join(folder, "x".repeat(300)), "x"))).toContain("ENAMETOOLONG");
});

test("kill -9 at any moment leaves a whole file", async () => {
  const program = join(import.meta.dirname, "..", "fixtures", "write", "write-until-killed.cjs");
  for (const delay of [0, 7, 23]) {
    const child = spawn(process.execPath, [program, path], { stdio: ["ignore", "pipe", "inherit"] });
    await once(child.stdout, "data");
    for (const end = performance.now() + delay; performance.now() < end;) readWhole();
    child.kill("SIGKILL");
    await once(child, "exit");
    readWhole();
  }
  function readWhole() {
    const bytes = readFileSync(path);
    expect(bytes.length).toBe(4_000_000);
    expect(bytes.equals(Buffer.alloc(4_000_000, bytes[0]))).toBe(true);
  }
});

test("below a folder in which none can be made it gives up, as mkdir of Node 24 does not", () => {
  expect(refusal(() => writeWholeFile("/proc/nowhere/file", "text"))).toContain(
    "/proc/nowhere/file: cannot be written",
  );
});
