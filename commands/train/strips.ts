/** Rows of pictures with a word on each. */
import sharp from "sharp";

export interface Strip {
  /** A PNG, or the name of its file. */
  picture: string | Buffer;
  label: string;
}

const LABEL_WIDTH = 150;
const GAP = 6;

/** Pictures of one size below each other, each with its label on the left, as a PNG of at most `colours` colours. */
export async function labelledStrips(strips: readonly Strip[], colours = 128): Promise<Buffer> {
  const { width, height } = await sharp(strips[0]!.picture).metadata();
  const text = (label: string) =>
    Buffer.from(
      `<svg xmlns="http://www.w3.org/2000/svg" width="${LABEL_WIDTH}" height="${height}">` +
        `<text x="4" y="${height / 2 + 5}" font-family="sans-serif" font-size="14">${label}</text></svg>`,
    );
  return sharp({
    create: {
      width: width + LABEL_WIDTH,
      height: strips.length * (height + GAP) - GAP,
      channels: 3,
      background: "#ffffff",
    },
  })
    .composite(
      strips.flatMap(({ picture, label }, i) => [
        { input: text(label), left: 0, top: i * (height + GAP) },
        { input: picture, left: LABEL_WIDTH, top: i * (height + GAP) },
      ]),
    )
    .png({ palette: true, colours })
    .toBuffer();
}
