"""Tests of run.py: the rules for exceptions, and the real scanners on small exports.

Run with the Python of `tests/tools/environment checkov`: PYTHON -m unittest discover -s tests/scanners
"""

import contextlib
import io
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import run  # noqa: E402

GOOD = {
    "check": "CKV_AWS_27",
    "resource": "aws_sqs_queue.*",
    "scanner": "checkov",
    "whose": "ours",
    "reason": "The queue of this sample is left open on purpose.",
}
TERRAFORM = 'resource "aws_sqs_queue" "bookings" {\n  name = "bookings"\n}\n'
TEMPLATE = '{"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueNam": "q"}}}}'


def text_of(rows):
    """A file of exceptions."""
    return run.yaml.safe_dump(rows)


class Exceptions(unittest.TestCase):
    def load(self, rows):
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            file.write(rows if isinstance(rows, str) else text_of(rows))
            file.flush()
            return run.load_exceptions(file.name)

    def refused(self, words, rows):
        with self.assertRaises(run.Refused) as caught:
            self.load(rows)
        self.assertIn(words, str(caught.exception))

    def test_the_projects_own_file_is_well_formed(self):
        run.load_exceptions(run.HERE / "exceptions.yaml")

    def test_a_well_formed_exception(self):
        self.assertEqual(self.load([GOOD])[0]["used"], 0)

    def test_what_is_refused(self):
        self.refused("expected a list", "check: a\n")
        self.refused("exactly the fields", [{**GOOD, "severity": "low"}])
        self.refused("exactly the fields", [{key: value for key, value in GOOD.items() if key != "reason"}])
        self.refused("not empty", [{**GOOD, "reason": " "}])
        self.refused("scanner is one of", [{**GOOD, "scanner": "mine"}])
        self.refused("whose is one of", [{**GOOD, "whose": "nobody"}])
        self.refused("too short", [{**GOOD, "reason": "wontfix"}])
        self.refused("matches every resource", [{**GOOD, "resource": "*.*"}])
        self.refused("named in full", [{**GOOD, "check": "CKV_*"}])
        self.refused("is there twice", [GOOD, GOOD])

    def test_matching_is_by_scanner_check_and_resource(self):
        finding = run.Finding("checkov", "dev", "CKV_AWS_27", "aws_sqs_queue.bookings", "main.tf", 1, "text")
        rows = self.load([GOOD])
        self.assertFalse(run.excepted(finding._replace(scanner="cfn-lint"), rows))
        self.assertFalse(run.excepted(finding._replace(check="CKV_AWS_28"), rows))
        self.assertFalse(run.excepted(finding._replace(resource="aws_sns_topic.bookings"), rows))
        self.assertEqual(rows[0]["used"], 0)
        self.assertTrue(run.excepted(finding, rows))
        self.assertEqual(rows[0]["used"], 1)


class Scanners(unittest.TestCase):
    """The real programs on small exports."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.base = pathlib.Path(self.folder.name)
        self.empty = self.base / "empty"
        self.empty.mkdir()

    def export(self, kind, file, text):
        folder = self.base / kind
        folder.mkdir(exist_ok=True)
        (folder / file).write_text(text, encoding="utf-8")
        return kind, "dev", folder

    def judge(self, exports, exceptions=()):
        rows = [{**row, "used": 0} for row in exceptions]
        standing, used, passed = run.judge(exports, rows, self.empty)
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            failures = run.report(standing, rows, used, passed, len(exports))
        return failures, printed.getvalue()

    def test_findings_exceptions_and_stale_exceptions(self):
        exports = [self.export("terraform", "main.tf", TERRAFORM), self.export("cloudformation", "stack.json", TEMPLATE)]
        failures, printed = self.judge(exports)
        self.assertEqual(failures, 2, printed)
        self.assertRegex(printed, r"checkov +dev +CKV_AWS_27 +aws_sqs_queue\.bookings +main\.tf:1 ")
        self.assertRegex(printed, r"cfn-lint +dev +E3002 +Queue +stack\.json:1 ")
        lint = {**GOOD, "scanner": "cfn-lint", "check": "E3002", "resource": "Queue"}
        failures, printed = self.judge(exports, [GOOD, lint])
        self.assertEqual(failures, 0, printed)
        self.assertIn("2 findings excepted, 0 failed", printed)
        failures, printed = self.judge(exports, [GOOD, lint, {**GOOD, "check": "CKV_AWS_999"}])
        self.assertEqual(failures, 1, printed)
        self.assertIn("stale exception: checkov CKV_AWS_999", printed)

    def test_the_providers_schema_and_the_format_are_judged(self):
        failures, printed = self.judge([self.export("terraform", "main.tf", 'resource "aws_sqs_queue" "a" {\n  kms_master_key_id = "k"\n      nam = "a"\n}\n')])
        self.assertRegex(printed, r"schema +dev +provider-schema +aws_sqs_queue\.a +main\.tf:3 ")
        self.assertEqual(failures, 2 if run.shutil.which("terraform") else 1, printed)

    def test_an_empty_or_broken_export_does_not_pass(self):
        for kind, file, text, words in [
            ("terraform", "main.tf", "# nothing\n", "nothing to judge"),
            ("terraform", "main.tf", 'resource "aws_sqs_queue" "a" {\n  name = \n', "could not read"),
            ("cloudformation", "stack.json", "{}", "nothing to judge"),
            ("terraform", "main.tf", TERRAFORM.replace("{\n", "{\n  #checkov:skip=CKV_AWS_27: no\n", 1), "switches a check off"),
            ("terraform", ".checkov.yaml", "skip-check: [CKV_AWS_27]\n", "settings of a scanner"),
        ]:
            with self.subTest(words):
                with self.assertRaises(run.Refused) as caught:
                    run.judge([self.export(kind, file, text)], [], self.empty)
                self.assertIn(words, str(caught.exception))


if __name__ == "__main__":
    unittest.main()
