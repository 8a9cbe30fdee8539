/**
 * Makes each slide's content fit its 16:9 page, in the order a person would: results' pictures as large as there is
 * room for; where there is none, pictures smaller first, then all type together, down to a size the back row still reads; a long line of code is set smaller, then broken.
 * What is too much even then is left to scroll, marked data-too-long, and reported by check-deck.ts.
 */
"use strict";
/** Whole-slide scales tried in turn: body text falls from 28 to 19 px on a 1280 px page, code from 21 to 14.3 px. */
const scales = [1, 0.95, 0.9, 0.85, 0.8, 0.76, 0.72, 0.68];
/** No code, table or formula is set smaller than this many pixels to make a line fit. */
const smallest = 14;

/** Pixels by which the content is too tall for its page. */
function excess(content) {
  const bottom = Math.max(
    ...Array.from(content.children, (child) =>
      child.matches("aside") ? 0 : child.getBoundingClientRect().bottom,
    ),
    0,
  );
  return Math.max(
    bottom - content.getBoundingClientRect().bottom,
    content.scrollHeight - content.clientHeight,
  );
}

/** Sets wide lines smaller; code and text that would fall below `smallest` is broken into several lines instead. */
function fitWidths(content) {
  for (const block of content.querySelectorAll("pre, table, .katex-display")) {
    block.style.removeProperty("--fit");
    block.classList.remove("wrapped");
    const inner = block.matches(".katex-display") ? block.querySelector(".katex-html") : block;
    const room = (block.matches("table") ? block.parentElement : block).clientWidth;
    const width = block.matches("table") ? block.offsetWidth : Math.max(inner.scrollWidth, inner.offsetWidth);
    if (width <= room + 1) continue;
    const least = Math.min(1, smallest / parseFloat(getComputedStyle(block).fontSize));
    block.style.setProperty("--fit", Math.max(least, (room / width) * 0.995));
    if (block.matches("pre") && block.scrollWidth > block.clientWidth + 1) block.classList.add("wrapped");
  }
}

/** Scales the slide's pictures by the largest share in [least, 1] that makes the content fit; false when none does. */
function fitPictures(content, least) {
  const pictures = Array.from(content.querySelectorAll("img, svg, video")).filter(
    (each) => !each.closest(".katex, aside"),
  );
  for (const picture of pictures) picture.style.removeProperty("--tall");
  if (excess(content) <= 0) return true;
  const heights = pictures.map((picture) => picture.getBoundingClientRect().height);
  const shrink = (share) =>
    pictures.forEach((picture, i) => picture.style.setProperty("--tall", `${heights[i] * share}px`));
  shrink(least);
  if (pictures.length === 0 || excess(content) > 0) return false;
  let [fits, tooTall] = [least, 1];
  for (let step = 0; step < 7; step++) {
    const middle = (fits + tooTall) / 2;
    shrink(middle);
    if (excess(content) > 0) tooTall = middle;
    else fits = middle;
  }
  shrink(fits);
  return true;
}

/** Charts and pictures among the results are drawn for a notebook's column: on a slide they take the room there is. */
function growPictures(content) {
  const pictures = Array.from(content.querySelectorAll(".figure img")).filter(
    (each) => each.style.getPropertyValue("--tall") === "",
  );
  const heights = pictures.map((picture) => picture.getBoundingClientRect().height);
  const grow = (share) =>
    pictures.forEach((picture, i) => (picture.style.height = `${heights[i] * share}px`));
  for (let share = 1.7; share >= 1; share -= 0.05) {
    grow(share);
    if (excess(content) <= 0) return;
  }
  pictures.forEach((picture) => picture.style.removeProperty("height"));
}

/** The last resort: the tallest block of text scrolls inside the page. */
function letScroll(content) {
  const blocks = Array.from(content.querySelectorAll(".highlight, .jp-RenderedText, .jp-RenderedHTML"));
  const tallest = blocks.sort((a, b) => b.offsetHeight - a.offsetHeight)[0];
  content.dataset.tooLong = String(Math.ceil(excess(content)));
  if (tallest === undefined || tallest.offsetHeight - excess(content) < 100) return;
  tallest.style.maxHeight = `${tallest.offsetHeight - excess(content) - 4}px`;
  tallest.classList.add("fits-by-scrolling");
}

function fitPage(page) {
  const content = page.querySelector(".content");
  for (const scale of scales) {
    content.style.setProperty("--scale", scale);
    fitWidths(content);
    // Pictures may give up more as the type does: to 62 % beside full-size type, to 40 % beside the smallest.
    if (fitPictures(content, 0.4 + (0.22 * (scale - 0.68)) / 0.32)) return growPictures(content);
  }
  letScroll(content);
}
