"""Tab and Shift-Tab inside the course's library."""

from kernel_case import KernelCase

IMPORT = 'import { tf, trainGan, ganTraining, buildGan, Random, type GanTraining } from "@actl/generative"'


class LibraryTests(KernelCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.prepare(IMPORT)

    def complete(self, code, cursor=None):
        reply = self.ask(lambda: self.client.complete(code, cursor))
        self.assertEqual(reply["status"], "ok")
        return reply

    def inspect(self, code, cursor=None):
        reply = self.ask(lambda: self.client.inspect(code, cursor))
        self.assertEqual(reply["status"], "ok")
        return reply["data"].get("text/plain", "") if reply["found"] else None

    def test_a_name_of_the_library(self):
        reply = self.complete("trainG")
        self.assertEqual(reply["matches"][0], "trainGan")
        self.assertEqual((reply["cursor_start"], reply["cursor_end"]), (0, 6))

    def test_in_the_import_itself(self):
        code = 'import { buildDis } from "@actl/generative"'
        self.assertEqual(self.complete(code, len("import { buildDis"))["matches"][0], "buildDiscriminator")

    def test_members(self):
        self.assertIn("oneHot", self.complete("tf.oneH")["matches"])
        self.assertIn("fork", self.complete("new Random(0).fo")["matches"])
        self.assertEqual(self.complete("ganTraining.batchS")["matches"][0], "batchSize")

    def test_options_within_a_call(self):
        code = "buildGan({ latent"
        self.assertEqual(self.complete(code)["matches"][0], "latentSize")

    def test_members_of_a_progress_value(self):
        code = "async function watch(gan: any, images: any) { for await (const p of trainGan(gan, images)) p.discriminatorL } "
        self.assertEqual(self.complete(code, code.index(" }"))["matches"], ["discriminatorLoss"])

    def test_cursor_counts_code_points(self):
        reply = self.complete('"😀😀"; trainG')
        self.assertEqual(reply["matches"][0], "trainGan")
        self.assertEqual((reply["cursor_start"], reply["cursor_end"]), (6, 12))

    def test_unfinished_code_and_nonsense_have_an_answer(self):
        for code in ["", "tf.", "const = (", "import { ", "`${tra", "}}}"]:
            with self.subTest(code):
                self.assertIn("matches", self.complete(code))

    def test_signature_and_documentation(self):
        text = self.inspect("trainGan")
        self.assertRegex(text, r"trainGan\(gan: Gan, images: ImageBatch, options\?: GanTraining")
        self.assertIn("AsyncGenerator<GanProgress", text)
        self.assertIn("Trains both networks", text)

    def test_within_the_parentheses_of_a_call(self):
        self.assertIn("buildGan(options?: GanOptions", self.inspect("buildGan("))

    def test_an_option(self):
        code = "const settings: GanTraining = { labelNoise: 0 }"
        self.assertIn("labelNoise?: number", self.inspect(code, code.index("labelNoise") + 3))

    def test_a_variable_of_an_earlier_cell(self):
        self.ok("const sizes = [7, 14, 28] as const")
        self.assertIn("readonly [7, 14, 28]", self.inspect("sizes"))

    def test_nothing_there(self):
        self.assertIsNone(self.inspect("   "))
