"""Scopes: what two environments share, what `down` leaves, and that nothing is left of a lone one."""

import unittest

from inventory import count, difference, inventory
from ownership import ADDRESS, tagged
from world import WorldCase

DEV, STAGING = "environment/ticketing/dev", "environment/ticketing/staging"
DATA_KINDS = {"AWS::RDS::DBInstance", "AWS::ElastiCache::ReplicationGroup", "AWS::S3::Bucket", "AWS::SQS::Queue", "AWS::KMS::Key"}


def kept_names(plan):
    """The names to give with `--delete-data`, as the plan reports them."""
    return sorted({kept["data"] for kept in plan})


class Lone(WorldCase):
    """One environment comes and goes."""

    def test_it_comes_and_goes_without_a_trace(self):
        world = self.world
        before = inventory(world)
        world.up("dev")
        stands = inventory(world)
        self.assertGreater(count(stands), count(before) + 100)

        refused = world.run("down", "--network", "nonprod", "--yes", expect=1)
        self.assertIn("E0504", refused.err)
        self.assertIn(DEV, refused.err)
        self.assertEqual(difference(stands, inventory(world)), ({}, {}), "a refused removal removes nothing")

        first = world.run("down", "--env", "dev", "--yes", "--format", "json").json()
        names = kept_names(first["kept"])
        self.assertLessEqual({"db", "documents", "lake", "bookings"}, set(names))
        left = {address: resource for scope in world.backup().values() for address, resource in scope.items()}
        in_environment = {address for address in left if address.startswith(DEV)}
        self.assertEqual(in_environment, {kept["address"] for kept in first["kept"]})
        kinds = {left[address]["type_name"] for address in in_environment}
        self.assertLessEqual({"AWS::RDS::DBInstance", "AWS::S3::Bucket", "AWS::SQS::Queue", "AWS::KMS::Key"}, kinds)
        # What data stands on stays with it: the database's subnets are the network's, its group of subnets is the environment's own.
        self.assertIn("AWS::RDS::DBSubnetGroup", kinds)
        self.assertNotIn("AWS::ECS::Service", kinds)
        self.assertEqual(world.client("rds").describe_db_instances()["DBInstances"][0]["DBInstanceStatus"], "available")

        second = world.run("down", "--env", "dev", "--with-foundations", "--delete-data", ",".join(names), "--yes", "--format", "json", expect=None)
        more = kept_names(second.json()["kept"])
        if more:
            # What the foundations hold as data (the account's trail) is named by the plan in its turn.
            second = world.run("down", "--env", "dev", "--with-foundations", "--delete-data", ",".join(more), "--yes", "--format", "json", expect=None)
        self.assertEqual(second.code, 0, str(second))
        after = inventory(world)
        self.assertEqual(difference(before, after), ({}, {}))
        self.assertEqual([address for scope in world.backup().values() for address in scope], [])

        # And it comes again, in the same place.
        self.assertEqual(world.up("dev")["run"]["status"], "done")


class Shared(WorldCase):
    """Two environments on one network, cluster and account."""

    @classmethod
    def prepare(cls):
        cls.world.up("dev")
        cls.calls, _ = cls.world.mutating_of("up", "--env", "staging", "--yes", "--format", "json")

    def addresses(self):
        return sorted(tags[ADDRESS] for tags, _ in tagged(self.world))

    def test_they_share_the_foundations_and_one_leaves_them_to_the_other(self):
        world = self.world
        self.assertNotIn("ec2:CreateVpc", self.calls)
        self.assertNotIn("ecs:CreateCluster", self.calls)
        addresses = self.addresses()
        self.assertEqual(len(addresses), len(set(addresses)), "nothing twice")
        for scope in ("network/nonprod", "cluster/nonprod", "account/nonprod", DEV, STAGING):
            self.assertTrue([address for address in addresses if address.startswith(scope + "/")], scope)
        self.assertEqual(len([address for address in addresses if "/vpc." in address]), 1)

        calls, _ = world.mutating_of("up", "--env", "dev", "--yes")
        self.assertEqual(calls, [], "what staging added to the network is no difference for dev")

        removed = world.run("down", "--env", "dev", "--yes", "--format", "json").json()
        kept = {item["address"] for item in removed["kept"]}
        after = self.addresses()
        outside = [address for address in addresses if not address.startswith(DEV + "/")]
        self.assertEqual([address for address in after if not address.startswith(DEV + "/")], outside)
        self.assertEqual({address for address in after if address.startswith(DEV + "/")} - kept, set())
        names = {item["data"] for item in removed["kept"]}
        self.assertLessEqual({"db", "documents", "lake", "bookings"}, names)
        calls, result = world.mutating_of("up", "--env", "staging", "--yes")
        self.assertEqual([call for call in calls if "Delete" in call], [], str(result))

        refused = world.run("down", "--network", "nonprod", "--yes", expect=1)
        self.assertIn(STAGING, refused.err)
        gone = world.run("down", "--env", "dev", "--with-foundations", "--delete-data", ",".join(sorted(names)), "--yes", "--format", "json").json()
        self.assertEqual(gone["left"], 0)
        # The emulator has no operation that deletes a cache's subnet group: Strata says of it *not supported*.
        after = [address for address in self.addresses() if address != f"{DEV}/cache_subnet_group.cache"]
        self.assertEqual(after, outside, "foundations on which staging stands stay")


if __name__ == "__main__":
    unittest.main()
