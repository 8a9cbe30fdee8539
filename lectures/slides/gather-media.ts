import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";

/** An element's address that the browser would fetch by itself (a link is only followed when clicked). */
const address =
  /(<(?:img|video|audio|source|track|iframe|embed|object|script|link|input|section)\b[^>]*?\s)(src|poster|data|href|data-background-(?:image|video|iframe))="([^"]*)"/g;

/**
 * Copies the pictures and films that markdown and HTML outputs name into the deck, and cuts out whatever would need
 * the network or is not there: the deck must show the same in a lecture hall without Wi-Fi.
 *
 * @param html the page nbconvert made; each cell's wrapper carries data-cell="N"
 * @param folder where the notebook lies, which its relative addresses start from
 * @param deck the deck's folder; files go to its media/
 */
export function gatherMedia(html: string, folder: string, deck: string): { html: string; notices: string[] } {
  const notices: string[] = [];
  const body = html.indexOf("<body");
  const end = html.lastIndexOf('<script src="assets/');
  const firstScript = html.indexOf('<script src="assets/', body);
  const slides = html.slice(body, firstScript === -1 ? end : firstScript);
  const gathered = slides.replace(
    address,
    (all, before: string, attribute: string, escaped: string, offset: number) => {
      const url = escaped.replaceAll("&amp;", "&").trim();
      if (url === "" || /^(data:|blob:|#|about:)/i.test(url)) return all;
      const cell = /.*data-cell="(\d+)"/s.exec(slides.slice(0, offset))?.[1] ?? "?";
      if (/^([a-z][a-z0-9+.-]*:|\/\/)/i.test(url)) {
        notices.push(
          `cell ${cell}: ${url} is left out, since slides work without a network: save it beside the notebook and name it there`,
        );
        return before + `data-left-out="${escaped}"`;
      }
      const file = resolve(folder, decodeAddress(url));
      if (!existsSync(file) || !statSync(file).isFile()) {
        notices.push(`cell ${cell}: ${url} is not there (looked in ${folder})`);
        return before + `data-left-out="${escaped}"`;
      }
      return `${before}${attribute}="${copyMedia(file, deck)}"`;
    },
  );
  return { html: html.slice(0, body) + gathered + html.slice(body + slides.length), notices };
}

function decodeAddress(url: string): string {
  const path = url.replace(/[?#].*$/s, "");
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** The digest in its name keeps two pictures of one name from different folders apart. */
function copyMedia(file: string, deck: string): string {
  const content = readFileSync(file);
  const name = `${createHash("sha256").update(content).digest("hex").slice(0, 8)}-${basename(file)}`;
  mkdirSync(join(deck, "media"), { recursive: true });
  writeFileSync(join(deck, "media", name), content);
  return `media/${encodeURIComponent(name)}`;
}
