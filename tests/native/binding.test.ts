import { existsSync } from "node:fs";
import { join } from "node:path";
import { bindingPath, loadBinding, NAPI_VERSION } from "../../lib/native/binding.ts";

test("the addon lies with the library, one for each platform", () => {
  const name = `tfjs_binding-napi${NAPI_VERSION}-${process.platform}-${process.arch}.node`;
  const folder = join(import.meta.dirname, "..", "..", "lib", "native", "build");
  expect(bindingPath()).toBe(join(folder, name));
  expect(existsSync(bindingPath())).toBe(true);
});

test("it is for a Node-API version that this Node has", () => {
  expect(Number(process.versions.napi)).toBeGreaterThanOrEqual(NAPI_VERSION);
});

test("it loads, says its TensorFlow's version, and loads again as the same", () => {
  const loaded = loadBinding();
  if ("missing" in loaded) throw new Error(loaded.missing);
  expect(loaded.binding.TF_Version).toMatch(/^2\.\d+\.\d+/);
  const again = loadBinding();
  expect("binding" in again && again.binding).toBe(loaded.binding);
});
