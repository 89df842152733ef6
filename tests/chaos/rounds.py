"""Rounds of chaos: an application changes at random, `up` runs against failing calls and is killed at random moments, and after a last quiet
`up` the emulator, read by boto3, must hold exactly what the state says.

    rounds.py --binary FILE [--rounds N] [--seed S]

Invariants after each round: nothing stands twice; what carries our tags is what the state knows, resource by resource; the next plan is
empty; no run is left open. A failure prints the command that begins with the same round.
"""

import argparse
import collections
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "end_to_end"), str(HERE.parent / "tools")]

import yaml  # noqa: E402

import world as worlds  # noqa: E402
from ownership import ADDRESS, tagged  # noqa: E402
from proxy import ChaosProxy  # noqa: E402

IMAGE = "public.ecr.aws/nginx/nginx:1.29"


class ChaosWorld(worlds.World):
    """A world whose calls fail."""

    def __init__(self, seed):
        super().__init__()
        self.recorder.stop()
        self.recorder = ChaosProxy(self.emulator.url, self.folder / "chaos.jsonl", seed).start()


def application(dice):
    """An application file of random contents."""
    resources, services = {}, {}
    for name in ("orders", "mails", "events"):
        if dice.random() < 0.6:
            resources[name] = {"type": "queue", "visibility": dice.choice(["30s", "60s"])}
    for name in ("files", "archive"):
        if dice.random() < 0.6:
            resources[name] = {"type": "bucket", "versioned": dice.random() < 0.5}
    verbs = {"queue": ["send", "receive"], "bucket": ["read", "write"]}
    for name in ("shop", "worker", "mailer"):
        if dice.random() < 0.6:
            uses = {to: dice.choice(verbs[body["type"]]) for to, body in resources.items() if dice.random() < 0.5}
            services[name] = {"image": IMAGE, "port": 8080, "uses": uses, "scale": {"min": dice.choice([1, 2]), "max": 4, "cpu": "60%"}}
            if name == "shop":
                services[name]["route"] = "${env.host}/"
    text = {"app": "chaos", "version": 1, "owner": "chaos", "services": services, "resources": resources}
    text["environments"] = {"dev": {"cluster": "nonprod", "host": "dev.chaos.acme.example", "size": "tiny"}}
    return {key: value for key, value in text.items() if value not in ({}, [])}


class Failure(Exception):
    """An invariant that does not hold."""


class Rounds:
    """The rounds of one seed."""

    def __init__(self, seed):
        self.seed, self.world = seed, ChaosWorld(seed)
        self.counts = collections.Counter()

    def attempt(self, dice):
        """One `up` against failing calls, perhaps killed."""
        process = self.world.start("up", "--env", "dev", "--yes")
        kill_after = dice.uniform(0.3, 12.0) if dice.random() < 0.7 else None
        try:
            out, err = process.communicate(timeout=kill_after or 300)
        except subprocess.TimeoutExpired:
            worlds.stop_group(process, signal.SIGKILL)
            process.communicate()
            if kill_after is None:
                raise Failure("a run does not end") from None
            self.counts["crashes survived"] += 1
            return
        self.counts["runs that ended by themselves"] += 1
        if process.returncode not in (0, 1):
            raise Failure(f"exit code {process.returncode}\n{out[-2000:]}\n{err[-2000:]}")

    def round(self, number):
        """One round: change, fail, settle, compare."""
        dice = random.Random(f"{self.seed}/{number}")
        (self.world.files / "app.yaml").write_text(yaml.safe_dump(application(dice), sort_keys=False))
        self.world.recorder.on = True
        for _ in range(dice.randint(1, 3)):
            self.attempt(dice)
        self.world.recorder.on = False
        for _ in range(3):
            result = self.world.run("up", "--env", "dev", "--yes", "--format", "json", expect=None)
            if result.code != 0:
                raise Failure(f"the quiet run failed\n{result}")
            if not self.world.run("plan", "--env", "dev", "--format", "json").json()["actions"]:
                break
        else:
            raise Failure("after three quiet runs the plan is still not empty")
        self.compare()

    def compare(self):
        """The emulator and the state, resource by resource."""
        owners = sorted(tags[ADDRESS] for tags, _ in tagged(self.world))
        twice = sorted({address for address in owners if owners.count(address) > 1})
        if twice:
            raise Failure(f"stands twice: {twice}")
        state = {address: resource for scope in self.world.backup().values() for address, resource in scope.items()}
        known = {address for address, resource in state.items() if resource["status"]["is"] == "ready" and "Tags" in resource["properties"]}
        # moto has no call that shows the tags of Security Hub.
        known = {address for address in known if state[address]["type_name"] != "AWS::SecurityHub::Hub"}
        # The state keeps what the emulator cannot make as `unsupported`; nothing of it may stand.
        if set(owners) != known:
            raise Failure(f"only in the cloud: {sorted(set(owners) - known)}; only in the state: {sorted(known - set(owners))}")
        open_runs = [run["id"] for run in self.world.run("history", "--format", "json", cloud=False).json()["runs"] if run["status"] == "running"]
        if open_runs:
            raise Failure(f"runs that never ended: {open_runs}")
        self.counts["resources compared"] += len(owners)

    def report(self):
        """What happened, as one line of JSON."""
        faults = dict(sorted(self.world.recorder.injected.items()))
        print(json.dumps({"seed": self.seed, **dict(sorted(self.counts.items())), "faults injected": faults}), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--binary", type=pathlib.Path, help="the strata binary; else STRATA_BINARY or target/debug/strata")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    arguments = parser.parse_args()
    if arguments.binary:
        worlds.BINARY = str(arguments.binary.resolve())
    rounds = Rounds(arguments.seed)
    started = time.monotonic()
    try:
        for number in range(arguments.rounds):
            try:
                rounds.round(number)
            except Exception as error:  # noqa: BLE001 - whatever it is, say how to come back to it
                rounds.report()
                kept = "set STRATA_KEEP=1 to keep its folder" if not os.environ.get("STRATA_KEEP") else f"its folder: {rounds.world.folder}"
                print(f"round {number} failed: {error}", file=sys.stderr)
                print(f"again: make chaos ROUNDS={number + 1} SEED={arguments.seed}   ({kept})", file=sys.stderr)
                return 1
            rounds.counts["rounds"] += 1
            print(f"round {number + 1} of {arguments.rounds} held, {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
        rounds.report()
        return 0
    finally:
        rounds.world.close()


if __name__ == "__main__":
    sys.exit(main())
