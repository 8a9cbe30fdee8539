/** Text that came from a stranger, made harmless to show: no terminal codes, no invisible or direction-changing characters. */
export function neutralise(text: string, longest = 4000): string {
  const clean = text

    .replaceAll(
      /\u001b(?:\[[0-?]{0,40}[ -/]{0,10}[@-~]|\][^\u0007\u001b]{0,400}(?:\u0007|\u001b\\)?|.?)/g,
      "",
    )
    .replaceAll("\r\n", "\n")

    .replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, "")
    .toWellFormed();
  return clean.length > longest ? `${clean.slice(0, longest).toWellFormed()}\n… (cut)` : clean;
}

/** The same on one line, for names. */
export function neutraliseLine(text: string, longest = 200): string {
  return neutralise(text, longest).replaceAll(/\s+/g, " ").trim();
}
