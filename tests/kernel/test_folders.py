"""Notebooks lie in any folder: they find the course's package, the files beside them, and each edit of those."""

import tempfile
from pathlib import Path

from kernel_case import KernelCase

LOADED = """
import Module from "node:module";
const loaded = () => Object.keys((Module as any)._cache).filter((path) => /@tensorflow|polars|sharp|vega|onnxruntime/.test(path)).length;
"""


class FolderTests(KernelCase):
    env = {"GENERATIVE_BACKEND": "cpu"}

    @classmethod
    def setUpClass(cls):
        cls.place = tempfile.TemporaryDirectory()
        cls.top = Path(cls.place.name).resolve()
        cls.notebooks = cls.top / "my course" / "week 1"
        cls.notebooks.mkdir(parents=True)
        cls.folder = str(cls.notebooks)
        super().setUpClass()

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.place.cleanup()

    def write(self, name, text):
        path = self.notebooks / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def test_the_folder_is_the_notebooks(self):
        self.assertEqual(self.ok("process.cwd()").result, f"'{self.folder}'")

    def test_the_courses_package(self):
        self.ok('import { ganDefaults, OptionError } from "@actl/generative"')
        self.assertEqual(self.ok("ganDefaults.latentSize").result, "128")
        self.assertEqual(self.ok('new OptionError("x") instanceof Error').result, "true")

    def test_importing_it_loads_nothing_heavy(self):
        self.manager.restart_kernel(now=True)
        self.client.wait_for_ready()
        self.ok(LOADED)
        self.ok('import { tf, trainGan, loadMnist, scatter, imageGrid } from "@actl/generative"')
        self.assertEqual(self.ok("loaded()").result, "0")
        self.ok("tf.scalar(1).dispose()")
        self.assertGreater(int(self.ok("loaded()").result), 0)

    def test_namespace_and_require(self):
        self.assertEqual(self.ok('import * as generative from "@actl/generative";\ngenerative.ganDefaults.filters').result, "128")
        self.assertEqual(self.ok('const { ganDefaults: again } = await import("@actl/generative");\nagain.filters').result, "128")

    def test_side_module_with_and_without_its_ending(self):
        self.write("shapes.ts", "export interface Shape { side: number }\nexport const area = ({ side }: Shape): number => side * side;\n")
        self.assertEqual(self.ok('import { area } from "./shapes";\narea({ side: 3 })').result, "9")
        self.assertEqual(self.ok('import { area as same, type Shape } from "./shapes.ts";\nconst s: Shape = { side: 4 };\nsame(s)').result, "16")
        self.assertIn("not assignable", self.fails('area({ side: "3" })').traceback)

    def test_side_module_in_another_folder(self):
        self.write("../shared/deep/names.ts", 'import { shout } from "../loud";\nexport const name = shout("gan");\n')
        self.write("../shared/loud.ts", "export const shout = (text: string) => text.toUpperCase();\n")
        self.assertEqual(self.ok('import { name } from "../shared/deep/names";\nname').result, "'GAN'")

    def test_side_module_that_imports_the_course(self):
        self.write("models.ts", 'import { ganDefaults } from "@actl/generative";\nexport const twice = ganDefaults.latentSize * 2;\n')
        self.assertEqual(self.ok('import { twice } from "./models";\ntwice').result, "256")

    def test_an_edited_module_is_read_again(self):
        self.write("edited.ts", "export const version = 1;\n")
        self.assertEqual(self.ok('import { version } from "./edited";\nversion').result, "1")
        self.write("edited.ts", "// now with a comment\nexport const version = 22;\n")
        self.assertEqual(self.ok('import { version } from "./edited";\nversion').result, "22")

    def test_an_edited_module_behind_another(self):
        self.write("inner.ts", "export const depth = 1;\n")
        self.write("outer.ts", 'import { depth } from "./inner";\nexport const total = depth + 100;\n')
        self.assertEqual(self.ok('import { total } from "./outer";\ntotal').result, "101")
        self.write("inner.ts", "export const depth = 2; // deeper\n")
        self.assertEqual(self.ok('import { total } from "./outer";\ntotal').result, "102")

    def test_two_modules_that_import_each_other(self):
        self.write("even.ts", 'import { odd } from "./odd";\nexport const even = (n: number): boolean => n === 0 || odd(n - 1);\n')
        self.write("odd.ts", 'import { even } from "./even";\nexport const odd = (n: number): boolean => n !== 0 && even(n - 1);\n')
        self.assertEqual(self.ok('import { even } from "./even";\neven(10)').result, "true")

    def test_type_error_in_a_side_module(self):
        self.write("wrong.ts", 'export const fine = 1;\nexport const bad: number = "text";\n')
        ran = self.fails('import { bad } from "./wrong";\nbad')
        self.assertIn("wrong.ts, line 2, column 14", ran.traceback)
        self.write("wrong.ts", "export const fine = 1;\nexport const bad: number = 2;\n")
        self.assertEqual(self.ok('import { bad } from "./wrong";\nbad').result, "2")

    def test_error_thrown_in_a_side_module(self):
        self.write("failing.ts", 'export function fail(): never {\n  throw new Error("from the file");\n}\n')
        ran = self.fails('import { fail } from "./failing";\nfail()')
        self.assertIn("failing.ts, line 2, column 9", ran.traceback)
        self.assertRegex(ran.traceback, r"Cell \[\d+\]:2:")

    def test_interrupt_of_a_loop_in_a_side_module(self):
        self.write("endless.ts", "export function spin(): void {\n  for (;;);\n}\n")
        ran = self.interrupt_after(self.send('import { spin } from "./endless";\nspin()'), 0.3)
        self.assertEqual(ran.reply["content"]["ename"], "Interrupted")
        self.assertIn("endless.ts, line 2, column 3", ran.traceback)

    def test_json_and_data_files(self):
        self.write("settings.json", '{ "batchSize": 64 }')
        self.assertEqual(self.ok('import settings from "./settings.json";\nsettings.batchSize').result, "64")
        self.assertEqual(self.ok('import { readFileSync } from "node:fs";\nJSON.parse(readFileSync("settings.json", "utf8")).batchSize').result, "64")

    def test_a_file_that_is_not_there(self):
        ran = self.fails('import { x } from "./nowhere"')
        self.assertIn("./nowhere", ran.traceback)
        self.assertIn("Is the path right", ran.traceback)
