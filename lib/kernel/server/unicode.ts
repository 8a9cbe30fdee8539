/** Jupyter counts characters in Unicode code points, JavaScript in UTF-16 units: "😀" is 1 there and 2 here. */

export function toUnits(text: string, codePoints: number): number {
  let units = 0;
  let points = 0;
  for (const character of text) {
    if (points >= codePoints) break;
    points++;
    units += character.length;
  }
  return units;
}

export function toCodePoints(text: string, units: number): number {
  return Array.from(text.slice(0, units)).length;
}
