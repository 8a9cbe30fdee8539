/** HTML from text, where everything that is not markup is escaped. */

/** Markup that may be put into a page as it is. */
export interface Html {
  markup: string;
}

export type Content = Html | string | number | Content[];

/** A template whose values are escaped, unless they are Html themselves. */
export function html(parts: TemplateStringsArray, ...values: Content[]): Html {
  return { markup: parts.reduce((text, part, index) => text + toMarkup(values[index - 1]!) + part) };
}

function toMarkup(value: Content): string {
  if (Array.isArray(value)) return value.map(toMarkup).join("");
  return typeof value === "object" ? value.markup : escapeHtml(String(value));
}

const entities: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character]!);
}

export const nothing: Html = { markup: "" };

export interface PageOptions {
  title: string;
  style: string;
  body: Html;
}

/** A page that asks the network for nothing, and is forbidden to by its own policy. */
export function buildPage({ title, style, body }: PageOptions): string {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
        />
        <meta name="referrer" content="no-referrer" />
        <link rel="icon" href="data:," />
        <title>${title}</title>
        <style>
          ${{ markup: style }}
        </style>
      </head>
      <body>
        ${body}
      </body>
    </html> `;
  return page.markup;
}
