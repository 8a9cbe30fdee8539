/** WebGPU outside the browser: Dawn (the npm package webgpu) drives Apple's, AMD's, Intel's and NVIDIA's GPUs without a toolkit. */
import { completeKernels } from "./composed-kernels";

type Found = { device: string; isSoftware: boolean } | { missing: string };

interface Adapter {
  info: {
    vendor: string;
    architecture: string;
    device: string;
    description: string;
    isFallbackAdapter?: boolean;
  };
  isFallbackAdapter?: boolean;
}
interface Gpu {
  requestAdapter(options?: { powerPreference: "high-performance" }): Promise<Adapter | null>;
}

let found: Promise<Found> | undefined;

/** Makes tfjs's webgpu backend available with the fastest adapter there is; says which, or why there is none. */
export async function registerWebGpu(): Promise<Found> {
  return (found ??= register());
}

async function register(): Promise<Found> {
  let gpu: Gpu;
  try {
    const dawn = (await import("webgpu")) as unknown as { create(options: string[]): Gpu; globals: object };
    Object.assign(globalThis, dawn.globals);
    gpu = dawn.create([]);
  } catch (error) {
    return { missing: `the npm package webgpu does not load: ${(error as Error).message}` };
  }
  // tfjs looks for it where a browser has it.
  Object.defineProperty(globalThis.navigator, "gpu", { value: gpu, configurable: true });
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  if (adapter === null)
    return {
      missing:
        "Dawn finds no GPU" +
        (process.platform === "linux"
          ? " (it needs a driver with Vulkan, and Debian's or Ubuntu's package libvulkan1)"
          : " (is its driver installed?)"),
    };
  // Only here, for it registers itself when it is loaded, and would then be tfjs's first choice.
  await import("@tensorflow/tfjs-backend-webgpu");
  completeKernels("webgpu");
  const { vendor, architecture, description, isFallbackAdapter } = adapter.info;
  const isSoftware =
    isFallbackAdapter === true || adapter.isFallbackAdapter === true || /swiftshader/i.test(description);
  const name = [vendor, architecture, description].filter((part) => part !== "").join(" ");
  return { device: `WebGPU, ${name}${isSoftware ? ", in software" : ""}`, isSoftware };
}
