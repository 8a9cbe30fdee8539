/** All workloads of a run in one picture: how long a step takes, as a multiple of the best peer's. */
import * as vega from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import type { Comparison } from "./compare.ts";

/** Okabe and Ito's colours. */
const colours = { ours: "#d55e00", Keras: "#1f86c9", PyTorch: "#009e73" };

const shapes = { "op by op": "circle", recorded: "square", "XLA, torch.compile": "diamond" };

function wayOf(engine: string): keyof typeof shapes {
  if (/xla|jax|compile/.test(engine)) return "XLA, torch.compile";
  return engine === "traced" || engine === "keras" ? "recorded" : "op by op";
}

/** One dot for each engine; ours left of the line at 1 is faster than all peers. Needs at least one peer. */
export async function drawSpeeds(comparisons: readonly Comparison[]): Promise<string> {
  const values = comparisons.flatMap(({ workload, contenders }) => {
    const best = Math.min(
      ...contenders.filter(({ ours }) => !ours).map(({ milliseconds }) => milliseconds.median),
    );
    return contenders.map(({ engine, ours, milliseconds }) => ({
      workload,
      family: ours ? "ours" : engine.startsWith("keras") ? "Keras" : "PyTorch",
      way: wayOf(engine),
      ratio: milliseconds.median / best,
    }));
  });
  const spec: TopLevelSpec = {
    width: 620,
    height: { step: 34 },
    background: "white",
    padding: 12,
    title: "A step beside the best peer's (left is faster)",
    data: { values },
    layer: [
      { mark: { type: "rule", strokeDash: [4, 3] }, encoding: { x: { datum: 1 }, color: { value: "#777" } } },
      {
        mark: { type: "point", filled: true, size: 130, opacity: 0.85 },
        encoding: {
          x: {
            field: "ratio",
            type: "quantitative",
            scale: { type: "log", nice: false, padding: 12 },
            axis: { values: [0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 20], format: "~g" },
            title: "time / best peer's, logarithmic",
          },
          y: {
            field: "workload",
            type: "nominal",
            sort: comparisons.map(({ workload }) => workload),
            title: null,
            axis: { grid: true },
          },
          color: {
            field: "family",
            type: "nominal",
            scale: { domain: Object.keys(colours), range: Object.values(colours) },
            legend: { title: null },
          },
          shape: {
            field: "way",
            type: "nominal",
            scale: {
              domain: Object.keys(shapes),
              range: Object.values(shapes),
            },
            legend: { title: null, labelLimit: 300 },
          },
        },
      },
    ],
  };
  return new vega.View(vega.parse(compile(spec).spec), { renderer: "none" }).toSVG();
}
