/** What the pictures of layers are drawn with: grids of numbers in the colour of their role, as SVG. */
import { FONT, palette } from "./chart";

/** Rows of numbers; where there is none yet, undefined. */
export type Cells = readonly (readonly (number | undefined)[])[];

/** The same colour for the same thing in every picture. */
export const roles = {
  input: palette[0]!,
  kernel: palette[1]!,
  output: palette[2]!,
  product: palette[6]!,
} as const;
export type Role = keyof typeof roles;

/** Of a frame, in screen pixels: half a slide's height more than half its width, as 16:9. */
export const frameSize = { width: 960, height: 540 };
/** Where the eye rests: grids are centred on it, arrows lie on it. */
export const MIDDLE = 300;
const INK = "#1b2733";
const MUTED = "#5b6773";

export interface Grid {
  cells: Cells;
  role: Role;
  left: number;
  top: number;
  /** Side of a cell in screen pixels. */
  cell: number;
  /** The size of a number that has the full colour; of the largest unless told. */
  limit?: number;
  /** Above the grid. */
  label: string;
  /** Below the grid. */
  note?: string;
  /** Cells that are no part of the thing itself, such as padding. */
  isOutside?: (row: number, column: number) => boolean;
}

/** A rectangle of cells of a grid. */
export interface Window {
  row: number;
  column: number;
  height: number;
  width: number;
}

export const gridHeight = ({ cells, cell }: Grid) => cells.length * cell;
export const gridWidth = ({ cells, cell }: Grid) => cells[0]!.length * cell;

/** A grid of numbers: the stronger the colour, the larger the number's size; numbers are left out where they cannot be read. */
export function drawGrid(grid: Grid): string {
  const { cells, role, left, top, cell, label, note, isOutside } = grid;
  const limit = grid.limit ?? largest(cells);
  const middle = left + gridWidth(grid) / 2;
  const parts = [drawText(label, middle, top - 14, { size: 17, colour: roles[role], weight: "bold" })];
  if (note !== undefined)
    parts.push(drawText(note, middle, top + gridHeight(grid) + 24, { size: 15, colour: MUTED }));
  cells.forEach((row, y) =>
    row.forEach((value, x) => {
      const outside = isOutside?.(y, x) === true;
      const strength = value === undefined || limit === 0 ? 0 : Math.min(1, Math.abs(value) / limit);
      const fill = outside ? "#f1f3f5" : mix(roles[role], value === undefined ? 0 : 0.06 + 0.74 * strength);
      const border =
        value === undefined || outside ? 'stroke="#c3cad1" stroke-dasharray="3 3"' : 'stroke="#fff"';
      parts.push(
        `<rect x="${left + x * cell}" y="${top + y * cell}" width="${cell}" height="${cell}" fill="${fill}" ${border}/>`,
      );
      if (value === undefined || cell < 24) return;
      const colour = outside ? "#9aa4ae" : strength > 0.72 ? "#fff" : INK;
      const text = sayValue(value);
      const size = Math.min(0.46 * cell, (1.55 * cell) / Math.max(2, text.length));
      parts.push(
        drawText(text, left + (x + 0.5) * cell, top + (y + 0.5) * cell + 0.36 * size, { size, colour }),
      );
    }),
  );
  return parts.join("");
}

/** A bold outline around cells of a grid. */
export function drawWindow(
  { left, top, cell }: Grid,
  { row, column, height, width }: Window,
  role: Role,
): string {
  return (
    `<rect x="${left + column * cell}" y="${top + row * cell}" width="${width * cell}" height="${height * cell}" ` +
    `fill="none" stroke="${roles[role]}" stroke-width="4" rx="3"/>`
  );
}

/** From one grid to the next, at the height of the frame's middle. */
export function drawArrow(from: Grid, to: Grid): string {
  const [start, end] = [from.left + gridWidth(from), to.left];
  const centre = (start + end) / 2;
  const half = Math.min(20, (end - start) / 2 - 10);
  const y = MIDDLE;
  return (
    `<path d="M ${centre - half} ${y} H ${centre + half} m -9 -7 l 9 7 l -9 7" fill="none" stroke="${MUTED}" ` +
    `stroke-width="3" stroke-linecap="round" stroke-linejoin="round"/>`
  );
}

export interface TextStyle {
  size?: number;
  colour?: string;
  weight?: "normal" | "bold";
  anchor?: "start" | "middle" | "end";
}

export function drawText(text: string, x: number, y: number, style: TextStyle = {}): string {
  const { size = 18, colour = INK, weight = "normal", anchor = "middle" } = style;
  return (
    `<text x="${x}" y="${y}" font-size="${size.toFixed(1)}" font-weight="${weight}" text-anchor="${anchor}" fill="${colour}">` +
    `${escapeXml(text)}</text>`
  );
}

/** A frame of these parts, on white: slides and pages differ in theme. */
export function drawFrame(title: string, subtitle: string, parts: readonly string[]): string {
  const { width, height } = frameSize;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${FONT}">` +
    `<rect width="${width}" height="${height}" fill="#fff"/>` +
    drawText(title, 32, 42, { size: 26, weight: "bold", anchor: "start" }) +
    drawText(subtitle, 32, 70, { size: 17, colour: MUTED, anchor: "start" }) +
    `${parts.join("")}</svg>`
  );
}

/** "−0.25": at most two decimals, with a true minus sign. */
export function sayValue(value: number): string {
  const rounded = Number(value.toFixed(2));
  return String(rounded === 0 ? 0 : rounded).replace("-", "−");
}

export function largest(cells: Cells): number {
  return cells.flat().reduce<number>((most, value) => Math.max(most, Math.abs(value ?? 0)), 0);
}

/** Of a colour #rrggbb, so much on white. */
function mix(colour: string, part: number): string {
  const channels = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16);
    return Math.round(255 + part * (value - 255))
      .toString(16)
      .padStart(2, "0");
  });
  return `#${channels.join("")}`;
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
