"""Changes of key-value tables and data streams: only where the example has them, by whatever name."""

import json

import yaml

from harness import ROOT
from mutation import Mutation, or_none

APPLICATION = yaml.safe_load((ROOT / "examples" / "ticketing" / "app.yaml").read_text(encoding="utf-8"))


def first(kind):
    """The first resource of a type in the example, or None."""
    return next((name for name, body in APPLICATION["resources"].items() if body["type"] == kind), None)


TABLE = f"env:dynamodb_table.{first('table')}"
STREAM = f"env:kinesis_stream.{first('stream')}"


def table(*names):
    """Reads parts of what the table is."""

    def read(cloud):
        one = cloud.dynamodb.describe_table(TableName=cloud.id(TABLE))["Table"]
        return {name: one.get(name) for name in names}

    return read


def recovery(cloud):
    """The table's continuous backups, without the times that pass by themselves."""
    found = cloud.dynamodb.describe_continuous_backups(TableName=cloud.id(TABLE))["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    return {name: found.get(name) for name in ("PointInTimeRecoveryStatus", "RecoveryPeriodInDays")}


def set_recovery(cloud, **specification):
    """Changes the table's continuous backups."""
    cloud.dynamodb.update_continuous_backups(TableName=cloud.id(TABLE), PointInTimeRecoverySpecification=specification)


def time_to_live(cloud):
    """The attribute that ends rows, while it does."""
    found = cloud.dynamodb.describe_time_to_live(TableName=cloud.id(TABLE))["TimeToLiveDescription"]
    return found.get("AttributeName") if found["TimeToLiveStatus"] == "ENABLED" else None


def end_by(cloud, attribute):
    """Rows end by another attribute."""
    now = time_to_live(cloud)
    if now:
        cloud.dynamodb.update_time_to_live(TableName=cloud.id(TABLE), TimeToLiveSpecification={"Enabled": False, "AttributeName": now})
    cloud.dynamodb.update_time_to_live(TableName=cloud.id(TABLE), TimeToLiveSpecification={"Enabled": True, "AttributeName": attribute})


def stranger(action, arn):
    """A policy that lets another account in."""
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Sid": "Leak", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::999999999999:root"}, "Action": action, "Resource": arn}]})


def open_table(cloud):
    """Another account may read the table."""
    arn = cloud.output(TABLE, "Arn")
    cloud.dynamodb.put_resource_policy(ResourceArn=arn, Policy=stranger("dynamodb:Scan", arn))


def open_stream(cloud):
    """Another account may read the stream."""
    arn = cloud.output(STREAM, "Arn")
    cloud.kinesis.put_resource_policy(ResourceARN=arn, Policy=stranger("kinesis:GetRecords", arn))


def stream(*names):
    """Reads parts of what the stream is."""

    def read(cloud):
        one = cloud.kinesis.describe_stream_summary(StreamName=cloud.id(STREAM))["StreamDescriptionSummary"]
        return {name: one.get(name) for name in names}

    return read


def plain_records(cloud):
    """Records are not encrypted any more."""
    key = stream("KeyId")(cloud)["KeyId"]
    cloud.kinesis.stop_stream_encryption(StreamName=cloud.id(STREAM), EncryptionType="KMS", KeyId=key)


TABLES = [
    Mutation("a table's recovery to any moment off", 1, TABLE, "PointInTimeRecoverySpecification", "dynamodb-point-in-time-recovery", lambda c: set_recovery(c, PointInTimeRecoveryEnabled=False), recovery),
    Mutation("a table's recovery cut to a day", 2, TABLE, "PointInTimeRecoverySpecification.RecoveryPeriodInDays", "dynamodb-point-in-time-recovery", lambda c: set_recovery(c, PointInTimeRecoveryEnabled=True, RecoveryPeriodInDays=1), recovery),
    Mutation("a table's deletion protection off", 1, TABLE, "DeletionProtectionEnabled", "dynamodb-deletion-protected", lambda c: c.dynamodb.update_table(TableName=c.id(TABLE), DeletionProtectionEnabled=False), table("DeletionProtectionEnabled")),
    Mutation("a table whose rows end by another attribute", 1, TABLE, "TimeToLiveSpecification", None, lambda c: end_by(c, "changed_at"), time_to_live),
    Mutation("a table opened to another account", 1, TABLE, "ResourcePolicy", "dynamodb-policy-closed", open_table, lambda c: or_none(lambda: c.dynamodb.get_resource_policy(ResourceArn=c.output(TABLE, "Arn"))["Policy"])),
    Mutation(
        "a table with a fixed capacity", 1, TABLE, "BillingMode", "dynamodb-scales",
        lambda c: c.dynamodb.update_table(TableName=c.id(TABLE), BillingMode="PROVISIONED", ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}),
        table("BillingModeSummary"),
    ),
]
STREAMS = [
    Mutation("a stream's memory cut", 1, STREAM, "RetentionPeriodHours", "kinesis-kept-a-week", lambda c: c.kinesis.decrease_stream_retention_period(StreamName=c.id(STREAM), RetentionPeriodHours=24), stream("RetentionPeriodHours")),
    Mutation("a stream's encryption off", 1, STREAM, "StreamEncryption", "kinesis-encrypted", plain_records, stream("EncryptionType", "KeyId")),
    Mutation("a stream opened to another account", 1, STREAM, "ResourcePolicy", None, open_stream, lambda c: c.kinesis.get_resource_policy(ResourceARN=c.output(STREAM, "Arn"))["Policy"]),
]
MUTATIONS = (TABLES if first("table") else []) + (STREAMS if first("stream") else [])
