/** `node commands/gallery/layers.ts [DIR]`: the layers' animations, and docs/gallery/layers.png of their best moments. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  checkerboardPicture,
  conv2dPicture,
  conv2dTransposePicture,
  globalMaxPoolPicture,
  imagesToTensor,
  loadMnist,
  tf,
  useBackend,
} from "@actl/generative";
import sharp from "sharp";

const out = process.argv[2] ?? join(import.meta.dirname, "../../docs/gallery");
mkdirSync(out, { recursive: true });
await useBackend();

const input = [
  [0, 0, 1, 2, 2, 1],
  [0, 1, 2, 2, 1, 0],
  [0, 1, 0, 0, 0, 0],
  [0, 2, 2, 2, 1, 0],
  [0, 0, 0, 0, 2, 1],
  [0, 1, 1, 2, 2, 0],
];
const edges = [
  [1, 0, -1],
  [1, 0, -1],
  [1, 0, -1],
];
const rotate = (kernel: number[][]) => kernel[0]!.map((_, column) => kernel.map((row) => row[column]!));
const convolution = conv2dPicture(input, edges);
const strided = conv2dPicture(input, edges, { strides: 2, padding: "same" });
const pooling = globalMaxPoolPicture(
  [edges, rotate(edges), edges.map((row) => row.map((value) => -value))].map(
    (kernel) => conv2dPicture(input, kernel, { padding: "same" }).output,
  ),
  ["bright left of dark", "bright above dark", "dark left of bright"],
);
const small = [
  [1, 2, 0],
  [0, 3, 1],
  [2, 0, 1],
];
const bump = [
  [1, 2, 1],
  [2, 4, 2],
  [1, 2, 1],
];
const bump4 = [
  [1, 2, 2, 1],
  [2, 4, 4, 2],
  [2, 4, 4, 2],
  [1, 2, 2, 1],
];
const transposed = conv2dTransposePicture(small, bump);
const same = conv2dTransposePicture(small, bump4, { padding: "same" });

// A digit fills the middle 20 × 20 pixels of its 28 × 28.
const { images } = await loadMnist({ count: 1 });
const plane = tf.tidy(() =>
  imagesToTensor(images).slice([0, 4, 4, 0], [1, 20, 20, 1]).squeeze<tf.Tensor2D>([0, 3]),
);
const checkerboard = checkerboardPicture(plane);
plane.dispose();

for (const [name, picture] of Object.entries({ convolution, strided, pooling, transposed, same }))
  writeFileSync(join(out, `layer-${name}.webp`), await (await picture.animation()).webp());

const sheet = [
  convolution.frames.at(6)!,
  strided.frames.at(-1)!,
  pooling.frames.at(-3)!,
  transposed.frames.at(4)!,
  same.frames.at(-1)!,
  checkerboard.svg,
];
const [width, height, gap] = [960, 540, 12];
const png = await sharp({
  create: { width: 2 * width + gap, height: 3 * height + 2 * gap, channels: 3, background: "#c3cad1" },
})
  .composite(
    sheet.map((svg, i) => ({
      input: Buffer.from(svg),
      left: (i % 2) * (width + gap),
      top: Math.floor(i / 2) * (height + gap),
    })),
  )
  .png({ palette: true, colours: 128 })
  .toBuffer();
writeFileSync(join(out, "layers.png"), png);
console.log(`wrote layers.png and five animations to ${out}`);
process.exit(0);
