/** What a process needs to compute on WebGPU: the software device that Debian's chromium brings, else this machine's own. */
import { existsSync } from "node:fs";

const swiftShader = "/usr/lib/chromium/vk_swiftshader_icd.json";

export const hasSwiftShader = existsSync(swiftShader);
export const webGpuEnvironment: Record<string, string> = {
  GENERATIVE_BACKEND: "webgpu",
  ...(hasSwiftShader ? { VK_ICD_FILENAMES: swiftShader } : {}),
};
