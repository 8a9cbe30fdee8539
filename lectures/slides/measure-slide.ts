/** One thing wrong on a slide, as the browser measured it. */
export interface Misfit {
  cell: string;
  element: string;
  problem: string;
}

/**
 * Runs inside the page, on the slide reveal.js shows: looks for anything that leaves the 16:9 page or runs under its
 * footer, text cut off or left to scroll, maths that does not parse and pictures that did not load.
 * Self-contained, since only its source reaches the browser. Lengths are in pixels of the 1280 × 720 page.
 */
export function measureSlide(section: Element): Misfit[] {
  const page = section.querySelector(".page")!;
  const content = section.querySelector(".content")!;
  const bounds = page.getBoundingClientRect();
  const scale = bounds.width / 1280;
  const footerTop = bounds.bottom - 50 * scale;
  const found = new Map<Element, string>();

  const describe = (element: Element): Misfit => {
    const text = (element.getAttribute("alt") ?? element.textContent).replace(/\s+/g, " ").trim();
    return {
      cell: element.closest("[data-cell]")?.getAttribute("data-cell") ?? "?",
      element: `<${element.tagName.toLowerCase()}> "${text.length > 50 ? `${text.slice(0, 50)}…` : text}"`,
      problem: found.get(element)!,
    };
  };
  const report = (element: Element, problem: string): void => {
    const parent =
      element.closest("pre, table, .katex-display, li, p, h1, h2, h3, h4, blockquote") ?? element;
    if (!found.has(parent)) found.set(parent, problem);
  };
  const pixels = (length: number): string => `${Math.ceil(length / scale)} px`;
  /** Invisible helpers: speaker notes, and the copy of a formula that screen readers use. */
  const isShown = (element: Element): boolean =>
    element.closest("aside.notes, .katex-mathml, script, style, annotation") === null;
  /** Part of a block that scrolls is judged by that block. */
  const isInside = (element: Element): boolean => element.closest(".fits-by-scrolling") !== null;

  const checkRect = (element: Element, rect: DOMRect): void => {
    if (rect.width === 0 || rect.height === 0 || isInside(element)) return;
    if (rect.right > bounds.right + scale)
      report(element, `runs ${pixels(rect.right - bounds.right)} past the right edge`);
    else if (rect.left < bounds.left - scale)
      report(element, `begins ${pixels(bounds.left - rect.left)} left of the slide`);
    else if (rect.bottom > footerTop + scale)
      report(element, `runs ${pixels(rect.bottom - footerTop)} past the bottom`);
    else if (rect.top < bounds.top - scale)
      report(element, `begins ${pixels(bounds.top - rect.top)} above the slide`);
  };
  const walker = document.createTreeWalker(content, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    if (node instanceof Text) {
      const parent = node.parentElement;
      if (parent === null || node.data.trim() === "" || !isShown(parent)) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const rect of range.getClientRects()) checkRect(parent, rect);
      if (parent.closest(".jp-RenderedMarkdown, .jp-RenderedLatex") && !parent.closest("code, pre, .katex"))
        if (/\$[^$]+\$|\$\$|\\begin\{/.test(node.data))
          report(parent, "maths left as text: is a brace or a dollar missing?");
    } else if (node instanceof Element && isShown(node)) {
      checkElement(node);
    }
  }
  return Array.from(found.keys(), describe);

  function checkElement(element: Element): void {
    const style = getComputedStyle(element);
    if (element.matches(".katex-error"))
      report(element, `maths that KaTeX cannot read (${element.getAttribute("title") ?? ""})`);
    if (
      element instanceof HTMLImageElement &&
      element.naturalWidth === 0 &&
      !element.hasAttribute("data-left-out")
    )
      found.set(element, "a picture that does not load");
    if (element.matches("img, svg, video, canvas, iframe, hr"))
      checkRect(element, element.getBoundingClientRect());
    if (element.closest(".katex, svg") !== null || style.display === "inline") return;
    const [below, right] = [
      element.scrollHeight - element.clientHeight,
      element.scrollWidth - element.clientWidth,
    ];
    if (style.overflowY !== "visible" && below > 2)
      found.set(
        element,
        element.matches(".fits-by-scrolling")
          ? `too long for a slide, ${below} px of it must be scrolled to: split the cell in two`
          : `${below} px of it are cut off at the bottom`,
      );
    else if (style.overflowX !== "visible" && right > 2)
      found.set(element, `${right} px of it are cut off at the right`);
  }
}
