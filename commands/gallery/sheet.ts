/** A contact sheet: pictures with a line of text above each, one below the other. */
import sharp from "sharp";

export interface Panel {
  title: string;
  /** A PNG. */
  picture: Buffer;
}

const HEADING = 26;
const GAP = 14;

/** The panels on white, as a PNG of at most 256 colours. */
export async function drawSheet(panels: readonly Panel[]): Promise<Buffer> {
  const sizes = await Promise.all(panels.map(({ picture }) => sharp(picture).metadata()));
  const width = Math.max(...sizes.map((size) => size.width));
  let top = 0;
  const places = sizes.map((size) => {
    const place = top;
    top += HEADING + size.height + GAP;
    return place;
  });
  const texts = panels.map(
    ({ title }, i) => `<text x="2" y="${places[i]! + HEADING - 8}">${title.replaceAll("&", "&amp;")}</text>`,
  );
  const headings = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${top - GAP}" font-family="sans-serif" font-size="15">${texts.join("")}</svg>`;
  return sharp({ create: { width, height: top - GAP, channels: 3, background: "white" } })
    .composite([
      ...panels.map(({ picture }, i) => ({ input: picture, left: 0, top: places[i]! + HEADING })),
      { input: Buffer.from(headings), left: 0, top: 0 },
    ])
    .png({ palette: true, colours: 256 })
    .toBuffer();
}
