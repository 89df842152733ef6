"""The evidence of the real binary, judged by programs that are not ours: trestle (OSCAL) and the `cryptography` package (hashes and signatures)."""

import csv
import hashlib
import html.parser
import json
import os
import pathlib
import shutil
import stat
import subprocess
import sys
import tempfile
import unittest

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import load_pem_public_key

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("STRATA_BINARY", str(ROOT / "target" / "debug" / "strata"))
TRESTLE = pathlib.Path(sys.executable).with_name("trestle")
STANDARDS = ["pci-dss-4.0", "hipaa"]
ENVIRONMENTS = ["dev", "prod"]
# The documents by their kind, in the order in which each finds what it imports.
DOCUMENTS = ["catalog", "profile", "component-definition", "system-security-plan", "assessment-plan", "assessment-results"]


class Folder:
    """The example with a state folder of its own."""

    def __init__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="strata-evidence-"))
        shutil.copytree(ROOT / "examples" / "ticketing", self.path / "files")

    def close(self):
        shutil.rmtree(self.path, ignore_errors=True)

    def run(self, *arguments, expect=0, **environment):
        line = [BINARY, *map(str, arguments), "-f", "files/platform.yaml", "-f", "files/app.yaml"]
        variables = {"PATH": os.environ["PATH"], "HOME": str(self.path), "USER": "judge", "NO_COLOR": "1", "COLUMNS": "160", **environment}
        done = subprocess.run(line, cwd=self.path, env=variables, capture_output=True, text=True, timeout=120)
        if done.returncode != expect:
            raise AssertionError(f"{' '.join(line)}: exit code {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done

    def key(self):
        return json.loads(self.run("comply", "key", "--format", "json").stdout)

    def report(self, standard, environment, *more, **variables):
        return self.run("comply", "report", "--standard", standard, "--env", environment, *more, **variables)

    def links(self):
        return sorted(path for path in (self.path / "evidence").iterdir())


class FolderCase(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.folder = Folder()
        cls.addClassCleanup(cls.folder.close)
        cls.made = cls.folder.key()
        for standard in STANDARDS:
            for environment in ENVIRONMENTS:
                cls.folder.report(standard, environment, "-o", "evidence")


class Oscal(FolderCase):
    """trestle imports every document and validates all of them together."""

    def trestle(self, workspace, *arguments):
        done = subprocess.run([TRESTLE, *map(str, arguments)], cwd=workspace, capture_output=True, text=True, timeout=300)
        self.assertEqual(done.returncode, 0, f"trestle {arguments}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}")
        return done.stdout + done.stderr

    def test_trestle_imports_and_validates_every_document(self):
        for link in self.folder.links():
            with self.subTest(link.name), tempfile.TemporaryDirectory() as workspace:
                self.trestle(workspace, "init", "--local")
                # References are relative, and trestle starts them from its workspace.
                for kind in DOCUMENTS:
                    shutil.copy(link / "oscal" / f"{kind}.json", workspace)
                for kind in DOCUMENTS:
                    self.trestle(workspace, "import", "-f", link / "oscal" / f"{kind}.json", "-o", "evidence")
                self.assertIn("VALID", self.trestle(workspace, "validate", "-a"))

    def test_trestle_does_refuse_what_is_wrong(self):
        link = self.folder.links()[0]
        with tempfile.TemporaryDirectory() as workspace:
            self.trestle(workspace, "init", "--local")
            broken = json.loads((link / "oscal" / "assessment-results.json").read_text())
            del broken["assessment-results"]["import-ap"]
            path = pathlib.Path(workspace) / "broken.json"
            path.write_text(json.dumps(broken))
            done = subprocess.run([TRESTLE, "import", "-f", path, "-o", "x"], cwd=workspace, capture_output=True, text=True, timeout=300)
            self.assertNotEqual(done.returncode, 0)

    def test_every_reference_has_its_end(self):
        for link in self.folder.links():
            documents = {kind: json.loads((link / "oscal" / f"{kind}.json").read_text())[kind] for kind in DOCUMENTS}
            controls = {control["id"]: control for group in documents["catalog"]["groups"] for control in group["controls"]}
            statements = {part["id"] for control in controls.values() for part in control["parts"]}
            plan = documents["system-security-plan"]
            self.assertEqual({one["control-id"] for one in plan["control-implementation"]["implemented-requirements"]}, set(controls))
            self.assertLessEqual(
                {one["control-id"] for one in documents["component-definition"]["components"][0]["control-implementations"][0]["implemented-requirements"]},
                set(controls),
            )
            result = documents["assessment-results"]["results"][0]
            self.assertEqual({finding["target"]["target-id"] for finding in result["findings"]}, statements)
            observations = {one["uuid"] for one in result["observations"]}
            used = {one["observation-uuid"] for finding in result["findings"] for one in finding.get("related-observations", [])}
            self.assertEqual(used, observations)
            risks = {one["uuid"] for one in result.get("risks", [])}
            self.assertEqual({one["risk-uuid"] for finding in result["findings"] for one in finding.get("related-risks", [])}, risks)
            inventory = {one["uuid"] for one in plan["system-implementation"]["inventory-items"]}
            subjects = {one["subject-uuid"] for observation in result["observations"] for one in observation.get("subjects", [])}
            self.assertEqual(subjects, inventory)

    def test_nothing_is_satisfied_of_what_is_only_planned(self):
        for link in self.folder.links():
            result = json.loads((link / "oscal" / "assessment-results.json").read_text())["assessment-results"]["results"][0]
            self.assertEqual({finding["target"]["status"]["state"] for finding in result["findings"]}, {"not-satisfied"})

    def test_the_same_report_has_the_same_names(self):
        documents = []
        for _ in range(2):
            other = Folder()
            self.addCleanup(other.close)
            other.key()
            other.report("hipaa", "prod", "-o", "evidence", SOURCE_DATE_EPOCH="1800000000")
            link = other.links()[0]
            documents.append({str(path.relative_to(link)): path.read_bytes() for path in sorted(link.rglob("*")) if path.is_file() and "manifest" not in path.name})
        self.assertEqual(documents[0].keys(), documents[1].keys())
        for name, content in documents[0].items():
            self.assertEqual(content, documents[1][name], name)


class Forms(FolderCase):
    """Every form says the same."""

    def test_json_csv_and_sarif_agree(self):
        for link in self.folder.links():
            with self.subTest(link.name):
                report = json.loads((link / "report.json").read_text())
                self.assertEqual((report["version"], report["basis"]), (1, "planned"))
                self.assertEqual(sum(report["summary"].values()), len(report["requirements"]))
                self.assertEqual(report["summary"]["met"], 0, "nothing stands, so nothing is met")
                with open(link / "report.csv", newline="", encoding="utf-8") as file:
                    rows = list(csv.DictReader(file))
                self.assertEqual(list(dict.fromkeys(row["requirement"] for row in rows)), [one["id"] for one in report["requirements"]])
                verdicts = {(row["control"], row["resource"]): row["verdict"] for row in rows if row["control"]}
                words = {"met": "met", "violated": "violated", "not-decidable": "not decidable"}
                expected = {(control, seen["resource"]): words[seen["status"]] for control, one in report["controls"].items() for seen in one["seen"]}
                self.assertEqual(verdicts, expected)
                sarif = json.loads((link / "report.sarif").read_text())["runs"][0]
                self.assertEqual(len(sarif["results"]), len(report["findings"]))
                for result in sarif["results"]:
                    place = result["locations"][0]["physicalLocation"]
                    self.assertIn(place["artifactLocation"]["uri"], ("files/app.yaml", "files/platform.yaml"))
                    self.assertEqual(sarif["tool"]["driver"]["rules"][result["ruleIndex"]]["id"], result["ruleId"])

    def test_what_no_configuration_can_meet_is_said_in_every_form(self):
        for link in self.folder.links():
            report = json.loads((link / "report.json").read_text())
            beyond = report["statement"]["beyond_configuration"]
            self.assertGreater(len(beyond), 20)
            statuses = {one["id"]: one["status"] for one in report["requirements"]}
            self.assertEqual({statuses[one] for one in beyond}, {"organisation"})
            page = (link / "report.html").read_text()
            self.assertLess(page.index("No configuration of a cloud can meet"), page.index('id="requirements"'))
            with open(link / "form.csv", newline="", encoding="utf-8") as file:
                self.assertLessEqual(set(beyond), {row["requirement"] for row in csv.DictReader(file)})

    def test_the_page_loads_nothing_and_every_link_in_it_leads_somewhere(self):
        class Page(html.parser.HTMLParser):
            def __init__(self):
                super().__init__()
                self.ids, self.links, self.tags = set(), set(), set()

            def handle_starttag(self, tag, attributes):
                attributes = dict(attributes)
                self.tags.add(tag)
                if "id" in attributes:
                    assert attributes["id"] not in self.ids, attributes["id"]
                    self.ids.add(attributes["id"])
                if tag == "a":
                    self.links.add(attributes["href"])
                for loads in ("src", "srcset", "data", "action"):
                    assert loads not in attributes, (tag, attributes)

        for link in self.folder.links():
            page = Page()
            page.feed((link / "report.html").read_text())
            self.assertTrue(page.tags.isdisjoint({"script", "link", "iframe", "img"}), page.tags)
            self.assertLessEqual({one.removeprefix("#") for one in page.links}, page.ids)


class Seal(FolderCase):
    """Hashes and signatures by somebody else's hands, and every kind of change found by name."""

    def copy(self):
        folder = Folder()
        self.addCleanup(folder.close)
        for name in ("evidence", ".strata"):
            shutil.copytree(self.folder.path / name, folder.path / name)
        return folder

    def faults(self, folder, *more, expect=1):
        answer = json.loads(folder.run("comply", "verify", "evidence", "--format", "json", *more, expect=expect).stdout)
        return [(fault["link"], fault["code"], fault["message"]) for fault in answer["faults"]]

    def test_others_find_the_same_hashes_chain_and_signatures(self):
        key = load_pem_public_key((self.folder.path / self.made["public"]).read_bytes())
        self.assertEqual(hashlib.sha256(key.public_bytes_raw()).hexdigest(), self.made["fingerprint"])
        previous = None
        for number, link in enumerate(self.folder.links(), 1):
            raw = (link / "manifest.json").read_bytes()
            manifest = json.loads(raw)
            key.verify((link / "manifest.sig").read_bytes(), raw)
            with self.assertRaises(InvalidSignature):
                key.verify((link / "manifest.sig").read_bytes(), raw + b" ")
            self.assertEqual((manifest["number"], manifest["previous"], manifest["key"]), (number, previous, self.made["fingerprint"]))
            previous = hashlib.sha256(raw).hexdigest()
            files = {file["path"]: file["sha256"] for file in manifest["files"]}
            real = {str(path.relative_to(link)): hashlib.sha256(path.read_bytes()).hexdigest() for path in link.rglob("*") if path.is_file()}
            self.assertEqual(files, {path: digest for path, digest in real.items() if path not in ("manifest.json", "manifest.sig")})
        self.assertEqual(self.faults(self.folder, "--head", previous, expect=0), [])

    def test_the_private_key_is_its_owners_and_is_shown_nowhere(self):
        private = self.folder.path / self.made["private"]
        self.assertEqual(stat.S_IMODE(private.stat().st_mode), 0o600)
        body = "".join(line for line in private.read_text().splitlines() if "-----" not in line)
        again = self.folder.run("comply", "key")
        self.assertNotIn(body[:24], again.stdout + again.stderr)
        self.assertIn("is there already", again.stdout)
        for path in (self.folder.path / "evidence").rglob("*"):
            if path.is_file():
                self.assertNotIn(body[:24].encode(), path.read_bytes(), path)

    def test_a_key_that_others_may_read_signs_nothing(self):
        folder = self.copy()
        (folder.path / self.made["private"]).chmod(0o644)
        told = folder.report("hipaa", "dev", "-o", "evidence", expect=1).stderr
        self.assertIn("E0624", told)
        self.assertIn("chmod 600", told)
        self.assertEqual(len(folder.links()), len(self.folder.links()))

    def test_every_changed_file_is_named(self):
        names = [str(path.relative_to(self.folder.links()[1])) for path in self.folder.links()[1].rglob("*") if path.is_file()]
        self.assertGreater(len(names), 10)
        for name in names:
            with self.subTest(name):
                folder = self.copy()
                link = folder.links()[1]
                raw = bytearray((link / name).read_bytes())
                raw[len(raw) // 2] ^= 1
                (link / name).write_bytes(raw)
                faults = self.faults(folder)
                self.assertTrue(all(fault[0] in (link.name, folder.links()[2].name) for fault in faults), faults)
                if name == "manifest.sig":
                    self.assertEqual([fault[1] for fault in faults], ["E0622"])
                elif name != "manifest.json":
                    self.assertEqual([(fault[0], fault[1]) for fault in faults], [(link.name, "E0620")])
                    self.assertIn(f"'{name}' was changed", faults[0][2])

    def test_what_is_missing_added_taken_out_or_swapped_is_named(self):
        folder = self.copy()
        first, second, third, fourth = folder.links()
        (second / "report.csv").unlink()
        (third / "extra.txt").write_text("hello")
        (folder.path / "evidence" / "beside.txt").write_text("hello")
        told = [fault[2] for fault in self.faults(folder)]
        self.assertEqual(
            told,
            [
                f"{second.name}: 'report.csv' was sealed and is not there",
                f"{third.name}: 'extra.txt' is there and was never sealed",
                "'beside.txt' is there and was never sealed",
            ],
        )
        folder = self.copy()
        shutil.rmtree(folder.links()[1])
        self.assertEqual([fault[:2] for fault in self.faults(folder)], [(third.name, "E0621")] * 2)
        folder = self.copy()
        head = hashlib.sha256((folder.links()[3] / "manifest.json").read_bytes()).hexdigest()
        shutil.rmtree(folder.links()[3])
        self.assertEqual(self.faults(folder, expect=0), [], "a cut end is found only by who noted the hash")
        self.assertEqual([fault[1] for fault in self.faults(folder, "--head", head)], ["E0621"])

    def test_another_key_is_not_trusted_and_a_change_of_keys_is_possible(self):
        folder = self.copy()
        folder.run("comply", "key", "--key", "new.pem")
        told = folder.run("comply", "verify", "evidence", "--key", "new.pub", expect=1).stderr
        self.assertIn("E0622", told)
        self.assertIn(self.made["fingerprint"], told)
        folder.report("hipaa", "dev", "-o", "evidence", "--key", "new.pem")
        self.assertEqual([fault[1] for fault in self.faults(folder)], ["E0622"])
        self.assertEqual(self.faults(folder, "--key", "new.pub", "--key", self.made["public"], expect=0), [])

    def test_one_file_is_sealed_too(self):
        folder = self.copy()
        folder.report("hipaa", "prod", "-o", "out/hipaa.html")
        folder.run("comply", "verify", "out/hipaa.html")
        self.assertIn("E0915", folder.report("hipaa", "prod", "-o", "out/hipaa.html", expect=1).stderr)
        path = folder.path / "out" / "hipaa.html"
        path.write_text(path.read_text().replace("planned", "met"))
        self.assertIn("'hipaa.html' was changed", folder.run("comply", "verify", "out/hipaa.html", expect=1).stderr.replace("\n", " "))

    def test_without_a_key_nothing_is_sealed_and_nothing_verified(self):
        folder = Folder()
        self.addCleanup(folder.close)
        self.assertIn("E0623", folder.report("hipaa", "prod", "-o", "evidence", expect=1).stderr)
        self.assertFalse((folder.path / "evidence").exists())
        shutil.copytree(self.folder.path / "evidence", folder.path / "evidence")
        self.assertIn("E0623", folder.run("comply", "verify", "evidence", expect=1).stderr)


class Attachments(FolderCase):
    """What the organisation attaches is hashed, sealed and shown, and makes no requirement met."""

    def test_a_filled_form_comes_back_in_the_next_report(self):
        form = self.folder.path / "form"
        (form / "policies").mkdir(parents=True)
        (form / "policies" / "network.txt").write_text("signed")
        (form / "form.csv").write_text(
            "requirement,title,person,date,document,note\n1.1.1,,Kim Alvarez,2026-11-01,policies/network.txt,current\n1.1.2,,Kim Alvarez,,paper: safe 3,\n1.2.2,,,,,\n"
        )
        self.folder.report("pci-dss-4.0", "prod", "-o", "evidence", "--attachments", "form/form.csv")
        link = self.folder.links()[-1]
        report = json.loads((link / "report.json").read_text())
        by_id = {one["id"]: one for one in report["requirements"]}
        attached = by_id["1.1.1"]["attachments"][0]
        self.assertEqual(attached["sha256"], hashlib.sha256(b"signed").hexdigest())
        self.assertEqual((link / "attachments" / "policies" / "network.txt").read_text(), "signed")
        self.assertEqual((by_id["1.1.1"]["status"], by_id["1.1.2"]["attachments"][0]["sha256"]), ("organisation", None))
        self.assertIn("Kim Alvarez", (link / "report.html").read_text())
        self.folder.run("comply", "verify", "evidence")

    def test_a_form_that_leads_nowhere_is_refused_with_its_line(self):
        folder = Folder()
        self.addCleanup(folder.close)
        form = folder.path / "form.csv"
        for row, told in [
            ("99.9,,Kim,,a.txt,", "no requirement '99.9'"),
            ("1.1.1,,,,a.txt,", "nobody is named"),
            ("1.1.1,,Kim,,a.txt,", "cannot be read"),
            ("1.1.1,,Kim,,../a.txt,", "leads out of the form's folder"),
            ("1.1.1,,Kim,,/etc/passwd,", "leads out of the form's folder"),
        ]:
            form.write_text(f"requirement,title,person,date,document,note\n{row}\n")
            error = folder.report("pci-dss-4.0", "prod", "--attachments", "form.csv", expect=1).stderr
            self.assertIn("E0625", error)
            self.assertIn("form.csv:2", error)
            self.assertIn(told, error.replace("\n", " "))


if __name__ == "__main__":
    unittest.main()
