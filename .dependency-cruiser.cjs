// The layers of docs/design.md: imports point one way.
const layer = (from, mayNot, why) => ({
  name: `${from}-imports-downwards`,
  comment: why,
  severity: "error",
  from: { path: `^lib/${from}/` },
  to: { path: `^lib/(${mayNot.join("|")})/` },
});
module.exports = {
  forbidden: [
    {
      name: "no-cycles",
      severity: "error",
      from: {},
      to: { circular: true, dependencyTypesNot: ["type-only"] },
    },
    layer(
      "core",
      [
        "data",
        "layers",
        "privacy",
        "models",
        "training",
        "sampling",
        "metrics",
        "pipelines",
        "notebook",
        "kernel",
      ],
      "core is the bottom layer",
    ),
    layer(
      "privacy",
      ["data", "layers", "models", "training", "sampling", "metrics", "pipelines", "notebook", "kernel"],
      "an accountant knows mechanisms, not models",
    ),
    layer(
      "data",
      ["models", "training", "sampling", "metrics", "pipelines", "notebook", "kernel"],
      "data knows nothing of models",
    ),
    layer(
      "layers",
      ["data", "privacy", "models", "training", "sampling", "metrics", "pipelines", "notebook", "kernel"],
      "layers are built on core",
    ),
    layer(
      "models",
      ["training", "sampling", "metrics", "pipelines", "notebook", "kernel"],
      "a model does not know who trains it",
    ),
    layer(
      "training",
      ["metrics", "pipelines", "notebook", "kernel"],
      "trainers yield numbers; the notebook draws them",
    ),
    layer("sampling", ["metrics", "pipelines", "notebook", "kernel"], "samplers know models only"),
    layer("metrics", ["pipelines", "notebook", "kernel"], "metrics judge, they do not draw"),
    layer(
      "notebook",
      ["data", "layers", "privacy", "models", "training", "sampling", "metrics", "pipelines", "kernel"],
      "notebook draws numbers, not models",
    ),
    layer(
      "kernel",
      [
        "core",
        "data",
        "layers",
        "privacy",
        "models",
        "training",
        "sampling",
        "metrics",
        "pipelines",
        "notebook",
      ],
      "the kernel knows nothing of the library",
    ),
    {
      name: "lib-never-imports-grading",
      severity: "error",
      from: { path: "^lib/" },
      to: { path: "^(grading|commands|lectures|tests)/" },
    },
    {
      name: "grading-and-lectures-use-the-root-entry",
      severity: "error",
      from: { path: "^(grading|lectures)/" },
      to: { path: "^lib/(?!index)" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules|lib/dist" },
    exclude: { path: "lib/dist" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
  },
};
