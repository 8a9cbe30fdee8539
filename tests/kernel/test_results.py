"""How the last value of a cell looks."""

import base64

from kernel_case import KernelCase


class ResultTests(KernelCase):
    env = {"GENERATIVE_BACKEND": "cpu"}

    def bundle(self, code):
        [result] = self.ok(code).of_type("execute_result")
        return result["data"]

    def test_text(self):
        for code, text in [("1 / 3", "0.3333333333333333"), ('"a\\nb"', "'a\\nb'"), ("[1, [2, [3]]]", "[ 1, [ 2, [ 3 ] ] ]"), ("null", "null"), ("2n ** 64n", "18446744073709551616n"), ("new Map([[1, 2]])", "Map(1) { 1 => 2 }")]:
            with self.subTest(code):
                self.assertEqual(self.bundle(code), {"text/plain": text})

    def test_the_number_of_the_result_is_the_cells(self):
        ran = self.ok("7")
        [result], [given] = ran.of_type("execute_result"), ran.of_type("execute_input")
        self.assertEqual(result["execution_count"], ran.reply["content"]["execution_count"])
        self.assertEqual(given, {"code": "7", "execution_count": result["execution_count"]})

    def test_no_result(self):
        for code in ["", "// nothing", "const silent = 1", "undefined", "if (true) 5;", "void 5", "function f() {}"]:
            with self.subTest(code):
                self.assertEqual(self.ok(code).of_type("execute_result"), [])

    def test_silent_cells_show_nothing_and_count_nothing(self):
        before = self.ok("1").reply["content"]["execution_count"]
        ran = self.run_cell("2", silent=True)
        self.assertEqual((ran.of_type("execute_result"), ran.of_type("execute_input")), ([], []))
        self.assertEqual(self.ok("3").reply["content"]["execution_count"], before + 1)

    def test_user_expressions(self):
        ran = self.ok("const rate = 0.5", user_expressions={"double": "rate * 2", "wrong": "nowhere"})
        answers = ran.reply["content"]["user_expressions"]
        self.assertEqual(answers["double"]["data"], {"text/plain": "1"})
        self.assertEqual(answers["wrong"]["status"], "error")

    def test_tensor(self):
        bundle = self.bundle('import { tf } from "@actl/generative";\ntf.tensor2d([[1, 2], [3, 4.5]])')
        self.assertIn("Tensor float32 (2, 2)", bundle["text/plain"])
        self.assertIn("4.5", bundle["text/plain"])
        self.assertRegex(bundle["text/html"], r"(?s)<table>.*4\.5.*</table>")

    def test_polars_frame(self):
        bundle = self.bundle('import pl from "nodejs-polars";\npl.DataFrame({ digit: [7, 2], ink: [0.5, 0.25] })')
        self.assertRegex(bundle["text/html"], r"(?s)<table.*digit.*0\.25.*</table>")
        self.assertIn("digit", bundle["text/plain"])

    def test_chart(self):
        bundle = self.bundle('import { scatter } from "@actl/generative";\nscatter([{ x: 1, y: 2 }, { x: 2, y: 4 }])')
        spec = bundle["application/vnd.vegalite.v5+json"]
        self.assertIsInstance(spec, dict)
        self.assertIn("vega-lite/v5", spec["$schema"])
        self.assertRegex(bundle["image/svg+xml"], r"(?s)^<svg.*</svg>\s*$")
        self.assertTrue(bundle["text/plain"])

    def test_image_grid(self):
        bundle = self.bundle('import { imageGrid, tf } from "@actl/generative";\nimageGrid(tf.ones<tf.Rank.R4>([4, 28, 28, 1]))')
        self.assertEqual(base64.b64decode(bundle["image/png"])[:8], b"\x89PNG\r\n\x1a\n")
        self.assertTrue(bundle["text/plain"])

    def test_own_display_with_bytes(self):
        code = '({ [Symbol.for("Jupyter.display")]: async () => ({ "image/png": new Uint8Array([1, 2, 3]), "text/html": undefined }) })'
        bundle = self.bundle(code)
        self.assertEqual(base64.b64decode(bundle["image/png"]), b"\x01\x02\x03")
        self.assertEqual(sorted(bundle), ["image/png", "text/plain"])

    def test_display_method_that_throws(self):
        ran = self.fails('({ [Symbol.for("Jupyter.display")]() { throw new Error("cannot draw") } })')
        self.assertEqual(ran.reply["content"]["evalue"], "cannot draw")

    def test_huge_value_is_cut(self):
        text = self.bundle('({ [Symbol.for("nodejs.util.inspect.custom")]: () => "x".repeat(3_000_000) })')["text/plain"]
        self.assertLess(len(text), 1_100_000)
        self.assertIn("cut", text[-200:])
