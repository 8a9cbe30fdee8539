/** Sets the maths, fits every slide to its page, then hands over to reveal.js. `data-deck="ready"` tells check-deck.ts. */
"use strict";

const delimiters = [
  { left: "$$", right: "$$", display: true },
  { left: "\\[", right: "\\]", display: true },
  ...["equation", "align", "gather", "alignat", "CD"]
    .flatMap((name) => [name, `${name}*`])
    .map((name) => ({ left: `\\begin{${name}}`, right: `\\end{${name}}`, display: true })),
  { left: "\\(", right: "\\)", display: false },
  { left: "$", right: "$", display: false },
];

function typesetMaths() {
  const macros = {}; // shared, so that a \gdef in one cell holds in the next, as in JupyterLab
  for (const block of document.querySelectorAll(".jp-RenderedMarkdown, .jp-RenderedLatex")) {
    // The speaker's window copies the notes without our style sheet: MathML needs none.
    const output = block.closest("aside.notes") ? "mathml" : "htmlAndMathml";
    renderMathInElement(block, {
      delimiters,
      macros,
      output,
      globalGroup: true,
      throwOnError: false,
      errorColor: "#b3261e",
    });
  }
}

async function start() {
  typesetMaths();
  document.body.getBoundingClientRect(); // a layout, so that the fonts in use are asked for
  await document.fonts.ready;
  await Promise.all(Array.from(document.images, (image) => image.decode().catch(() => undefined)));
  document.querySelectorAll(".page").forEach(fitPage);
  document.documentElement.classList.remove("measuring");
  await Reveal.initialize({
    width: 1280,
    height: 720,
    margin: 0,
    minScale: 0.1,
    maxScale: 4,
    center: false,
    hash: true,
    transition: "none",
    backgroundTransition: "none",
    controlsTutorial: false,
    scrollActivationWidth: null,
    pdfSeparateFragments: false,
    pdfMaxPagesPerSlide: 1,
    plugins: [RevealNotes],
  });
  // The speaker's window tells its frame of the coming slide to go one further, mostly before the frame can listen.
  if (window.parent !== window && new URLSearchParams(location.search).get("controls") === "false")
    Reveal.next();
  document.documentElement.dataset.deck = "ready";
}

void start();
