/** Parameters and inputs of a workload as a safetensors file, from which every engine starts. */
import { writeFileSync } from "node:fs";
import type { Workload } from "./workloads.ts";

export function writeWorkload(
  { parameters, inputs }: Pick<Workload, "parameters" | "inputs">,
  file: string,
): void {
  const header: Record<string, object> = {};
  const parts: Buffer[] = [];
  let offset = 0;
  const groups = Object.entries({ parameter: parameters, input: inputs });
  for (const [group, tensors] of groups)
    for (const [name, tensor] of Object.entries(tensors)) {
      const bytes = Buffer.from(new Uint8Array(tensor.dataSync().slice().buffer));
      const data_offsets = [offset, offset + bytes.length];
      header[`${group}/${name}`] = {
        dtype: tensor.dtype === "int32" ? "I32" : "F32",
        shape: tensor.shape,
        data_offsets,
      };
      parts.push(bytes);
      offset += bytes.length;
    }
  const json = Buffer.from(JSON.stringify(header));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(json.length));
  writeFileSync(file, Buffer.concat([size, json, ...parts]));
}
