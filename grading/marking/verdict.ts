/** From how a check ended to its verdict. */
import { Mismatch, type Verdict } from "../contract.ts";
import { Crash, TimeOut } from "../sandbox/answer.ts";

/** A check that returned has passed. */
export const passed: Verdict = { kind: "passed" };

/** What was thrown: by the answer, by the check about the answer, or by a check that is itself at fault. */
export function verdictOf(error: unknown): Verdict {
  if (error instanceof TimeOut) return { kind: "timed-out", seconds: error.seconds };
  if (error instanceof Crash) return { kind: "crashed", error: error.message };
  if (error instanceof Mismatch) {
    const { expected, actual, hint } = error;
    return { kind: "failed", expected, actual, ...(hint === undefined ? {} : { hint }) };
  }
  if (isAssertion(error)) return describeAssertion(error);
  return {
    kind: "ungraded",
    fault: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
  };
}

/** The error of jest's `expect`. */
interface Assertion extends Error {
  matcherResult: { expected?: unknown; actual?: unknown };
}

function isAssertion(error: unknown): error is Assertion {
  return (
    error instanceof Error &&
    "matcherResult" in error &&
    typeof error.matcherResult === "object" &&
    error.matcherResult !== null
  );
}

function describeAssertion({ message, matcherResult }: Assertion): Verdict {
  if ("expected" in matcherResult && "actual" in matcherResult)
    return { kind: "failed", expected: show(matcherResult.expected), actual: show(matcherResult.actual) };
  // Some matchers (toBeCloseTo) say it only in words: "Expected: 0.5\nReceived: 0.7", coloured for terminals.

  const text = message.replaceAll(/\u001b\[[0-9;]*m/g, "");
  const part = (label: RegExp) => label.exec(text)?.[1]?.trim();
  return {
    kind: "failed",
    expected: part(/^Expected[^:\n]*:(.*)$/m) ?? text.split("\n")[0]!,
    actual: part(/^Received[^:\n]*:(.*)$/m) ?? "something else",
  };
}

function show(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  return (text ?? String(value)).slice(0, 400);
}
