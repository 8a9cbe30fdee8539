// TypeScript for jest. jest's module registry is CommonJS, so import.meta becomes CommonJS's own names.
const { transformSync } = require("esbuild");

module.exports = {
  process(source, filename) {
    const { code } = transformSync(source, {
      loader: "ts",
      format: "cjs",
      target: "node24",
      supported: { "dynamic-import": false }, // becomes require: jest's registry has no ES modules
      sourcemap: "inline",
      sourcefile: filename,
      define: { "import.meta.dirname": "__dirname", "import.meta.filename": "__filename" },
    });
    return { code };
  },
};
