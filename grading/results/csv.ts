/** CSV for spreadsheets: everything quoted, and no cell that a spreadsheet would take for a formula. */

/** Rows to text, RFC 4180, with the byte order mark by which Excel recognises UTF-8. */
export function formatCsv(rows: (string | number)[][]): string {
  return `\uFEFF${rows.map((row) => row.map(formatCell).join(",")).join("\r\n")}\r\n`;
}

function formatCell(value: string | number): string {
  const text = typeof value === "number" ? String(value) : disarm(value);
  return `"${text.replaceAll('"', '""')}"`;
}

/** A text that begins with = + - @ or a tab is shown as text only where an apostrophe stands before it. */
function disarm(text: string): string {
  return /^\s*[=+\-@\t\uFF1D\uFF0B\uFF0D\uFF20]|^[\t\r]/.test(text) ? `'${text}` : text;
}
