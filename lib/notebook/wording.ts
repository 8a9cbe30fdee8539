/** Numbers as a reader says them. */

/** 12.3 → "12 s", 0.42 → "0.4 s", 185 → "3 min 5 s", 3725 → "1 h 2 min". */
export function sayDuration(seconds: number): string {
  if (seconds < 9.95) return `${(Math.round(seconds * 10) / 10).toString()} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** 12345 → "12,345". */
export function sayCount(count: number): string {
  return count.toLocaleString("en-GB");
}

/** Three significant digits, without an exponent where it can be avoided: 0.69314 → "0.693", 1234.5 → "1,230". */
export function sayNumber(value: number): string {
  if (value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e6)) return value.toExponential(1);
  return value.toLocaleString("en-GB", { maximumSignificantDigits: 3 });
}

/** 42.7 steps a second, or, where a step takes longer than a second, 1.5 s a step. */
export function sayRate(perSecond: number, unit: string): string {
  if (perSecond >= 1) return `${sayNumber(perSecond)} ${sayPlural(unit)}/s`;
  return `${sayDuration(1 / perSecond)}/${unit}`;
}

/** "step" → "steps", "batch" → "batches", "epoch" → "epochs". */
export function sayPlural(unit: string): string {
  return /(?:[sx]|sh|[^o]ch)$/.test(unit) ? `${unit}es` : `${unit}s`;
}

/** "discriminatorLoss" → "discriminator loss", "g_loss" → "g loss", "kimg" → "kimg". */
export function sayField(field: string): string {
  return field
    .replace(
      /([a-z\d])([A-Z])(?![A-Z])/g,
      (_, before: string, letter: string) => `${before} ${letter.toLowerCase()}`,
    )
    .replaceAll("_", " ");
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
