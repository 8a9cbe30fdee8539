import { DataError, GenerativeError, OptionError, ShapeError, TrainingError } from "../../lib/core/errors.ts";

test.each([
  ["DataError", DataError],
  ["OptionError", OptionError],
  ["ShapeError", ShapeError],
  ["TrainingError", TrainingError],
] as const)("%s names itself in a traceback, is one of ours, and keeps its cause", (name, Kind) => {
  const cause = new Error("the reason");
  const error = new Kind("what happened", { cause });
  expect(String(error)).toBe(`${name}: what happened`);
  expect(error.stack).toContain(`what happened`);
  expect(error).toBeInstanceOf(GenerativeError);
  expect(error).toBeInstanceOf(Error);
  expect(error.cause).toBe(cause);
});
