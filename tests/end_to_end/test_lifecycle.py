"""What the files say beside what shall be: taken over, moved, left to others; and drift that is reported, corrected or not looked at."""

import unittest

from world import WorldCase

DEV = "environment/ticketing/dev"


class Lifecycle(WorldCase):
    """One environment through all of it."""

    def edit(self, old, new):
        """Changes the application file."""
        path = self.world.files / "app.yaml"
        text = path.read_text()
        self.assertIn(old, text)
        path.write_text(text.replace(old, new))

    def ids(self):
        """What everything on record is called."""
        return {address: resource.get("id") for scope in self.world.backup().values() for address, resource in scope.items()}

    def tamper(self, group, days):
        """Somebody changes how long a group of logs is kept."""
        self.world.client("logs").put_retention_policy(logGroupName=group, retentionInDays=days)

    def test_all_of_it(self):
        world = self.world
        world.up("dev")
        group = f"{DEV}/log_group.api"
        name = self.ids()[group]
        with self.subTest("drift is reported, and corrected only where the files or a person say so"):
            self.tamper(name, 30)
            self.assertIn("RetentionInDays", world.run("drift", "--env", "dev", expect=1).out)
            self.assertIn("E0714", world.run("drift", "--env", "dev", "--correct", expect=1).err)
            calls, _ = world.mutating_of("drift", "--env", "dev", "--correct", "--yes")
            self.assertEqual(calls, ["logs:PutRetentionPolicy"])
            world.run("drift", "--env", "dev")
            self.tamper(name, 60)
            self.edit("    size: tiny\n", "    size: tiny\n    drift: correct\n")
            calls, _ = world.mutating_of("drift", "--env", "dev", "--correct")
            self.assertEqual(calls, ["logs:PutRetentionPolicy"])
            self.edit("    drift: correct\n", "    drift: 'off'\n")
            self.tamper(name, 90)
            self.assertIn("not looked at", world.run("drift", "--env", "dev").out)
            self.edit("    drift: 'off'\n", "    drift: report\n")
        with self.subTest("what others own is neither drift nor changed"):
            self.edit("    drift: report\n", "    drift: report\n    ignore: {log_group.api: [RetentionInDays]}\n")
            world.run("drift", "--env", "dev")
            plan = world.plan("dev")
            self.assertEqual(plan["actions"], [])
            self.assertIn("E0713", [notice["code"] for notice in plan["notices"]])
            self.edit("[RetentionInDays]", "[Tags]")
            self.assertIn("E0713", world.run("plan", "--env", "dev", expect=1).err)
            self.edit("    ignore: {log_group.api: [Tags]}\n", "")
            world.up("dev")
        with self.subTest("what stands is taken over by the files"):
            world.run("forget", group, "--yes")
            self.edit("    drift: report\n", f"    drift: report\n    adopt: {{log_group.api: '{name}-nothing'}}\n")
            refused = world.run("plan", "--env", "dev", expect=1).err
            self.assertIn("E0711", refused)
            self.assertIn("app.yaml:", refused)
            self.edit(f"{name}-nothing", name)
            self.tamper(name, 120)
            plan = world.plan("dev")
            self.assertEqual([state["address"] for state in plan["adopted"]], [group])
            self.assertEqual([(action["address"], action["change"]) for action in plan["actions"]], [(group, "update")])
            self.assertNotIn(group, self.ids(), "a plan changes no record")
            calls, _ = world.mutating_of("up", "--env", "dev", "--yes")
            self.assertEqual(calls, ["logs:PutRetentionPolicy"])
            self.assertEqual(self.ids()[group], name)
            self.assertEqual(world.plan("dev")["actions"], [], "the line has done its work and may stay")
        with self.subTest("a move keeps what stands, or is refused with the way to keep it"):
            bucket = self.ids()[f"{DEV}/bucket.lake"]
            text = (world.files / "app.yaml").read_text()
            text = text.replace("lake: write", "archive: write").replace("lake: read", "archive: read").replace("  lake:      {", "  archive:   {")
            (world.files / "app.yaml").write_text(text + "moved: [{from: lake, to: archive}]\n")
            refused = " ".join(world.run("plan", "--env", "dev", expect=1).err.split())
            self.assertIn("E0712", refused)
            self.assertIn(f'patch: {{bucket.archive: {{"BucketName":"{bucket}"}}}}', refused)
            (world.files / "app.yaml").write_text(text + f"moved: [{{from: lake, to: archive}}]\npatch: {{bucket.archive: {{BucketName: {bucket}}}}}\n")
            plan = world.plan("dev")
            self.assertIn({"from": f"{DEV}/bucket.lake", "to": f"{DEV}/bucket.archive"}, plan["moves"])
            changes = {action["address"]: action["change"] for action in plan["actions"]}
            self.assertEqual(changes[f"{DEV}/bucket.archive"], "update")
            fields = [field["path"] for action in plan["actions"] if action["address"].endswith("/bucket.archive") for field in action["fields"]]
            self.assertIn("Tags.strata:address", fields)
            self.assertEqual([address for address, change in changes.items() if change == "delete" and "bucket." in address], [])
            world.up("dev")
            self.assertEqual(self.ids()[f"{DEV}/bucket.archive"], bucket)
            tags = {tag["Key"]: tag["Value"] for tag in world.client("s3").get_bucket_tagging(Bucket=bucket)["TagSet"]}
            self.assertEqual(tags["strata:address"], f"{DEV}/bucket.archive")
            self.assertEqual(world.plan("dev")["actions"], [])
            self.assertNotIn("stray", world.run("drift", "--env", "dev").out)


if __name__ == "__main__":
    unittest.main()
