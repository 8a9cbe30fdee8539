import type { Chart } from "../../lib/notebook/chart.ts";
import { jupyterDisplay } from "../../lib/notebook/display.ts";
import { schemaErrors } from "./vega-schema.ts";

export interface DrawnChart {
  /** The texts of the picture, in its order. */
  texts: string[];
  svg: string;
  plain: string;
}

/** A chart's whole bundle, after checking what holds for every chart. */
export async function drawChart(chart: Chart): Promise<DrawnChart> {
  expect(schemaErrors(chart.spec)).toEqual([]);
  const bundle = await chart[jupyterDisplay]();
  expect(Object.keys(bundle)).toEqual(["text/plain", "application/vnd.vegalite.v5+json", "image/svg+xml"]);
  expect(bundle["application/vnd.vegalite.v5+json"]).toBe(chart.spec);
  expect(bundle["text/plain"]).toBe(chart.description);
  // The notebook is JSON: nothing may be lost on the way.
  expect(JSON.parse(JSON.stringify(chart.spec))).toEqual(chart.spec);
  const svg = bundle["image/svg+xml"] as string;
  expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  expect(
    / (?:d|transform|x\d?|y\d?|width|height|viewBox)="[^"]*(?:NaN|undefined|Infinity)/.exec(svg),
  ).toBeNull();
  const texts = [...svg.matchAll(/<text[^>]*>(?:<tspan[^>]*>)?([^<]*)/g)].map(([, text]) => text!);
  return { texts, svg, plain: chart.description };
}

/** The rows of data that a chart draws. */
export function dataOf(chart: Chart): Record<string, unknown>[] {
  return (chart.spec.data as { values: Record<string, unknown>[] }).values;
}
