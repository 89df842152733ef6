"""Runs that end before they are done: killed, or stopped by Ctrl-C; and commands without credentials."""

import contextlib
import signal
import socket
import sqlite3
import subprocess
import time
import unittest

from ownership import ADDRESS, tagged
from world import BINARY, WorldCase, stop_group


def wait_for_calls(world, number, seconds=120):
    """Waits until this many mutating calls were sent."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if len(world.recorder.mutating()) >= number:
            return
        time.sleep(0.02)
    raise AssertionError(f"fewer than {number} mutating calls in {seconds} s")


class Interrupted(WorldCase):
    """kill -9 twice and Ctrl-C once on one way to a whole environment."""

    def duplicates(self):
        """What stands more than once: address -> identifiers."""
        by_address = {}
        for tags, identifier in tagged(self.world):
            by_address.setdefault(tags[ADDRESS], []).append(identifier)
        return {address: identifiers for address, identifiers in by_address.items() if len(identifiers) > 1}

    def test_killed_and_stopped_runs_are_finished_without_a_duplicate(self):
        world = self.world
        for number in (25, 60):
            world.recorder.clear()
            process = world.start("up", "--env", "dev", "--yes")
            wait_for_calls(world, number)
            stop_group(process, signal.SIGKILL)
            process.communicate()
            self.assertEqual(process.returncode, -signal.SIGKILL)
            self.assertEqual(self.duplicates(), {})

        world.recorder.clear()
        process = world.start("up", "--env", "dev", "--yes")
        wait_for_calls(world, 20)
        stop_group(process, signal.SIGINT)
        out, err = process.communicate(timeout=120)
        self.assertEqual(process.returncode, 1, out + err)
        self.assertIn("strata up --env dev", err, "the command that goes on")
        self.assertIn("--endpoint-url", err)
        self.assertEqual(self.duplicates(), {})
        runs = world.run("history", "--format", "json", cloud=False).json()["runs"]
        self.assertEqual([run["status"] for run in runs], ["cancelled", "interrupted", "interrupted"])

        answer = world.up("dev")
        self.assertEqual(answer["run"]["status"], "done", answer["run"]["summary"])
        self.assertEqual(self.duplicates(), {})
        state = {address: resource for scope in world.backup().values() for address, resource in scope.items()}
        wanted = sorted(
            address
            for address, resource in state.items()
            # moto has no call that shows the tags of Security Hub.
            if "Tags" in resource["properties"] and resource["status"]["is"] == "ready" and resource["type_name"] != "AWS::SecurityHub::Hub"
        )
        self.assertEqual(sorted(tags[ADDRESS] for tags, _ in tagged(world)), wanted)
        calls, _ = world.mutating_of("up", "--env", "dev", "--yes")
        self.assertEqual(calls, [])


class HandedOver(WorldCase):
    """Runs that others stop, take away and go on with."""

    def freeze(self, process):
        """Stops the process at a moment at which it is not in the middle of a write, which would hold the database's lock."""
        for _ in range(200):
            stop_group(process, signal.SIGSTOP)
            try:
                with contextlib.closing(sqlite3.connect(self.world.state / "state.db", timeout=0.1, isolation_level=None)) as probe:
                    probe.execute("BEGIN IMMEDIATE")
                    probe.execute("ROLLBACK")
                return
            except sqlite3.OperationalError:
                stop_group(process, signal.SIGCONT)
                time.sleep(0.01)
        self.fail("the process is never between two writes")

    def test_a_run_is_stopped_taken_away_and_gone_on_with(self):
        world = self.world
        process = world.start("up", "--env", "dev", "--yes")
        self.addCleanup(process.kill)
        wait_for_calls(world, 20)
        refused = world.run("up", "--env", "dev", "--yes", expect=1)
        for word in ("E0702", "judge on", "run-1", "strata cancel run-1"):
            self.assertIn(word, " ".join(refused.err.replace("│", " ").split()))
        self.assertIn("run-1", world.run("cancel", "run-1", cloud=False).err)
        out, err = process.communicate(timeout=120)
        self.assertEqual(process.returncode, 1, out + err)
        shown = world.run("runs", "run-1", "--format", "json", cloud=False).json()
        self.assertEqual(shown["run"]["status"], "cancelled")
        self.assertLessEqual({"done", "stopped"}, {step["ended"] for step in shown["steps"]})

        # Nobody is asked (there is no --yes): all that it does was approved with run-1.
        world.recorder.clear()
        process = world.start("resume", "run-1")
        self.addCleanup(process.kill)
        wait_for_calls(world, 20)
        self.freeze(process)
        self.assertIn("E0708", world.run("resume", "run-99", expect=1).err)
        world.run("unlock", "run-2", "--why", "the laptop sleeps", cloud=False)
        done = world.run("resume", "run-2", "--format", "json").json()
        self.assertEqual(done["run"]["status"], "done", done["run"]["summary"])
        before = len(world.recorder.mutating())
        stop_group(process, signal.SIGCONT)
        out, err = process.communicate(timeout=120)
        self.assertEqual(process.returncode, 1, out + err)
        self.assertIn("E0707", err)
        # What was in flight when it fell asleep may still arrive; nothing new may begin.
        self.assertLessEqual(len(world.recorder.mutating()) - before, 16)
        taken = world.run("runs", "run-2", "--format", "json", cloud=False).json()["run"]
        self.assertEqual(taken["status"], "interrupted")
        self.assertIn("the laptop sleeps", taken["note"])
        self.assertIn("E0710", world.run("resume", "run-3", expect=1).err)
        self.assertIn("everything holds together", world.run("state", "verify", cloud=False).out)

        addresses = [tags[ADDRESS] for tags, _ in tagged(world)]
        self.assertEqual(sorted({address for address in addresses if addresses.count(address) > 1}), [], "nothing twice")
        calls, _ = world.mutating_of("up", "--env", "dev", "--yes")
        self.assertEqual(calls, [])


class WithoutCredentials(WorldCase):
    """Nobody said who we are."""

    def test_it_says_what_was_looked_for_and_where(self):
        world = self.world
        environment = {
            key: value for key, value in world.environment(AWS_EC2_METADATA_DISABLED="true", AWS_REGION="us-east-1").items() if not key.startswith("AWS_S") and key != "AWS_ACCESS_KEY_ID"
        }
        line = world.line("up", "--env", "dev", "--yes", cloud=False)
        done = subprocess.run(line, env=environment, cwd=world.folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn("E0801", done.stderr)
        for place in ("AWS_ACCESS_KEY_ID", "~/.aws", "instance"):
            self.assertIn(place, done.stderr)
        self.assertEqual(world.recorder.calls(), [])


class Sandbox(WorldCase):
    """`strata sandbox` manages a server of its own in the cache folder that it is given."""

    def sandbox(self, *arguments, expect=0):
        import pathlib
        import sys

        environment = self.world.environment(STRATA_SANDBOX_SERVER=str(pathlib.Path(sys.executable).with_name("moto_server")))
        done = subprocess.run([BINARY, "sandbox", *arguments], env=environment, capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return done.stdout

    def test_it_starts_once_answers_and_stops(self):
        import json

        self.assertIn("no sandbox runs", self.sandbox("status"))
        try:
            self.sandbox("start")
            running = json.loads(self.sandbox("status", "--format", "json"))["running"]
            self.sandbox("start")
            self.assertEqual(json.loads(self.sandbox("status", "--format", "json"))["running"], running, "a second start finds the first")
            socket.create_connection(("127.0.0.1", running["port"]), timeout=5).close()
        finally:
            self.sandbox("stop")
        self.assertIn("no sandbox runs", self.sandbox("status"))
        with self.assertRaises(OSError):
            socket.create_connection(("127.0.0.1", running["port"]), timeout=1)


if __name__ == "__main__":
    unittest.main()
