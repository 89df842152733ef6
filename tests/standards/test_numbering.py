"""Tests of the numbering of standards.

Run: python3 -m unittest discover -s tests/standards
"""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import numbering

SOURCES = pathlib.Path(__file__).resolve().parent.parent.parent / "crates/policy/tests/sources"


class Expand(unittest.TestCase):
    def test_a_word_is_an_id_or_a_range_of_its_last_part(self):
        self.assertEqual(numbering.expand("1.1 1.1.2-4 A2.1-2"), ["1.1", "1.1.2", "1.1.3", "1.1.4", "A2.1", "A2.2"])

    def test_after_z_come_two_letters(self):
        self.assertEqual(numbering.expand("09.y-ab"), ["09.y", "09.z", "09.aa", "09.ab"])

    def test_what_only_looks_like_a_range_stays(self):
        self.assertEqual(numbering.expand("164.308(a)(1)(ii)(A)"), ["164.308(a)(1)(ii)(A)"])

    def test_published_counts(self):
        # What the owners say of themselves: HITRUST has 156 control references, the regulation 99 articles, Annex A 93 controls.
        self.assertEqual(len(numbering.expand(numbering.HITRUST)), 156)
        self.assertEqual(len(numbering.expand(numbering.GDPR)), 99)
        self.assertEqual(sum(identifier.startswith("A.") for identifier in numbering.expand(numbering.ISO_27001_2022)), 93)

    def test_what_was_written_is_what_the_ranges_say(self):
        for standard, text in {
            "gdpr": numbering.GDPR,
            "hipaa": numbering.HIPAA,
            "hitrust-csf": numbering.HITRUST,
            "iso-27001-2022": numbering.ISO_27001_2022,
            "pci-dss-3.2.1": numbering.PCI_3_2_1,
            "pci-dss-4.0": numbering.PCI_4_0,
        }.items():
            written = (SOURCES / f"ids-{standard}.txt").read_text(encoding="utf-8").splitlines()[1:]
            self.assertEqual(written, numbering.expand(text), f"{standard}: run tests/standards/extract.py")


if __name__ == "__main__":
    unittest.main()
