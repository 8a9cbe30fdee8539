/** What a compiled step costs beside its arithmetic: the call, the recording, and memory over many steps and signatures. */
import { runProgram } from "../lib/package-copy.ts";
import type { BenchRow } from "./library.ts";

const prelude = `
  const { compile, tf } = require("@actl/generative");
  const median = (times) => times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
  const time = (f) => { const started = performance.now(); f(); return performance.now() - started; };
  const timeCalls = (f, calls) => { for (let i = 0; i < 50; i++) f(); return median(Array.from({ length: calls }, () => time(f))); };
  const x = tf.scalar(1);
  const variables = Array.from({ length: 36 }, () => tf.variable(tf.zeros([128, 128])));
  const now = { eagerFirst: false };
  const megabytes = () => { global.gc?.(); return process.memoryUsage.rss() / 2 ** 20; };`;

/** Each in a process of its own. */
export async function benchCompile(): Promise<BenchRow[]> {
  const [call, op] = await measure(`
    const step = compile((y) => y.add(1), now);
    console.log(timeCalls(() => step(x).dispose(), 2000), timeCalls(() => x.add(1).dispose(), 2000));`);
  const [assigned] = await measure(`
    const step = compile((y) => { for (const v of variables) v.assign(v.add(y)); }, now);
    console.log(timeCalls(() => step(x), 500));`);
  const [recording, eager] = await measure(`
    const f = (y) => { let z = y; for (let i = 0; i < 200; i++) z = z.add(1).tanh(); return z; };
    const recorded = median(Array.from({ length: 9 }, () => time(() => compile(f, now)(x))));
    console.log(recorded, timeCalls(() => tf.tidy(() => f(x)).dispose(), 50));`);
  const [steps] = await measure(`
    const step = compile((y) => { for (const v of variables) v.assign(v.mul(0.5).add(y)); return y.add(1); }, now);
    for (let i = 0; i < 2000; i++) step(x).dispose();
    const before = megabytes();
    for (let i = 0; i < 20000; i++) step(x).dispose();
    console.log(megabytes() - before);`);
  const [signatures] = await measure(`
    console.warn = () => undefined;
    const step = compile((y) => y.add(1).tanh().sum(), now);
    const call = (length) => tf.tidy(() => void step(tf.ones([length])));
    for (let i = 1; i <= 200; i++) call(i);
    const before = megabytes();
    for (let i = 201; i <= 1200; i++) call(i);
    console.log(megabytes() - before);`);
  return [
    { what: "call of a compiled step of one op, beside the op itself", ours: call!, peer: op!, unit: "ms" },
    { what: "call that reads and assigns 36 variables (2.4 MB)", ours: assigned!, peer: null, unit: "ms" },
    { what: "recording 400 ops, beside running them op by op", ours: recording!, peer: eager!, unit: "ms" },
    { what: "memory that 20,000 steps add", ours: steps!, peer: null, unit: "MB" },
    {
      what: "memory that 1,000 more signatures add (32 are kept)",
      ours: signatures!,
      peer: null,
      unit: "MB",
    },
  ];
}

async function measure(body: string): Promise<number[]> {
  const { stdout } = await runProgram(`${prelude}${body}`);
  return stdout.trim().split(/\s+/).map(Number);
}
