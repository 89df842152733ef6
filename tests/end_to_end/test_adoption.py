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


if __name__ == "__main__":
    unittest.main()
