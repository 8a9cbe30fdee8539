/** Adds our functions to @tensorflow/tfjs-node-gpu's addon: a few lines of its sources are changed when it is compiled. */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

interface Patch {
  file: string;
  /** Occurs once in the file. */
  find: string;
  replace: string;
}

const patches: readonly Patch[] = [
  {
    // Tracing needs the eager context and the tensors behind the numbers that JavaScript holds.
    file: "tfjs_backend.h",
    find: " private:\n  TFJSBackend(napi_env env);",
    replace: ` public:
  TFE_Context *context() const { return tfe_context_; }
  TFE_TensorHandle *FindHandle(int32_t id) const {
    auto found = tfe_handle_map_.find(id);
    return found == tfe_handle_map_.end() ? nullptr : found->second;
  }

 private:
  TFJSBackend(napi_env env);`,
  },
  {
    file: "tfjs_binding.cc",
    find: '#include "tfjs_backend.h"\n',
    replace: '#include "tfjs_backend.h"\n#include "graph_binding.h"\n',
  },
  {
    file: "tfjs_binding.cc",
    find: "  // Export TF property types to JS\n",
    replace: "  generative::ExportGraphFunctions(env, exports);\n\n  // Export TF property types to JS\n",
  },
];

/**
 * Copies the sources with the patches to a folder.
 *
 * @throws Error where a patch no longer fits, as after an update of the package
 */
export function patchSources(sources: string, target: string): void {
  mkdirSync(target, { recursive: true });
  for (const file of readdirSync(sources)) copyFileSync(join(sources, file), join(target, file));
  for (const { file, find, replace } of patches) {
    const path = join(target, file);
    const parts = readFileSync(path, "utf8").replaceAll("\r\n", "\n").split(find);
    if (parts.length !== 2)
      throw new Error(
        `${file} of @tensorflow/tfjs-node-gpu has changed: ${parts.length - 1} places to patch instead of one. ` +
          "Install the version that package-lock.json names: npm ci",
      );
    writeFileSync(path, parts.join(replace));
  }
}
