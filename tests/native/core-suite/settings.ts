// Imported first: the tests are declared for these environments when they are loaded.
import { setTestEnvs } from "@tensorflow/tfjs-core/dist/jasmine_util.js";

setTestEnvs([{ name: "test-tensorflow", backendName: "tensorflow", flags: {}, isDataSync: true }]);
