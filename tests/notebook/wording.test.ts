import {
  escapeHtml,
  sayCount,
  sayDuration,
  sayField,
  sayNumber,
  sayPlural,
  sayRate,
} from "../../lib/notebook/wording.ts";

test.each([
  [0, "0 s"],
  [0.42, "0.4 s"],
  [9.94, "9.9 s"],
  [9.95, "10 s"],
  [12.3, "12 s"],
  [59.4, "59 s"],
  [59.5, "1 min 0 s"],
  [185, "3 min 5 s"],
  [3599.4, "59 min 59 s"],
  [3599.5, "1 h 0 min"],
  [3725, "1 h 2 min"],
  [360_000, "100 h 0 min"],
])("%p seconds are said %p", (seconds, said) => expect(sayDuration(seconds)).toBe(said));

test.each([
  [0, "0"],
  [0.69314, "0.693"],
  [-0.5, "-0.5"],
  [1234.5, "1,230"],
  [0.00012, "1.2e-4"],
  [-2_500_000, "-2.5e+6"],
])("the number %p is said %p", (value, said) => expect(sayNumber(value)).toBe(said));

test.each([
  [42.71, "42.7 steps/s"],
  [1, "1 steps/s"],
  [1500, "1,500 steps/s"],
  [0.5, "2 s/step"],
  [1 / 90, "1 min 30 s/step"],
])("the rate %p is said %p", (rate, said) => expect(sayRate(rate, "step")).toBe(said));

test.each([
  ["discriminatorLoss", "discriminator loss"],
  ["g_loss", "g loss"],
  ["kimg", "kimg"],
  ["testKL", "testKL"],
  ["loss2Mean", "loss2 mean"],
])("the field %p is said %p", (field, said) => expect(sayField(field)).toBe(said));

test("units have their plurals", () => {
  expect(["step", "batch", "epoch", "image", "box"].map(sayPlural)).toEqual([
    "steps",
    "batches",
    "epochs",
    "images",
    "boxes",
  ]);
});

test("counts have thousands", () => expect([7, 12_345].map(sayCount)).toEqual(["7", "12,345"]));

test("HTML's own characters are escaped, in text and in attributes", () => {
  expect(escapeHtml(`<a b="c" d='e'>&`)).toBe("&#60;a b=&#34;c&#34; d=&#39;e&#39;&#62;&#38;");
});
