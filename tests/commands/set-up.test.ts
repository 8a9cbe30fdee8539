/** ./course sets up what is missing, once, and says in words what went wrong. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { copySetUp, type SetUpCopy, stepNames } from "./set-up-copy.ts";

let copy: SetUpCopy;
beforeEach(() => {
  copy = copySetUp();
});
afterEach(() => {
  rmSync(copy.folder, { recursive: true, force: true });
});

function course(args: string[] = ["greet"], env: NodeJS.ProcessEnv = {}) {
  const { stdout, stderr, status } = spawnSync("sh", [join(copy.folder, "course"), ...args], {
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
  return { stdout, stderr, status };
}

test("the first command makes every step in order and then runs; the second makes none", () => {
  expect(course(["greet", "hello"])).toMatchObject({ stdout: "ran greet.js hello\n", status: 0 });
  expect(copy.made()).toEqual(stepNames);
  expect(course()).toEqual({ stdout: "ran greet.js \n", stderr: "", status: 0 });
  expect(copy.made()).toEqual(stepNames);
});

test("only a step whose input changed, or whose result was deleted, is made again", () => {
  course();
  copy.touch("lib");
  rmSync(join(copy.folder, "stamps/kernel"));
  expect(course().stderr).toMatch(/Library … \d+ s\n.*TypeScript kernel for Jupyter … \d+ s/);
  expect(copy.made().slice(stepNames.length)).toEqual(["lib", "kernel"]);
});

test("after a failed step the same command goes on there, and what is optional does not stop it", () => {
  copy.program("npm", "echo 'npm error code ENOTFOUND'; false");
  const failed = course();
  expect(failed.status).toBe(1);
  expect(failed.stdout).toBe("");
  expect(failed.stderr).toContain(
    'Set-up step "JavaScript packages" failed: the network or the package registry',
  );
  expect(failed.stderr).toContain("To go on: check the connection");
  expect(failed.stderr).toContain("| npm error code ENOTFOUND");
  copy.program("npm", "true");
  copy.program("native", "echo 'no C++ compiler was found'; false");
  const mended = course();
  expect(mended).toMatchObject({ status: 0, stdout: "ran greet.js \n" });
  expect(mended.stderr).toContain("To try again: sudo apt-get install g++ && ./course doctor");
  expect(copy.made()).toEqual(["python", "packages", "npm", "npm", "tensorflow", "native", "lib", "kernel"]);
  // It is not tried at every command, only when something about it has changed.
  course();
  expect(copy.made()).toHaveLength(8);
});

test.each([
  ["OSError: [Errno 28] No space left on device", "the disk is full", "free some space"],
  ["ensurepip is not available", "Python's venv module is missing", "sudo apt-get install python3-venv"],
  [
    "no Python 3.10 or newer with its venv module was found",
    "Python 3.10 or newer",
    "sudo apt-get install python3-venv",
  ],
  [
    "EROFS: read-only file system, mkdir",
    "this folder cannot be written",
    "clone the course to a folder of your own",
  ],
  ["EACCES: permission denied", "cannot be written", "clone the course to a folder of your own"],
  ["npm error code EINTEGRITY", "a download was damaged", "rm -rf .cache && ./course"],
  [
    "SSL: CERTIFICATE_VERIFY_FAILED certificate verify failed",
    "certificate is not trusted",
    "SSL_CERT_FILE=",
  ],
  ["something never seen before", "failed.", "./course"],
])("a log that says %s", (log, cause, remedy) => {
  copy.program("packages", `echo '${log.replaceAll("'", "'\\''")}'; false`);
  const { stderr, status } = course();
  expect(status).toBe(1);
  expect(stderr).toContain(cause);
  expect(/^To go on: (.*)$/m.exec(stderr)?.[1]).toContain(remedy);
});

test("two at once: one works, the other waits, and each step is made once", async () => {
  // The one at work goes on when the other has said that it waits, however slow the machine is.
  const waited = join(copy.folder, "waited");
  copy.program("packages", `until [ -e "${waited}" ]; do sleep 0.1; done`);
  const start = () =>
    spawn("sh", [join(copy.folder, "course"), "greet"], { stdio: ["ignore", "pipe", "pipe"] });
  const both = [start(), start()];
  const said = both.map((child) => {
    let text = "";
    child.stderr.setEncoding("utf8").on("data", (part: string) => {
      text += part;
      if (text.includes("Waiting for another ./course")) writeFileSync(waited, "");
    });
    return () => text;
  });
  const codes = await Promise.all(both.map(async (child) => ((await once(child, "close")) as [number])[0]));
  expect(codes).toEqual([0, 0]);
  expect(copy.made()).toEqual(stepNames);
  expect(said.map((text) => text()).join("")).toContain("Waiting for another ./course");
});

test("Ctrl-C ends it with a word, leaves no lock, and the same command goes on", async () => {
  copy.program("packages", "sleep 30");
  const child = spawn("sh", [join(copy.folder, "course"), "greet"], {
    stdio: ["ignore", "ignore", "pipe"],
    detached: true,
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (part: string) => (said += part));
  while (!copy.made().includes("packages")) await delay(50);
  process.kill(-child.pid!, "SIGINT");
  const [code] = (await once(child, "close")) as [number];
  expect(code).toBe(130);
  expect(said).toContain("The same command goes on from there.");
  expect(existsSync(join(copy.folder, ".cache/setup/lock"))).toBe(false);
  copy.program("packages", "true");
  expect(course().status).toBe(0);
  expect(copy.made()).toEqual(["python", "packages", ...stepNames.slice(1)]);
});

test("the lock of a process that has died is taken over", () => {
  const lock = join(copy.folder, ".cache/setup/lock");
  mkdirSync(lock, { recursive: true });
  writeFileSync(join(lock, "owner"), `${hostname()} 999999999\n`);
  expect(course().status).toBe(0);
  expect(existsSync(lock)).toBe(false);
});

test("other platforms are refused kindly, before anything is written", () => {
  const bin = join(copy.folder, "bin");
  mkdirSync(bin);
  writeFileSync(join(bin, "uname"), '#!/bin/sh\n[ "$1" = -m ] && echo x86_64 || echo FreeBSD\n');
  chmodSync(join(bin, "uname"), 0o755);
  const { stderr, status } = course(["greet"], { PATH: `${bin}:${process.env.PATH ?? ""}` });
  expect(status).toBe(1);
  expect(stderr).toContain("does not run on FreeBSD x86_64");
  expect(stderr).toContain("Windows through WSL2");
  expect(existsSync(join(copy.folder, ".cache"))).toBe(false);
});

test("an unknown command names the nearest; nothing is set up for it", () => {
  rmSync(join(copy.folder, ".venv"), { recursive: true });
  const { stderr, status } = course(["grete"]);
  expect(status).toBe(2);
  expect(stderr).toContain('There is no command "grete"');
  expect(copy.made()).toEqual([]);
});

test("the folder may have a blank in its name, and the command may be called from elsewhere", () => {
  const moved = `${copy.folder} moved`;
  renameSync(copy.folder, moved);
  copy.folder = moved;
  const { stdout, status } = spawnSync("sh", [join(moved, "course"), "greet"], {
    encoding: "utf8",
    cwd: "/",
  });
  expect({ stdout, status }).toEqual({ stdout: "ran greet.js \n", status: 0 });
  expect(readFileSync(join(moved, "made"), "utf8").trim().split("\n")).toEqual(stepNames);
});
