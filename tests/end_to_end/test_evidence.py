"""Evidence of what stands: seen, with who made it and when; what was changed behind our back is in it; no secret is."""

import json

from world import WorldCase

SECRET = "hunter2-never-in-evidence"


class Evidence(WorldCase):
    @classmethod
    def prepare(cls):
        cls.world.up("dev")
        cls.world.run("secret", "set", "PAYMENT_API_KEY", "--env", "dev", stdin=SECRET)
        cls.world.run("comply", "key", cloud=False)

    def report(self, *more):
        return self.world.run("comply", "report", "--standard", "pci-dss-4.0", "--env", "dev", "--format", "json", *more).json()

    def test_1_what_stands_is_seen_and_says_which_run_made_it(self):
        report = self.report()
        self.assertEqual((report["basis"], report["subject"]["emulator"]), ("observed", True))
        self.assertTrue(any("proves nothing about AWS" in sentence for sentence in report["statement"]["sentences"]))
        self.assertGreater(report["summary"]["met"], 20, report["summary"])
        self.assertEqual(report["counts"]["violated"], 0, [finding for finding in report["findings"]])
        standing = {address: one for address, one in report["resources"].items() if one["id"]}
        self.assertGreater(len(standing), 100)
        self.assertEqual({one["made"]["run"] for one in standing.values() if one["made"]}, {"run-1"})
        self.assertEqual([run["user"] for run in report["runs"]], ["judge"])
        backup = {address: one.get("id") for scope in self.world.backup().values() for address, one in scope.items()}
        self.assertEqual({address: one["id"] for address, one in standing.items()}, {address: backup[address] for address in standing})
        for requirement in report["requirements"]:
            if requirement["status"] == "met":
                for control in (report["controls"][one] for one in requirement["controls"]):
                    # What only a plan can show has nothing else to be looked at.
                    sources = {"planned"} if control["judged"].startswith("in the plan;") else {"observed"}
                    self.assertLessEqual({(seen["source"], seen["status"]) for seen in control["seen"]}, {(source, "met") for source in sources})

    def test_2_planned_says_that_nothing_was_looked_at(self):
        calls, result = self.world.mutating_of("comply", "report", "--standard", "pci-dss-4.0", "--env", "dev", "--format", "json", "--planned")
        report = result.json()
        self.assertEqual((calls, report["basis"], report["summary"]["met"], report["subject"]["emulator"]), ([], "planned", 0, False))
        self.assertEqual({one["id"] for one in report["resources"].values()}, {None})

    def test_3_a_report_changes_nothing_in_the_cloud(self):
        calls, _ = self.world.mutating_of("comply", "report", "--standard", "hipaa", "--env", "dev", "--format", "json")
        self.assertEqual(calls, [])

    def test_4_evidence_is_sealed_whole_and_holds_no_secret(self):
        folder = self.world.folder / "evidence"
        for standard in ("pci-dss-4.0", "hipaa"):
            self.world.run("comply", "report", "--standard", standard, "--env", "dev", "-o", folder)
        self.world.run("comply", "verify", folder, cloud=False)
        files = [path for path in folder.rglob("*") if path.is_file()]
        self.assertGreater(len(files), 20)
        for path in files:
            self.assertNotIn(SECRET.encode(), path.read_bytes(), path)
        results = json.loads((folder / "0001-pci-dss-4.0-dev" / "oscal" / "assessment-results.json").read_text())["assessment-results"]["results"][0]
        self.assertIn("satisfied", {finding["target"]["status"]["state"] for finding in results["findings"]})

    def test_5_what_was_changed_behind_our_back_is_a_finding(self):
        trails = self.world.client("cloudtrail")
        name = trails.describe_trails()["trailList"][0]["Name"]
        trails.update_trail(Name=name, EnableLogFileValidation=False)
        report = self.report()
        found = [report["controls"][one["control"]]["seen"][one["seen"]] for one in report["findings"] if one["control"] == "cloudtrail-validated"]
        self.assertEqual([(seen["status"], seen["source"]) for seen in found], [("violated", "observed")])
        served = report["controls"]["cloudtrail-validated"]["requirements"]
        statuses = {one["id"]: one["status"] for one in report["requirements"]}
        self.assertEqual({statuses[one] for one in served}, {"violated"})
        self.assertGreater(len(served), 0)
        log = json.loads(self.world.run("comply", "report", "--standard", "pci-dss-4.0", "--env", "dev", "--format", "sarif").out)
        results = {result["ruleId"]: result for result in log["runs"][0]["results"] if result["kind"] == "fail"}
        self.assertTrue(results["cloudtrail-validated"]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].endswith("platform.yaml"))
