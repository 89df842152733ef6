"""What `uses:` lines mean, derived from `app.yaml` alone: no line of Strata's code or output is read here.

The tables are those of the language reference and of AWS's service authorization reference, written down a second time.
"""

import yaml

PORTS = {"postgres": [5432], "mysql": [3306], "redis": [6379], "search": [443]}
INTERFACE = {"queue": "sqs", "topic": "sns", "stream": "kinesis-streams", "secret": "secretsmanager"}
GATEWAY = {"bucket": "s3", "table": "dynamodb"}

# type, verb -> [(part of the thing, actions)]
ACTIONS = {
    ("postgres", "read"): [("user", ["rds-db:connect"])],
    ("postgres", "write"): [("user", ["rds-db:connect"])],
    ("redis", "read"): [("user", ["elasticache:Connect"])],
    ("redis", "write"): [("user", ["elasticache:Connect"])],
    ("search", "read"): [("inside", ["es:ESHttpGet", "es:ESHttpHead"])],
    ("search", "write"): [("inside", [f"es:ESHttp{method}" for method in ("Delete", "Get", "Head", "Patch", "Post", "Put")])],
    ("bucket", "read"): [("whole", ["s3:GetBucketLocation", "s3:ListBucket"]), ("inside", ["s3:GetObject", "s3:GetObjectVersion"])],
    ("bucket", "write"): [
        ("whole", ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"]),
        (
            "inside",
            ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:GetObjectVersion", "s3:ListMultipartUploadParts", "s3:PutObject"],
        ),
    ],
    ("queue", "send"): [("whole", ["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage"])],
    ("queue", "receive"): [
        ("whole", ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ReceiveMessage"])
    ],
    ("table", "read"): [
        ("whole", ["dynamodb:BatchGetItem", "dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan"]),
        ("inside", ["dynamodb:Query", "dynamodb:Scan"]),
    ],
    ("table", "write"): [
        (
            "whole",
            [
                "dynamodb:BatchGetItem", "dynamodb:BatchWriteItem", "dynamodb:ConditionCheckItem", "dynamodb:DeleteItem", "dynamodb:DescribeTable",
                "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:Scan", "dynamodb:UpdateItem",
            ],
        ),
        ("inside", ["dynamodb:Query", "dynamodb:Scan"]),
    ],
    ("topic", "publish"): [("whole", ["sns:GetTopicAttributes", "sns:Publish"])],
    ("topic", "subscribe"): [("whole", ["sns:GetTopicAttributes", "sns:Subscribe", "sns:Unsubscribe"])],
    ("stream", "publish"): [("whole", ["kinesis:DescribeStreamSummary", "kinesis:PutRecord", "kinesis:PutRecords"])],
    ("stream", "subscribe"): [
        ("whole", ["kinesis:DescribeStreamSummary", "kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListShards"])
    ],
}
# event -> (part, what Lambda asks for in a function's name to read the stream of it)
FOLLOWS = {
    ("table", "changed"): ("stream", ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"]),
    ("stream", "published"): ("whole", ["kinesis:DescribeStream"]),
}
# verb -> actions on the key, only through the thing's own service; who logs in to a database or a cache needs no key.
KEY = {verb: ["kms:Decrypt"] for verb in ("read", "receive", "subscribe")} | {verb: ["kms:Decrypt", "kms:GenerateDataKey"] for verb in ("write", "send", "publish")}
# DynamoDB makes the data keys of a table itself.
KEY_OF_TABLES = ["kms:Decrypt"]


class Application:
    """The application file of one environment, with its override."""

    def __init__(self, path, environment):
        with open(path, encoding="utf-8") as file:
            self.document = yaml.safe_load(file)
        self.environment = environment
        self.types = {name: body["type"] for name, body in self.document["resources"].items()}
        self.types |= {name: "service" for name in self.document["services"]}

    def workloads(self):
        """(kind, name, body) of all that runs."""
        for kind in ("services", "hosts", "jobs", "functions"):
            for name, body in self.document.get(kind, {}).items():
                yield kind, name, body

    def edges(self):
        """(from, to, type of to, verb)."""
        for _, name, body in self.workloads():
            for to, verb in body.get("uses", {}).items():
                yield name, to, self.types[to], verb

    def ports(self, name):
        """Where a thing listens."""
        return [self.document["services"][name]["port"]] if self.types[name] == "service" else PORTS[self.types[name]]

    def rules(self):
        """Every rule on a workload's group, as (direction, owner, peer, port): peers are groups, `prefix:SERVICE`, or ranges."""
        rules = set()

        def between(one, other, port):
            rules.add(("egress", one, other, port))
            rules.add(("ingress", other, one, port))

        for one, to, kind, _ in self.edges():
            if kind in INTERFACE:
                between(one, f"endpoint:{INTERFACE[kind]}", 443)
            elif kind in GATEWAY:
                rules.add(("egress", one, f"prefix:{GATEWAY[kind]}", 443))
            else:
                for port in self.ports(to):
                    between(one, to, port)
        for kind, name, body in self.workloads():
            # On Fargate the task's own interface pulls the image (whose layers lie in S3) and writes the logs.
            if kind in ("services", "jobs"):
                for service in ("ecr.api", "ecr.dkr", "logs"):
                    between(name, f"endpoint:{service}", 443)
                rules.add(("egress", name, "prefix:s3", 443))
            # A machine writes logs, is reached by Session Manager alone, and fetches its agents from S3.
            if kind == "hosts":
                for service in ("logs", "ssm", "ssmmessages"):
                    between(name, f"endpoint:{service}", 443)
                rules.add(("egress", name, "prefix:s3", 443))
            # Who is handed a secret fetches it: declared ones, and the password of a database by who writes to it. Who only reads a
            # database, and everybody at a cache, signs in by its role.
            if body.get("secrets") or any(self.types[to] == "postgres" and verb != "read" for to, verb in body.get("uses", {}).items()):
                between(name, "endpoint:secretsmanager", 443)
            for way in body.get("egress", []):
                rules.add(("egress", name, "0.0.0.0/0", int(way.rpartition(":")[2])))
            # The load balancer reaches what has a route.
            if "route" in body:
                between("load_balancer", name, body["port"])
        return rules

    def statements(self):
        """workload -> {(to, part, actions)} of its own role, and workload -> {(to, verb's actions on the key)}."""
        own, key = {}, {}
        for name, to, kind, verb in self.edges():
            for part, actions in ACTIONS.get((kind, verb), []):
                own.setdefault(name, set()).add((to, part, tuple(sorted(actions))))
            if kind in ("bucket", "queue", "stream", "table", "topic"):
                key.setdefault(name, set()).add((to, tuple(KEY_OF_TABLES if kind == "table" else KEY[verb])))
        # What a function cannot do with an event, Lambda sends in its name to the queue beside it (Lambda developer guide, 'Dead-letter queues').
        for name, body in self.document.get("functions", {}).items():
            for to, event in body.get("trigger", {}).items():
                if (self.types.get(to), event) in FOLLOWS:
                    part, actions = FOLLOWS[self.types[to], event]
                    own.setdefault(name, set()).add((to, part, tuple(sorted(actions))))
            own.setdefault(name, set()).add((f"{name}-failed", "whole", ("sqs:SendMessage",)))
            key.setdefault(name, set()).add((f"{name}-failed", ("kms:Decrypt", "kms:GenerateDataKey")))
        return own, key
