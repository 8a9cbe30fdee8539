"""■ during the library's own training: it really stops, disposes what it made, and everything else is as before."""

import time

from kernel_case import KernelCase

PREPARE = """
import { buildGan, loadMnist, tf, trainGan } from "@actl/generative";
const { images } = await loadMnist({ count: 16 });
const gan = buildGan({ latentSize: 4, filters: 4 });
const settings = { batchSize: 4 };
const seen: number[] = [];
for await (const { step } of trainGan(gan, images, { ...settings, steps: 2 })) seen.push(step);
const tensors = tf.memory().numTensors;
const weights = () => gan.generator.getWeights().map((weight) => Array.from(weight.dataSync())).join();
"""


class TrainingTests(KernelCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.prepare(PREPARE)

    def stop(self, code):
        """Interrupts an endless training, once it has made some steps."""
        self.ok("seen.length = 0")
        running = self.send(code)
        self.await_message(running, lambda m: m["msg_type"] == "stream" and "step 3\n" in m["content"]["text"])
        ran = self.interrupt_after(running, 0)
        self.assertEqual((ran.status, ran.reply["content"]["ename"]), ("error", "Interrupted"), ran.traceback)
        return ran

    def assert_at_rest(self):
        """No step is made any more, no weight changes, no tensor is left over."""
        self.ok("const [stepsThen, weightsThen] = [seen.length, weights()]")
        time.sleep(0.3)
        self.assertEqual(self.ok("[seen.length === stepsThen, weights() === weightsThen]").result, "[ true, true ]")
        self.assertEqual(self.ok("tf.memory().numTensors - tensors").result, "0")

    def test_for_await(self):
        self.stop("for await (const { step } of trainGan(gan, images, settings)) { seen.push(step); console.log(`step ${step}`) }\nseen.push(-1)")
        self.assert_at_rest()
        self.assertEqual(self.ok("seen.includes(-1)").result, "false")
        self.assertGreaterEqual(int(self.ok("seen.length").result), 3)

    def test_awaited_function(self):
        self.ok("async function train() { for await (const { step } of trainGan(gan, images, settings)) { seen.push(step); console.log(`step ${step}`) } }")
        self.stop("await train()")
        self.assert_at_rest()

    def test_training_that_nobody_awaits(self):
        self.stop("const forgotten = train2();\nasync function train2() { for await (const { step } of trainGan(gan, images, settings)) { seen.push(step); console.log(`step ${step}`) } }\nawait new Promise(() => {})")
        self.assert_at_rest()

    def test_the_trainings_own_signal(self):
        """Without a loop in the cell only the library itself can end the training."""
        self.stop("const training = trainGan(gan, images, settings);\nconst makeSteps = async (): Promise<void> => { const { step } = (await training.next()).value as { step: number }; seen.push(step); console.log(`step ${step}`); return makeSteps() };\nawait makeSteps()")
        self.assert_at_rest()

    def test_a_training_afterwards_runs_to_its_end(self):
        self.stop("for await (const { step } of trainGan(gan, images, settings)) { seen.push(step); console.log(`step ${step}`) }")
        self.ok("seen.length = 0; for await (const { step } of trainGan(gan, images, { ...settings, steps: 3 })) seen.push(step)")
        self.assertEqual(self.ok("seen").result, "[ 1, 2, 3 ]")
        self.assert_at_rest()

    def test_a_signal_of_ones_own_ends_it_quietly(self):
        self.ok("const stop = new AbortController(); seen.length = 0")
        self.ok("for await (const { step } of trainGan(gan, images, { ...settings, signal: stop.signal })) { seen.push(step); if (step === 3) stop.abort() }")
        self.assertEqual(self.ok("seen").result, "[ 1, 2, 3 ]")
        self.assert_at_rest()
