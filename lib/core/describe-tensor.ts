/** How a tensor looks in a notebook: what it is, its range, and a corner of its numbers. */
import type * as tf from "@tensorflow/tfjs";

const MOST_ROWS = 8;
const MOST_COLUMNS = 12;

/** A MIME bundle for one tensor. A disposed tensor is said to be so, rather than throwing in the display. */
export async function describeTensor(tensor: tf.Tensor): Promise<Record<string, string>> {
  const title = `Tensor ${tensor.dtype} (${tensor.shape.join(", ")})`;
  if (tensor.isDisposed) return { "text/plain": `${title}, disposed` };
  const values = await readValues(tensor);
  const columns = tensor.rank === 0 ? 1 : tensor.shape.at(-1)!;
  const rows = columns === 0 ? 0 : tensor.size / columns;
  const shownColumns = Math.min(columns, MOST_COLUMNS);
  const shownRows = Math.min(rows, MOST_ROWS);
  const cells = Array.from({ length: shownRows }, (_, row) =>
    Array.from({ length: shownColumns }, (_, column) => format(values[row * columns + column])),
  );
  const range = isNumeric(values) && values.length > 0 ? `, ${rangeOf(values)}` : "";
  const cut = shownColumns < columns || shownRows < rows ? ", a corner shown" : "";
  const plainRows = cells.map((row) => `  ${row.join("  ")}`).join("\n");
  const htmlRows = cells
    .map((row) => `<tr>${row.map((cell) => `<td>${escape(cell)}</td>`).join("")}</tr>`)
    .join("");
  return {
    "text/plain": `${title}${range}${cut}\n${plainRows}`,
    "text/html": `<table><caption style="text-align:left">${escape(title + range + cut)}</caption><tbody>${htmlRows}</tbody></table>`,
  };
}

type Values = ArrayLike<number> | ArrayLike<string> | ArrayLike<boolean>;

async function readValues(tensor: tf.Tensor): Promise<Values> {
  if (tensor.dtype === "string") return tensor.data<"string">();
  const numbers = await tensor.data<"float32">();
  return tensor.dtype === "bool" ? Array.from(numbers, Boolean) : numbers; // truth values are kept as 0 and 1
}

function isNumeric(values: Values): values is ArrayLike<number> {
  return ArrayBuffer.isView(values);
}

function rangeOf(values: ArrayLike<number>): string {
  let least = Infinity;
  let most = -Infinity;
  let odd = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) odd++;
    else {
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
  }
  const spread = odd === values.length ? "no finite value" : `from ${format(least)} to ${format(most)}`;
  return odd === 0 ? spread : `${spread}, ${odd} not finite`;
}

function format(value: unknown): string {
  if (typeof value !== "number" || Number.isInteger(value)) return String(value);
  return Number.isFinite(value) ? String(Number(value.toPrecision(4))) : String(value);
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
