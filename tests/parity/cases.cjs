/**
 * One case for each kernel that the course's models use: a function of tensors whose output, and the gradient of each of its
 * float inputs, is computed on every backend. Sizes are 1 or no multiple of a work group's, since that is where shaders go wrong.
 */
const { Random, tf } = require("@actl/generative");

const normal = (seed, ...shape) =>
  tf.tensor(new Random(seed).normals(shape.reduce((a, b) => a * b, 1)), shape);
/** 0 … count − 1, some more than once. */
const integers = (seed, count, ...shape) => {
  const random = new Random(seed);
  const size = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(Int32Array.from({ length: size }, () => random.integer(count)), shape, "int32"); // prettier-ignore
};
/** From −2 to 2 in halves: numbers that are equal, whole, or just between. */
const halves = (seed, ...shape) => integers(seed, 9, ...shape).cast("float32").div(2).sub(2); // prettier-ignore
const positive = (seed, ...shape) => normal(seed, ...shape).abs().add(0.1); // prettier-ignore

const cases = {};
/** @param inputs makes the tensors: gradients are taken of those that are float, where `gradient` is not false */
function add(name, inputs, f, { gradient = true } = {}) {
  cases[name] = { inputs, f, gradient };
}

for (const shape of [[1], [2, 5, 1, 7]]) {
  const of = (name) => `${name} (${shape})`;
  for (const name of [
    "abs",
    "cos",
    "erf",
    "exp",
    "expm1",
    "neg",
    "relu",
    "sigmoid",
    "sin",
    "softplus",
    "square",
    "tanh",
  ])
    add(
      of(name),
      () => [normal(1, ...shape)],
      (x) => tf[name](x),
    );
  for (const name of ["log", "rsqrt", "sqrt"])
    add(
      of(name),
      () => [positive(1, ...shape)],
      (x) => tf[name](x),
    );
  for (const name of ["floor", "round", "sign", "step", "zerosLike", "onesLike"])
    add(
      of(name),
      () => [halves(1, ...shape)],
      (x) => tf[name](x),
      { gradient: false },
    );
  add(
    of("leakyRelu"),
    () => [normal(1, ...shape)],
    (x) => x.leakyRelu(0.2),
  );
  add(
    of("clipByValue"),
    () => [normal(1, ...shape)],
    (x) => x.clipByValue(-0.5, 0.7),
  );
  add(
    of("softmax"),
    () => [normal(1, ...shape)],
    (x) => tf.softmax(x),
  );
}

for (const [left, right] of [
  [[5, 33], [33]],
  [
    [2, 1, 7],
    [3, 1],
  ],
  [[1], []],
]) {
  const of = (name) => `${name} (${left}) with (${right})`;
  for (const name of ["add", "sub", "mul", "div"])
    add(
      of(name),
      () => [normal(1, ...left), positive(2, ...right)],
      (a, b) => tf[name](a, b),
    );
  for (const name of ["maximum", "minimum"])
    add(
      of(name),
      () => [normal(1, ...left), normal(2, ...right)],
      (a, b) => tf[name](a, b),
    );
  add(
    of("pow"),
    () => [positive(1, ...left), normal(2, ...right)],
    (a, b) => tf.pow(a, b),
  );
  for (const name of ["equal", "greater", "greaterEqual", "less", "lessEqual"]) {
    const compare = (a, b) => tf[name](a, b).cast("float32");
    add(of(name), () => [halves(1, ...left), halves(2, ...right)], compare, { gradient: false });
    add(`${of(name)}, int32`, () => [integers(1, 3, ...left), integers(2, 3, ...right)], compare);
  }
}
add(
  "where (4, 9)",
  () => [integers(3, 2, 4, 9), normal(1, 4, 9), normal(2, 4, 9)],
  (condition, a, b) => tf.where(condition.cast("bool"), a, b),
);
add(
  "cast from int32",
  () => [integers(1, 9, 3, 7)],
  (x) => x.cast("float32"),
);
add(
  "cast to the same",
  () => [normal(1, 3, 7)],
  (x) => tf.cast(x, "float32"),
);

for (const [shape, axis] of [
  [[3, 37], undefined],
  [[3, 37], [1]],
  [[2, 65, 5], [1]],
  [
    [2, 3, 4, 5],
    [1, 2],
  ],
  [[1, 1], [0]],
])
  for (const name of ["sum", "mean", "max"])
    for (const keepDims of [false, true])
      add(
        `${name} (${shape}) over ${axis ?? "all"}${keepDims ? ", kept" : ""}`,
        () => [normal(1, ...shape)],
        (x) => tf[name](x, axis, keepDims),
      );
for (const [shape, axis] of [
  [[3, 37], 1],
  [[65, 2], 0],
  [[1, 1], 1],
])
  // prettier-ignore
  add(`argMax (${shape}) over ${axis}`, () => [normal(1, ...shape)], (x) => x.argMax(axis), { gradient: false });

for (const [a, b, transposeA = false, transposeB = false] of [
  [
    [1, 7],
    [7, 5],
  ],
  [
    [33, 65],
    [65, 34],
  ],
  [[65, 33], [65, 34], true],
  [[33, 65], [34, 65], false, true],
  [
    [5, 1],
    [1, 3],
  ],
  [
    [2, 3, 5, 7],
    [2, 3, 7, 4],
  ],
  [[2, 3, 5, 7], [2, 3, 4, 7], false, true],
  [
    [1, 3, 5],
    [4, 5, 2],
  ],
  [
    [4, 1, 3, 5],
    [4, 6, 5, 2],
  ],
]) {
  const name = `matMul (${a}) by (${b})${transposeA ? ", first transposed" : ""}${transposeB ? ", second transposed" : ""}`;
  add(
    name,
    () => [normal(1, ...a), normal(2, ...b)],
    (x, y) => tf.matMul(x, y, transposeA, transposeB),
  );
}
for (const rows of [1, 33])
  add(
    `fused matMul, ${rows} rows`,
    () => [normal(1, rows, 7), normal(2, 7, 5), normal(3, 5)],
    (x, kernel, bias) => tf.fused.matMul({ a: x, b: kernel, bias, activation: "linear" }),
    { gradient: false },
  );

for (const [image, filter, stride, pad] of [
  [[1, 5, 7, 1], [3, 3, 1, 2], 1, "same"],
  [[2, 9, 6, 3], [4, 4, 3, 5], 2, "same"],
  [[2, 8, 9, 5], [3, 2, 5, 1], 1, "valid"],
  [[1, 7, 7, 33], [1, 1, 33, 3], 1, "same"],
  [[3, 9, 9, 2], [3, 3, 2, 4], 3, "valid"],
]) {
  const of = (name) => `${name} (${image}) with (${filter}), ${stride}, ${pad}`;
  const inputs = () => [normal(1, ...image), normal(2, ...filter)];
  add(of("conv2d"), inputs, (x, w) => tf.conv2d(x, w, stride, pad));
  add(
    of("fused conv2d"),
    () => [...inputs(), normal(3, filter[3])],
    (x, w, bias) => tf.fused.conv2d({ x, filter: w, strides: stride, pad, bias, activation: "linear" }),
    { gradient: false },
  );
}
for (const [image, filter, stride] of [
  [[1, 3, 3, 5], [4, 4, 2, 5], 2],
  [[2, 4, 5, 3], [3, 3, 1, 3], 1],
])
  add(
    `conv2dTranspose (${image}) with (${filter}), ${stride}`,
    () => [normal(1, ...image), normal(2, ...filter)],
    (x, w) =>
      tf.conv2dTranspose(x, w, [image[0], image[1] * stride, image[2] * stride, filter[2]], stride, "same"),
  );
for (const image of [
  [1, 4, 6, 1],
  [2, 6, 4, 5],
])
  // prettier-ignore
  add(`avgPool (${image})`, () => [normal(1, ...image)], (x) => tf.avgPool(x, 2, 2, "valid"));

add(
  "concat along 0 and 1",
  () => [normal(1, 3, 5), normal(2, 3, 5)],
  (a, b) => tf.concat([tf.concat([a, b], 1), tf.concat([b, a], 1)]),
);
add(
  "stack and unstack",
  () => [normal(1, 3, 5), normal(2, 3, 5)],
  (a, b) => {
    const [x, y, z] = tf.unstack(tf.stack([a, b, a.mul(b)], 1), 1);
    return x.mul(y).add(z);
  },
);
add(
  "stack and unstack of whole numbers",
  () => [integers(1, 9, 5, 2), integers(2, 9, 5, 2)],
  (a, b) => tf.stack(tf.unstack(tf.stack([a, b])).toReversed(), 1),
);
add(
  "split",
  () => [normal(1, 3, 9)],
  (x) => tf.split(x, [2, 4, 3], 1).reduce((a, b) => a.sum().add(b.sum(1))),
);
add(
  "slice",
  () => [normal(1, 5, 7, 3)],
  (x) => x.slice([1, 2, 0], [3, 4, 3]),
);
add("pad", () => [normal(1, 2, 3)], (x) => tf.pad(x, [[1, 2], [0, 3]], 0.5)); // prettier-ignore
add(
  "reverse",
  () => [normal(1, 3, 5)],
  (x) => x.reverse(1),
);
add(
  "tile",
  () => [normal(1, 3, 5)],
  (x) => x.tile([2, 3]),
);
add(
  "tile of bool",
  () => [integers(1, 2, 3, 5)],
  (x) => x.cast("bool").tile([2, 3]).cast("float32"),
);
for (const permutation of [
  [1, 0, 2],
  [2, 1, 0],
  [0, 2, 1],
]) {
  // prettier-ignore
  add(`transpose to ${permutation}`, () => [normal(1, 5, 33, 3)], (x) => x.transpose(permutation));
  add(
    `transpose of int32 to ${permutation}`,
    () => [integers(1, 9, 5, 33, 3)],
    (x) => x.transpose(permutation).cast("float32"),
  );
}
add(
  "expandDims",
  () => [normal(1, 3, 5)],
  (x) => x.expandDims(1).square(),
);
add(
  "expandDims of int32",
  () => [integers(1, 9, 3, 5)],
  (x) => x.expandDims(1).cast("float32"),
);
for (const [shape, places] of [
  [[7, 5], [9]],
  [
    [4, 33],
    [2, 3],
  ],
  [[1, 1], [1]],
])
  // prettier-ignore
  add(
    `gather (${shape}) by (${places})`,
    () => [normal(1, ...shape), integers(2, shape[0], ...places)],
    (x, indices) => tf.gather(x, indices),
  );
add(
  "gather along 1",
  () => [normal(1, 2, 5, 3)],
  (x) => tf.gather(x, tf.scalar(3, "int32"), 1),
  { gradient: false },
);
add(
  "oneHot",
  () => [integers(1, 7, 33)],
  (x) => tf.oneHot(x, 7).cast("float32"),
);
add(
  "range",
  () => [normal(1, 1)],
  (x) => x.add(tf.range(-3, 30)).mul(tf.range(0, 33, 1, "int32")),
  { gradient: false },
);
add(
  "fill",
  () => [normal(1, 3, 5)],
  (x) => x.mul(tf.fill([3, 5], 0.25)),
);

const float = (x) => x.cast("float32");
add(
  "add of int32",
  () => [integers(1, 9, 5, 33), integers(2, 9, 33)],
  (a, b) => float(a.add(b)),
);
add(
  "addN",
  () => [normal(1, 5, 7), normal(2, 5, 7), normal(3, 5, 7)],
  (a, b, c) => tf.addN([a, b, c]),
);
add(
  "cast to int32",
  () => [normal(1, 5, 7)],
  (x) => float(x.mul(3).cast("int32")),
  { gradient: false },
);
add(
  "concat of int32",
  () => [integers(1, 9, 3, 5), integers(2, 9, 3, 5)],
  (a, b) => float(tf.concat([a, b], 1)),
);
add(
  "slice of int32",
  () => [integers(1, 9, 5, 7)],
  (x) => float(x.slice([1, 2], [3, 4])),
);
// Of negative numbers the sign is the divisor's.
add(
  "mod",
  () => [halves(1, 5, 33), positive(2, 33)],
  (a, b) => tf.mod(a, b),
  { gradient: false },
);
add(
  "mod of int32",
  () => [integers(1, 99, 5, 33).sub(tf.scalar(50, "int32"))],
  (x) => float(tf.mod(x, tf.scalar(7, "int32"))),
);

/** The output and the gradients of a case, as plain numbers. */
async function runCase({ inputs, f, gradient }) {
  const parts = tf.tidy(() => {
    const tensors = inputs();
    const places = gradient ? [...tensors.keys()].filter((i) => tensors[i].dtype === "float32") : [];
    if (places.length === 0) return [f(...tensors)];
    const g = (...some) =>
      f(...tensors.map((tensor, i) => (places.includes(i) ? some[places.indexOf(i)] : tensor)));
    const y = g(...places.map((place) => tensors[place]));
    const dy = normal(11, ...y.shape);
    const { value, grads } = tf.valueAndGrads(g)(places.map((place) => tensors[place]), dy); // prettier-ignore
    return [value, ...grads];
  });
  const numbers = [];
  for (const part of parts) numbers.push([...(await part.data())]);
  tf.dispose(parts);
  return numbers;
}

module.exports = { cases, runCase };
