"""Tests of live.py: what passes, what fails, and what may not vanish in silence. prowler itself is run by `make test-live`.

Run with the Python of `tests/tools/environment moto`: PYTHON -m unittest discover -s tests/scanners -p test_live.py
"""

import pathlib
import socket
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import live  # noqa: E402
import run  # noqa: E402

SCAN = "ticketing/staging"
CHECKS = {name: {"bucket_closed", "bucket_locked", "trail_on", "never_made"} for name in live.FRAMEWORKS}


def row(check, status, resource="arn:aws:s3:::a"):
    """A line of prowler's table."""
    return {"CHECK_ID": check, "STATUS": status, "RESOURCE_UID": resource, "STATUS_EXTENDED": f"{check} {status}", "ACCOUNT_UID": "111111111111"}


def exception(check, whose, resource="arn:aws:s3:::a", **more):
    """An exception as load_exceptions gives it."""
    return {"check": check, "resource": resource, "scanner": "prowler", "whose": whose, "reason": "A reason of this test.", "used": 0, **more}


class Verdicts(unittest.TestCase):
    def test_one_failed_thing_fails_its_check(self):
        result = live.verdicts([row("bucket_closed", "PASS"), row("bucket_closed", "FAIL", "arn:aws:s3:::b")], {"bucket_closed"}, SCAN)
        self.assertEqual((result.passed, result.failed), (set(), {"bucket_closed"}))
        self.assertEqual([finding.resource for finding in result.findings], ["arn:aws:s3:::b"])

    def test_what_prowler_leaves_to_people_neither_passes_nor_fails(self):
        result = live.verdicts([row("trail_on", "MANUAL")], {"trail_on"}, SCAN)
        self.assertEqual((result.passed, result.failed), (set(), set()))

    def test_checks_of_no_framework_are_left_out(self):
        self.assertEqual(live.verdicts([row("fancy", "FAIL")], {"trail_on"}, SCAN).findings, [])


class Judging(unittest.TestCase):
    def test_a_finding_stands_unless_an_exception_has_it(self):
        rows = [row("bucket_closed", "PASS"), row("bucket_locked", "FAIL"), row("trail_on", "FAIL")]
        known = exception("bucket_locked", "ours")
        result, standing, lines = live.judge(SCAN, rows, CHECKS, [known])
        self.assertEqual([finding.check for finding in standing], ["trail_on"])
        self.assertEqual(known["used"], 1)
        self.assertEqual(result.passed, {"bucket_closed"})
        # Passed, of judged, ours, customer, aws, emulator, scanner, nothing to judge, all.
        self.assertEqual(lines[0][2:], [1, 3, 1, 0, 0, 0, 0, 1, 4])

    def test_what_the_emulator_lacks_is_not_counted_as_judged(self):
        rows = [row("bucket_closed", "PASS"), row("trail_on", "FAIL")]
        _, standing, lines = live.judge(SCAN, rows, CHECKS, [exception("trail_on", "emulator")])
        self.assertEqual((standing, lines[0][2:4]), ([], [1, 1]))

    def test_one_finding_of_ours_is_not_hidden_behind_the_emulators(self):
        rows = [row("trail_on", "FAIL"), row("trail_on", "FAIL", "arn:aws:s3:::b")]
        both = [exception("trail_on", "emulator"), exception("trail_on", "ours", "arn:aws:s3:::b")]
        self.assertEqual(live.judge(SCAN, rows, CHECKS, both)[2][0][4], 1)

    def test_an_exception_is_about_the_scans_that_it_names(self):
        self.assertTrue(run.concerns(exception("a", "ours"), SCAN))
        self.assertTrue(run.concerns(exception("a", "ours", where="estate/*, ticketing/*"), SCAN))
        self.assertFalse(run.concerns(exception("a", "ours", where="estate/*"), SCAN))


class Expected(unittest.TestCase):
    def refused(self, text):
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
            file.write(text)
            file.flush()
            with self.assertRaises(run.Refused):
                live.read_expected(pathlib.Path(file.name), {"trail_on"})

    def test_lists_that_could_never_fail_are_refused(self):
        self.refused("# nothing\n")
        self.refused("trail_of\n")
        self.refused("trail_on\ntrail_on\n")

    def test_what_is_written_is_what_is_read(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "list.txt"
            live.write_expected(path, SCAN, {"trail_on", "bucket_closed"})
            self.assertEqual(live.read_expected(path, {"trail_on", "bucket_closed", "never_made"}), {"trail_on", "bucket_closed"})

    def test_every_scan_has_its_list(self):
        for scan in live.SCANS:
            self.assertTrue(live.expected_file(scan).exists(), scan)

    def test_the_exceptions_of_prowler_are_well_formed(self):
        for known in run.load_exceptions(run.HERE / "exceptions.yaml", ("prowler",)):
            self.assertTrue(any(run.concerns(known, scan) for scan in live.SCANS), known)


class Resolver(unittest.TestCase):
    def test_names_below_the_loopback_address_lead_there(self):
        code = "import socket; print(socket.getaddrinfo('111111111111.127.0.0.1', 80)[0][4][0])"
        folder = str(pathlib.Path(live.__file__).parent / "resolver")
        done = subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": folder}, capture_output=True, text=True)
        self.assertEqual(done.stdout.strip(), "127.0.0.1", done.stderr)
        with self.assertRaises(OSError):
            socket.getaddrinfo("111111111111.127.0.0.1", 80)


if __name__ == "__main__":
    unittest.main()
