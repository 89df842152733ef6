"""Sabotages one environment: a batch of mutations, one `drift`, one `comply check --live`, one `up`, and what the cloud shows before and after.

Invariant: what is written into an outcome was seen; nothing is taken for granted because a command ended well.
"""

import dataclasses
import fnmatch
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "end_to_end"))

from mutation import GONE, Cloud, Mutation, plain  # noqa: E402


@dataclasses.dataclass
class Outcome:
    """What became of one mutation."""

    mutation: Mutation
    # Why the emulator does not show the mutation: its error, or that it reads as before.
    emulator: str = ""
    # What drift said: `field: applied A, observed B`, or that it is gone.
    drift: str = ""
    # The control, where the live check named it at the resource.
    control: str = ""
    repaired: bool = False
    # What was read instead, where the repair left something else.
    left: str = ""


def short(value, length=60):
    """A value in a few words."""
    text = str(value)
    return text if len(text) <= length else text[: length - 1] + "…"


def said(mutation, address, drifted):
    """What drift says of a mutation; empty where it says nothing."""
    item = drifted.get(address)
    if item is None:
        return ""
    if item["gone"]:
        return "it is gone" if mutation.field in (GONE, "") else ""
    if mutation.field == GONE:
        return ""
    for field in item["fields"]:
        if field["path"].startswith(mutation.field):
            return f"{field['path']}: applied {value_of(field['applied'])}, observed {value_of(field['observed'])}"
    return ""


def value_of(side):
    """A side of a difference."""
    return short(side.get("value", side.get("is", side)) if isinstance(side, dict) else side)


def look(mutation, cloud):
    """What the cloud shows; what it answers instead, where it refuses: of a thing that is gone."""
    try:
        return plain(mutation.read(cloud))
    except Exception as error:  # noqa: BLE001 - each service says it in its own way
        return f"{type(error).__name__}: {error}"


class Sabotage:
    """An environment that stands, and its mutations."""

    def __init__(self, world, live=True):
        self.world = world
        self.live = live
        # What is violated without any sabotage: nothing that a mutation could be credited with.
        self.before = self.violations() if live else set()
        # What else shall look at the environment while it is sabotaged, and what it saw.
        self.between, self.seen_between = None, None
        self.cloud = Cloud(world.client, self.resources())

    def resources(self):
        """What the state knows, by address."""
        found = {}
        for scope in self.world.backup().values():
            found |= scope
        return found

    def violations(self):
        """Control and address of all that the live check says is violated."""
        answer = self.world.run("comply", "check", "--live", "--env", "dev", "--format", "json", expect=None)
        if not answer.out.startswith("{"):
            raise AssertionError(f"comply check --live\n{answer}")
        return {(one["control"], one["address"]) for one in answer.json()["verdicts"] if one["status"] == "violated"}

    def batch(self, mutations):
        """Makes the changes, looks, repairs, looks again; the outcomes, and what drift says after the repair."""
        outcomes = []
        for mutation in mutations:
            outcome = Outcome(mutation)
            outcomes.append(outcome)
            try:
                outcome.before = plain(mutation.read(self.cloud))
            except Exception as error:  # noqa: BLE001 - whatever the emulator answers
                outcome.emulator = f"it cannot be read: {short(error, 200)}"
                continue
        for outcome in outcomes:
            if outcome.emulator:
                continue
            try:
                outcome.mutation.apply(self.cloud)
            except Exception as error:  # noqa: BLE001
                outcome.emulator = f"it cannot be done: {short(error, 200)}"
        for outcome in outcomes:
            if not outcome.emulator and look(outcome.mutation, self.cloud) == outcome.before:
                outcome.emulator = "the call is answered and nothing is changed"
        drift = self.world.run("drift", "--env", "dev", "--format", "json", expect=None)
        if not drift.out.startswith("{"):
            raise AssertionError(f"strata drift\n{drift}")
        drifted = {item["address"]: item for item in drift.json()["drifted"]}
        violated = self.violations() - self.before if self.live else set()
        self.seen_between = self.between() if self.between else None
        done = self.world.run("up", "--env", "dev", "--yes", "--format", "json", expect=None)
        after = self.world.run("drift", "--env", "dev", "--format", "json", expect=None)
        self.cloud.refresh(self.resources())
        for outcome in outcomes:
            if outcome.emulator:
                continue
            mutation = outcome.mutation
            outcome.drift = said(mutation, self.cloud.full(mutation.address), drifted)
            at = self.cloud.full(mutation.at or mutation.address)
            named = any(control == mutation.control and fnmatch.fnmatchcase(address, at) for control, address in violated)
            outcome.control = mutation.control if named else ""
            now = look(mutation, self.cloud)
            outcome.repaired = now == outcome.before
            outcome.left = "" if outcome.repaired else f"before {short(outcome.before, 300)}, now {short(now, 300)}"
        return outcomes, done, after, drifted
