"""`strata comply` over the plan and over the emulator: the same rules, the same answers, until somebody changes something."""

from world import WorldCase

# Judged in the plan only: no call shows what they ask.
PLAN_ONLY = {"kms-key-deletion-waits", "kms-key-of-own-scope"}


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
        self.assertEqual(sorted(set(live) - wanted), [], "none comes")
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
