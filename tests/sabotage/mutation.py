"""What a mutation is: one change of a running environment behind Strata's back, and what must be said of it.

Invariant: a mutation tells how the cloud is read before it, after it and after its repair; a reading holds nothing that a repair may rightly
make anew (identifiers, times), so that it can be compared.
"""

import dataclasses
import json
from typing import Any, Callable

# The drift of a thing that is not there any more has no field.
GONE = "gone"
ANYWHERE = "0.0.0.0/0"


@dataclasses.dataclass(frozen=True)
class Mutation:
    """One change.

    name      what the table calls it
    batch     changes of one batch are made together; none hides another one of its batch
    address   the resource that drift must name
    field     the property, or the first part of its path, that drift must name; GONE where the resource itself is removed
    control   the control that must be violated there; None where no control speaks of it: drift and repair alone
    apply     makes the change
    read      what the cloud shows of it
    at        the resource at which the control must be violated, where it is another one; `*` stands for the id of what was added
    """

    name: str
    batch: int
    address: str
    field: str
    control: str | None
    apply: Callable[["Cloud"], Any]
    read: Callable[["Cloud"], Any]
    at: str | None = None


class Cloud:
    """The emulator, for mutations: clients by their name, ids and outputs by address."""

    def __init__(self, client, resources):
        self._client = client
        self._clients = {}
        self.resources = resources

    def refresh(self, resources):
        """Takes the state anew: what a repair made again has other ids."""
        self.resources = resources

    def __getattr__(self, service):
        name = service.replace("_", "-").removeprefix("aws-")
        if name not in self._clients:
            self._clients[name] = self._client(name)
        return self._clients[name]

    def full(self, short):
        """The full address of `scope:kind.name`, where the scope is account, network, cluster or env."""
        scope, _, rest = short.partition(":")
        return {"account": "account/nonprod/", "network": "network/nonprod/", "cluster": "cluster/nonprod/", "env": "environment/ticketing/dev/"}[scope] + rest

    def id(self, short):
        """What the cloud calls a resource."""
        return self.resources[self.full(short)]["id"]

    def output(self, short, name):
        """An output of a resource."""
        return self.resources[self.full(short)]["outputs"][name]

    def property(self, short, name):
        """An applied property."""
        return self.resources[self.full(short)]["properties"][name]


def plain(value):
    """An answer without what every answer has besides: comparable, and in a stable order."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in sorted(value.items()) if key != "ResponseMetadata"}
    if isinstance(value, (list, tuple, set)):
        items = [plain(item) for item in value]
        return sorted(items, key=lambda item: json.dumps(item, sort_keys=True, default=str))
    if isinstance(value, str) and value[:1] in "{[":
        try:
            return plain(json.loads(value))
        except ValueError:
            return value
    return value


def or_none(read):
    """What a call answers, or nothing where the thing is not there."""
    try:
        return read()
    except Exception as error:  # noqa: BLE001 - any 'not found' of any service
        if any(word in str(error) for word in ("NotFound", "NoSuch", "not found", "does not exist", "could not be found", "Not Found", "doesn't exist", "None found", "No policy")):
            return None
        raise
