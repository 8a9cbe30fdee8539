/** What lies in a folder of submissions: one entry per student, whatever it turns out to be. */
import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { extname, join } from "node:path";
import { kindOf, submissionLimits } from "./read-file.ts";
import { isJunk, isNotebookName } from "./zip.ts";

export interface FoundSubmission {
  /** The student: a file's name without its ending, or a folder's name. */
  name: string;
  /** Files that may hold the notebook (notebooks and zip archives), best first. */
  candidates: string[];
  /** Why there is nothing to open. */
  problem?: string;
}

export interface Found {
  submissions: FoundSubmission[];
  /** What was left alone, and why. */
  notices: string[];
}

/** Files a tutor keeps beside submissions. */
const tutorsOwn = new Set([".csv", ".md", ".log", ".xlsx", ".ods"]);

/**
 * `NAME.ipynb`, `NAME.zip` and `NAME/…/any.ipynb` are submissions of NAME; a folder that has no notebook of its own but
 * several folders with one is a group: `GROUP/NAME`. Links are never followed.
 */
export async function findSubmissions(folder: string, assignment: string): Promise<Found> {
  const found: Found = { submissions: [], notices: [] };
  await visitGroup(folder, "", assignment, found);
  found.submissions.sort((a, b) => a.name.localeCompare(b.name, "en"));
  return found;
}

async function visitGroup(folder: string, prefix: string, assignment: string, found: Found): Promise<void> {
  for (const entry of await listFolder(folder)) {
    const path = join(folder, entry.name);
    const name = `${prefix}${entry.name}`;
    if (isJunk(entry.name)) continue;
    if (entry.isDirectory()) await visitFolder(path, name, assignment, found);
    else if (tutorsOwn.has(extname(entry.name).toLowerCase()))
      found.notices.push(`${name}: left alone, not a submission`);
    else found.submissions.push(visitFile(path, entry, prefix));
  }
}

function visitFile(path: string, entry: Dirent, prefix: string): FoundSubmission {
  const name = `${prefix}${entry.name.replace(/\.(ipynb|zip)$/i, "")}`;
  if (!entry.isFile())
    return { name, candidates: [], problem: `${entry.name} is ${kindOf(entry)}; it is not opened` };
  if (isCandidate(entry.name)) return { name, candidates: [path] };
  return {
    name,
    candidates: [],
    problem: `${entry.name} is not a notebook; expected a file that ends in .ipynb`,
  };
}

async function visitFolder(path: string, name: string, assignment: string, found: Found): Promise<void> {
  const inside: Inside = { files: [], others: [], entries: 0 };
  await walk(path, "", inside, 0);
  const isDirect = inside.files.some((file) => !file.includes("/"));
  const branches = new Set(inside.files.map((file) => file.split("/")[0]));
  if (!isDirect && branches.size > 1) {
    await visitGroup(path, `${name}/`, assignment, found);
    return;
  }
  const candidates = rank(inside.files, assignment).map((file) => join(path, file));
  if (candidates.length > 0) found.submissions.push({ name, candidates });
  else found.submissions.push({ name, candidates, problem: describeEmpty(inside) });
}

interface Inside {
  files: string[];
  others: string[];
  entries: number;
}

async function walk(folder: string, prefix: string, inside: Inside, depth: number): Promise<void> {
  for (const entry of await listFolder(folder)) {
    if (++inside.entries > submissionLimits.entries || isJunk(entry.name)) continue;
    const name = `${prefix}${entry.name}`;
    if (entry.isDirectory()) {
      if (depth < submissionLimits.depth) await walk(join(folder, entry.name), `${name}/`, inside, depth + 1);
    } else if (entry.isFile() && isCandidate(entry.name)) inside.files.push(name);
    else inside.others.push(entry.isFile() ? name : `${name} (${kindOf(entry)}; not opened)`);
  }
}

/** The expected name first, then notebooks, then archives; the shallower the better. */
function rank(files: string[], assignment: string): string[] {
  const score = (file: string) =>
    (file.endsWith(`${assignment}.ipynb`) ? 0 : isNotebookName(file) ? 100 : 200) + file.split("/").length;
  return files.toSorted((a, b) => score(a) - score(b) || a.localeCompare(b, "en"));
}

function describeEmpty({ others }: Inside): string {
  if (others.length === 0) return "the folder is empty; expected a notebook (.ipynb)";
  const more = others.length > 3 ? ` and ${others.length - 3} more` : "";
  return `no notebook (.ipynb) among its files: ${others.slice(0, 3).join(", ")}${more}`;
}

function isCandidate(name: string): boolean {
  return isNotebookName(name) || /\.zip$/i.test(name);
}

async function listFolder(folder: string): Promise<Dirent[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.sort((a, b) => a.name.localeCompare(b.name, "en"));
}
