"""`strata comply` over the plan and over the emulator: the same rules, the same answers, until somebody changes something."""

from world import WorldCase

# Judged in the plan only: no call shows what they ask.
PLAN_ONLY = {"kms-key-deletion-waits", "kms-key-of-own-scope"}
# Judged on the live cloud only: without the line in the platform file it is a finding, and blocks no plan.
LIVE_ONLY = {"security-contact-registered", "root-no-access-keys", "root-second-factor", "iam-user-second-factor"}


def by_resource(answer):
    """Verdicts by control and address."""
    return {(verdict["control"], verdict["address"]): verdict for verdict in answer["verdicts"]}


class Comply(WorldCase):
    """One `up`; each test puts back what it changes."""

    @classmethod
    def prepare(cls):
        cls.world.up("dev")
        cls.unsupported = set()
        for resources in cls.world.backup().values():
            cls.unsupported |= {address for address, resource in resources.items() if resource["status"]["is"] == "unsupported"}

    def check(self, *more, expect=0, **options):
        return self.world.run("comply", "check", "--env", "dev", "--format", "json", *more, expect=expect, **options).json()

    def test_live_verdicts_are_the_planned_ones(self):
        planned = by_resource(self.check(cloud=False))
        live = by_resource(self.check("--live"))
        wanted = {key for key in planned if key[0] not in PLAN_ONLY}
        self.assertGreater(len(wanted), 600)
        self.assertEqual(sorted(wanted - set(live)), [], "no verdict vanishes")
        self.assertEqual({key[0] for key in set(live) - wanted}, LIVE_ONLY, "none comes that the plan should have had")
        other = {key: live[key] for key in sorted(wanted) if live[key]["status"] != planned[key]["status"]}
        # What the emulator lacks was not seen, and what was not seen is not met; each such verdict names what it hangs on.
        for (control, address), verdict in other.items():
            self.assertEqual(verdict["status"], "not-decidable", (control, address, verdict["detail"]))
            hangs_on = address in self.unsupported or any(lacking in verdict["detail"] for lacking in self.unsupported)
            self.assertTrue(hangs_on or "this emulator has no call that shows it" in verdict["detail"], (control, address, verdict["detail"]))
        self.assertLess(len(other), 20, sorted(other))

    def test_it_sends_the_reads_of_drift_and_nothing_else(self):
        self.world.recorder.clear()
        self.world.run("drift", "--env", "dev")
        drift = sorted((call["service"], call["operation"]) for call in self.world.recorder.calls())
        self.world.recorder.clear()
        self.check("--live")
        self.assertEqual(self.world.recorder.mutating(), [])
        mine = sorted((call["service"], call["operation"]) for call in self.world.recorder.calls())
        left = list(drift)
        for call in mine:
            self.assertIn(call, left, "a call that drift does not send")
            left.remove(call)
        # Drift lists strays besides.
        self.assertEqual({operation for _, operation in left}, {"GetResources"})

    def test_what_somebody_opens_is_violated_until_up_repairs_it(self):
        ec2 = self.world.client("ec2")
        groups = ec2.describe_security_groups(Filters=[{"Name": "tag:strata:address", "Values": ["environment/ticketing/dev/security_group.db"]}])
        group = groups["SecurityGroups"][0]["GroupId"]
        s3 = self.world.client("s3")
        bucket = next(bucket["Name"] for bucket in s3.list_buckets()["Buckets"] if "documents" in bucket["Name"])
        s3.delete_bucket_policy(Bucket=bucket)
        kms = self.world.client("kms")
        key = next(alias["TargetKeyId"] for alias in kms.list_aliases()["Aliases"] if "ticketing-dev" in alias["AliasName"] and "TargetKeyId" in alias)
        kms.disable_key_rotation(KeyId=key)
        self.addCleanup(self.world.up, "dev")
        answer = self.check("--live", expect=1)
        violated = {(control, address.rpartition("/")[2]) for (control, address), verdict in by_resource(answer).items() if verdict["status"] == "violated"}
        self.assertIn(("s3-bucket-tls-only", "bucket.documents"), violated)
        self.assertTrue([address for control, address in violated if control == "kms-key-rotated"], violated)
        self.assertTrue(group)
        text = self.world.run("comply", "check", "--env", "dev", "--live", expect=1).out
        self.assertIn("s3-bucket-tls-only", text)
        self.assertIn("pci-dss-4.0", text)
        # The plan is as good as ever.
        self.check(cloud=False)
        self.world.up("dev")
        self.check("--live")

    def test_findings_are_followed_from_the_first_look_to_the_repair(self):
        def watch(expect):
            return self.world.run("comply", "watch", "--env", "dev", "--once", "--format", "json", expect=expect).json()

        def findings(*more, expect=0):
            return self.world.run("comply", "findings", "--env", "dev", "--format", "json", *more, expect=expect, cloud=False).json()["findings"]

        first = watch(0)
        self.assertEqual((first["new"], first["repaired"]), ([], []))
        s3 = self.world.client("s3")
        bucket = next(bucket["Name"] for bucket in s3.list_buckets()["Buckets"] if "documents" in bucket["Name"])
        policy = s3.get_bucket_policy(Bucket=bucket)["Policy"]
        s3.delete_bucket_policy(Bucket=bucket)
        self.addCleanup(self.world.up, "dev")
        mutating, seen = self.world.mutating_of("comply", "watch", "--env", "dev", "--once", "--format", "json", expect=1)
        self.assertEqual(mutating, [])
        new = [finding for finding in seen.json()["new"] if finding["control"] == "s3-bucket-tls-only"]
        self.assertEqual(len(new), 1, seen)
        self.assertEqual(new[0]["address"], "environment/ticketing/dev/bucket.documents")
        self.assertEqual(new[0]["owner"], "travel-web")
        self.assertIn("pci-dss-4.0", new[0]["due_by"])
        self.assertTrue(new[0]["due"] and new[0]["number"])
        again = watch(1)
        self.assertEqual(again["new"], [])
        self.assertIn(new[0]["number"], [finding["number"] for finding in again["still"]])
        listed = {finding["number"]: finding for finding in findings(expect=1)}
        self.assertEqual(listed[new[0]["number"]]["first_seen"], new[0]["first_seen"])
        # Somebody puts it back by hand.
        s3.put_bucket_policy(Bucket=bucket, Policy=policy)
        by_hand = {finding["number"]: finding for finding in watch(0)["repaired"]}
        self.assertEqual(by_hand[new[0]["number"]]["repaired"]["by"], "changed-outside")
        # It comes back, and a run repairs it: a finding of its own.
        s3.delete_bucket_policy(Bucket=bucket)
        back = next(finding for finding in watch(1)["new"] if finding["control"] == "s3-bucket-tls-only")
        self.assertNotEqual(back["number"], new[0]["number"])
        self.world.up("dev")
        repaired = {finding["number"]: finding["repaired"] for finding in watch(0)["repaired"]}
        self.assertEqual(repaired[back["number"]]["by"], "run")
        self.assertRegex(repaired[back["number"]]["run"], r"^run-\d+$")
        self.assertEqual(findings(), [])
        self.assertGreaterEqual(len(findings("--all")), 2)
        text = self.world.run("comply", "findings", "--env", "dev", "--all", cloud=False).out
        self.assertIn("repaired by run-", text)
        self.assertIn("changed outside Strata", text)
        verified = self.world.run("state", "verify", "--format", "json", cloud=False).json()
        self.assertGreaterEqual(len(self.world.run("state", "export", cloud=False).json()["findings"]), 2)
        self.assertEqual(verified["verified"]["problems"], [])
