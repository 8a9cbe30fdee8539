import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["lib/dist/", "**/out/", ".venv/", ".cache/", "**/*.cjs", "**/*.js", "tests/fixtures/"] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      // noUncheckedIndexedAccess makes every tensor index "possibly undefined"; `!` says the bound was just checked.
      "@typescript-eslint/no-non-null-assertion": "off",
    },
  },
);
