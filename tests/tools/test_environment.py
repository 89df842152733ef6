"""Tests of `environment`: made once, whole, and by one process at a time."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent


class Environment(unittest.TestCase):
    """A copy of the script with a requirement list of its own, and a cache of its own."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.base = pathlib.Path(self.folder.name)
        self.script = pathlib.Path(shutil.copy(HERE / "environment", self.base))
        self.requirements = self.base / "requirements-sample.txt"
        self.requirements.write_text("# nothing to install, so no network\n", encoding="utf-8")
        self.variables = {**os.environ, "XDG_CACHE_HOME": str(self.base / "cache")}

    def start(self, *arguments):
        return subprocess.Popen([sys.executable, self.script, *arguments], env=self.variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run_it(self, *arguments):
        process = self.start(*arguments)
        output, errors = process.communicate(timeout=300)
        return process.returncode, output.strip(), errors

    def test_many_at_once_make_one_and_a_half_made_one_is_made_again(self):
        running = [self.start("sample") for _ in range(4)]
        ended = [(process.communicate(timeout=300), process.returncode) for process in running]
        self.assertEqual([code for _, code in ended], [0, 0, 0, 0], ended)
        paths = {output.strip() for (output, _), _ in ended}
        self.assertEqual(len(paths), 1)
        self.assertEqual(sum("making the Python environment" in errors for (_, errors), _ in ended), 1)
        folder = pathlib.Path(paths.pop())
        self.assertTrue((folder / "bin" / "python").exists())
        self.assertTrue(folder.is_relative_to(self.base / "cache" / "strata" / "tests"))

        code, output, errors = self.run_it("sample")
        self.assertEqual((code, output, errors), (0, str(folder), ""), "a warm call says the path and nothing else")

        (folder / "complete").unlink()
        (folder / "left-over").touch()
        code, output, errors = self.run_it("sample")
        self.assertEqual((code, output), (0, str(folder)))
        self.assertFalse((folder / "left-over").exists(), "what an interrupted run left behind is removed")

    def test_a_failed_installation_says_what_pip_said_and_leaves_no_marker(self):
        self.requirements.write_text("./no/such/folder\n", encoding="utf-8")
        code, output, errors = self.run_it("sample")
        self.assertNotEqual(code, 0)
        self.assertEqual(output, "")
        self.assertIn("installing the requirements failed", errors)
        self.assertEqual(list((self.base / "cache").rglob("complete")), [])

    def test_other_pins_are_another_folder_and_an_unknown_name_lists_the_known(self):
        first = self.run_it("--list")[1]
        self.requirements.write_text("# other pins\n", encoding="utf-8")
        self.assertNotEqual(first, self.run_it("--list")[1])
        code, _, errors = self.run_it("other")
        self.assertEqual(code, 2)
        self.assertIn("sample", errors)

    def test_every_requirement_of_the_project_is_pinned(self):
        for path in HERE.glob("requirements-*.txt"):
            for line in path.read_text(encoding="utf-8").splitlines():
                if line and not line.startswith("#"):
                    self.assertRegex(line, r"^[A-Za-z0-9_.-]+==[^ =]+$", path.name)


if __name__ == "__main__":
    unittest.main()
