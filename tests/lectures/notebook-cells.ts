/** Builds notebook files for tests: https://nbformat.readthedocs.io/en/latest/format_description.html */
export type SlideType = "slide" | "subslide" | "fragment" | "notes" | "skip";
export type CellJson = Record<string, unknown>;

export const lines = (text: string): string[] => text.split(/(?<=\n)/);

const metadataOf = (type: SlideType | undefined, tags: string[] = []): CellJson => ({
  ...(type === undefined ? {} : { slideshow: { slide_type: type } }),
  ...(tags.length > 0 ? { tags } : {}),
});

export function markdownCell(type: SlideType | undefined, source: string, rest: CellJson = {}): CellJson {
  return { cell_type: "markdown", metadata: metadataOf(type), source: lines(source), ...rest };
}

export function codeCell(
  type: SlideType | undefined,
  source: string,
  outputs: CellJson[] = [],
  tags: string[] = [],
): CellJson {
  const metadata = metadataOf(type, tags);
  return { cell_type: "code", execution_count: null, metadata, outputs, source: lines(source) };
}

export const display = (data: CellJson, metadata: CellJson = {}): CellJson => ({
  output_type: "display_data",
  data,
  metadata,
});

export const result = (data: CellJson): CellJson => ({
  output_type: "execute_result",
  execution_count: 1,
  data,
  metadata: {},
});

export const stream = (name: "stdout" | "stderr", text: string): CellJson => ({
  output_type: "stream",
  name,
  text: lines(text),
});

export function makeNotebook(cells: CellJson[], language = "typescript"): CellJson {
  const kernel = language === "typescript" ? "tslab" : language;
  const metadata = {
    kernelspec: { display_name: kernel, language, name: kernel },
    language_info: { name: language },
  };
  const numbered = cells.map((cell, index) => ({ ...cell, id: `c${index}` }));
  return { cells: numbered, metadata, nbformat: 4, nbformat_minor: 5 };
}
