"""What stands comes under Strata's hand and out of it untouched; what carries our tags and is on no record is found."""

import unittest

from world import WorldCase

DEV = "environment/ticketing/dev"


class Adopted(WorldCase):
    """Forgotten, found as a stray, adopted again."""

    def test_forgotten_found_and_adopted(self):
        world = self.world
        world.up("dev")
        clean = world.run("drift", "--env", "dev", "--format", "json").json()
        self.assertEqual((clean["drifted"], clean["strays"]), ([], []))
        queue, key = f"{DEV}/queue.bookings", f"{DEV}/kms_key.data"
        ids = {address: resource.get("id") for scope in world.backup().values() for address, resource in scope.items()}

        for address in (queue, key):
            world.run("forget", address, "--yes")
        seen = world.run("drift", "--env", "dev", "--format", "json", expect=1).json()
        self.assertEqual({stray["address"] for stray in seen["strays"]}, {queue, key})
        self.assertIn("strata adopt", world.run("drift", "--env", "dev", expect=1).out)
        # The cloud is as it was; only the record is not.
        made = {action["address"] for action in world.plan("dev")["actions"] if action["change"] == "create"}
        # What names the key is asked for again with it, although the emulator lacks it.
        self.assertEqual(made - {f"{DEV}/backup_selection.data"}, {queue, key})

        # Nothing is taken under a wrong name, and nothing that is not there.
        self.assertIn("E0711", world.run("adopt", queue, "https://sqs.us-east-1.amazonaws.com/111111111111/nothing", "--yes", expect=1).err)
        self.assertIn("belongs to", " ".join(world.run("adopt", queue, ids[f"{DEV}/queue.bookings-failed"], "--yes", expect=1).err.split()))
        world.run("adopt", "kms_key.data", ids[key], "--env", "dev", "--yes")
        calls, adopted = world.mutating_of("adopt", queue, ids[queue], "--yes", "--format", "json")
        self.assertEqual(calls, [], "adopting changes nothing")
        self.assertEqual(adopted.json()["differs"], [])
        self.assertIn("E0711", world.run("adopt", queue, ids[queue], "--yes", expect=1).err)
        self.assertEqual(world.plan("dev")["actions"], [])
        self.assertEqual(world.run("drift", "--env", "dev", "--format", "json").json()["strays"], [])

    def test_then_the_files_take_over_leave_fields_to_others_and_refuse_what_would_replace(self):
        """`adopt`, `ignore` and `moved` in the application's file, on what the test before left."""
        world = self.world
        app = world.files / "app.yaml"
        text = app.read_text(encoding="utf-8")
        self.addCleanup(app.write_text, text, encoding="utf-8")
        queue = f"{DEV}/queue.bookings"
        identifier = world.backup()["environment/ticketing/dev"][queue]["id"]

        # Taken over by a line of the file: the record changes with the run, the cloud does not.
        world.run("forget", queue, "--yes")
        app.write_text(f"{text}\nadopt: {{queue.bookings: {identifier}}}\n", encoding="utf-8")
        self.assertNotIn(queue, world.backup()["environment/ticketing/dev"], "a plan changes nothing")
        plan = world.plan("dev")
        self.assertEqual([resource["address"] for resource in plan["adopted"]], [queue])
        self.assertEqual([action for action in plan["actions"] if action["address"] == queue], [])
        calls, _ = world.mutating_of("up", "--env", "dev", "--yes")
        self.assertEqual([call for call in calls if call.startswith("sqs:")], [])
        self.assertEqual(world.backup()["environment/ticketing/dev"][queue]["id"], identifier)
        self.assertEqual(world.plan("dev").get("adopted", []), [], "a line that has done its work does nothing more")

        # Left to others: neither compared nor changed; without the line it is drift again, and set right.
        sqs = world.client("sqs")
        read = lambda: sqs.get_queue_attributes(QueueUrl=identifier, AttributeNames=["VisibilityTimeout"])["Attributes"]["VisibilityTimeout"]  # noqa: E731
        policy = sqs.get_queue_attributes(QueueUrl=identifier, AttributeNames=["Policy"])["Attributes"]["Policy"]
        # The emulator forgets the policy where the call does not name it.
        sqs.set_queue_attributes(QueueUrl=identifier, Attributes={"VisibilityTimeout": "77", "Policy": policy})
        app.write_text(f"{text}\nignore: {{queue.bookings: [VisibilityTimeout]}}\n", encoding="utf-8")
        world.run("up", "--env", "dev", "--yes")
        self.assertEqual(read(), "77")
        app.write_text(text, encoding="utf-8")
        seen = world.run("drift", "--env", "dev", "--format", "json", expect=1).json()
        self.assertEqual([item["address"] for item in seen["drifted"]], [queue])
        world.run("up", "--env", "dev", "--yes")
        self.assertEqual(read(), "60")

        # A move that would make the queue anew is refused with the patch that keeps it; nothing is called.
        app.write_text(text.replace("bookings", "orders") + "\nmoved: [{from: bookings, to: orders}]\n", encoding="utf-8")
        calls, refused = world.mutating_of("up", "--env", "dev", "--yes", expect=1)
        self.assertEqual(calls, [])
        self.assertIn("E0712", refused.err)
        self.assertIn("QueueName", refused.err)


if __name__ == "__main__":
    unittest.main()
