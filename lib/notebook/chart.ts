/** What every chart of the course has in common: one look, and its forms for the notebook, for slides and for text. */
import { createHash } from "node:crypto";
import * as vega from "vega";
import { compile } from "vega-lite";
import type { TopLevelSpec } from "vega-lite";
import { OptionError } from "../core/errors";
import { jupyterDisplay } from "./display";
import type { Displayable } from "./display";

/** A Vega-Lite 5 specification, as plain JSON. */
export type ChartSpec = Record<string, unknown>;

/** A chart to show: the last value of a cell, or an argument of `display`. */
export interface Chart extends Displayable {
  /** The chart as data: change it, save it, open it in Vega's online editor. */
  readonly spec: ChartSpec;
  /** One sentence for those who cannot see it. */
  readonly description: string;
  /** The chart as a picture, on white. */
  svg(): Promise<string>;
}

export interface ChartOptions {
  title?: string;
  /** What the axes measure; unless told, the names of the fields. */
  xTitle?: string;
  yTitle?: string;
  /** Size of the plot without axes and title, in screen pixels. */
  width?: number;
  height?: number;
}

export const chartDefaults = { width: 720, height: 340 } satisfies ChartOptions;

/**
 * Okabe and Ito's colours (2008), which readers of every colour vision tell apart, without black and yellow, which
 * vanish on dark and on white; the blue is lighter than theirs, to show on both.
 */
export const palette = ["#1f86c9", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8c6bb1"];

export const FONT = "'Source Sans 3', 'Source Sans Pro', 'Helvetica Neue', Arial, sans-serif";

// No colours for text and background: JupyterLab gives those of its theme, light or dark.
const look = {
  font: FONT,
  axis: {
    labelFontSize: 14,
    titleFontSize: 15,
    titleFontWeight: "normal",
    titlePadding: 10,
    tickCount: 6,
    gridOpacity: 0.4,
  },
  legend: {
    orient: "top",
    offset: 8,
    columnPadding: 16,
    labelFontSize: 14,
    titleFontSize: 14,
    titleFontWeight: "normal",
    symbolOpacity: 1,
    symbolSize: 100,
    symbolStrokeWidth: 3,
    labelLimit: 260,
  },
  mark: { color: palette[0] },
  title: { anchor: "start", offset: 8, fontSize: 18, subtitleFontSize: 13, subtitlePadding: 5 },
  view: { stroke: null },
  range: { category: palette },
};

/** Notes stand below the title, or in its place. */
function heading(title: string | undefined, notes: string[]): ChartSpec {
  if (title !== undefined) return { title: notes.length === 0 ? title : { text: title, subtitle: notes } };
  return notes.length === 0 ? {} : { title: { text: notes, fontSize: 13, fontWeight: "normal" } };
}

/** What a chart file adds to the common part. */
export interface ChartParts {
  options: ChartOptions;
  description: string;
  /** What was left out or thinned, for the reader to know; shown below the title. */
  notes: string[];
  body: ChartSpec;
}

/** A chart of these parts in the course's look. @throws OptionError where a size is not positive */
export function buildChart({ options, description, notes, body }: ChartParts): Chart {
  const { title, width, height } = { ...chartDefaults, ...options };
  for (const [name, size] of Object.entries({ width, height }))
    if (!(size > 0 && size <= 10_000))
      throw new OptionError(`chart: ${name}: expected a number of pixels from 1 to 10,000, got ${size}.`);
  const text = [description, ...notes].join(" ");
  const spec: ChartSpec = {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    description: text,
    ...heading(title, notes),
    width,
    height,
    config: look,
    usermeta: { embedOptions: { actions: false, renderer: "svg" } },
    ...body,
  };
  let drawn: Promise<string> | undefined;
  const svg = () => (drawn ??= drawSvg(spec));
  return {
    spec,
    description: text,
    svg,
    [jupyterDisplay]: async () => ({
      "text/plain": text,
      "application/vnd.vegalite.v5+json": spec,
      "image/svg+xml": await svg(),
    }),
  };
}

/** Stands in the place of a chart that has nothing to show yet. */
export function emptyChart(options: ChartOptions, what: string, notes: string[]): Chart {
  return buildChart({
    options,
    description: `${what}: no data yet.`,
    notes,
    body: {
      data: { values: [{ text: "no data yet" }] },
      mark: { type: "text", fontSize: 18, opacity: 0.6 },
      encoding: { text: { field: "text", type: "nominal" } },
    },
  });
}

// Without a canvas Vega guesses 0.8 em for a letter, half as much again as sans-serif fonts need: legends drift apart and
// long titles widen the picture. 0.56 em is Arial's mean for English with a little to spare.
// Vega lets the width be replaced (vl-convert does), its types do not say so.
const { textMetrics } = vega as unknown as {
  textMetrics: { width: (item: { fontSize?: number }, text: unknown) => number };
};
textMetrics.width = ({ fontSize = 11 }, text) => 0.56 * fontSize * String(text).length;

async function drawSvg(spec: ChartSpec): Promise<string> {
  // A copy, for Vega writes its own marks into the rows it draws.
  const { spec: vegaSpec } = compile(structuredClone(spec) as unknown as TopLevelSpec);
  // Slides, pages and viewers of files differ in theme: a white card reads on all of them.
  const view = new vega.View(vega.parse({ ...vegaSpec, background: "white", padding: 12 }), {
    renderer: "none",
  });
  try {
    return nameParts(await view.toSVG());
  } finally {
    view.finalize();
  }
}

/** Vega calls the clip paths of every chart clip0, clip1 …; two charts on one page must not share names. */
function nameParts(svg: string): string {
  const mark = createHash("sha256").update(svg).digest("hex").slice(0, 8);
  return svg
    .replace(/\bid="((?:clip|gradient)[\w-]*)"/g, `id="$1-${mark}"`)
    .replace(/url\(#((?:clip|gradient)[\w-]*)\)/g, `url(#$1-${mark})`);
}
