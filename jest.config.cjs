/** @type {import("jest").Config} */
module.exports = {
  testEnvironment: "<rootDir>/tests/environment.cjs",
  transform: { "\\.ts$": "<rootDir>/tests/transform.cjs" },
  moduleNameMapper: { "^@actl/generative$": "<rootDir>/lib/index.ts" },
  modulePathIgnorePatterns: ["<rootDir>/lib/dist", "<rootDir>/.cache", "<rootDir>/.venv", "<rootDir>/out"],
  testMatch: ["<rootDir>/tests/**/*.test.ts"],
  testTimeout: 60_000,
};
