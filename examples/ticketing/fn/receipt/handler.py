"""Makes a receipt when a ticket document is written into the bucket `documents`.

AWS Lambda calls `handler` with the event of Amazon S3. `uses: {documents: read}` lets it read that bucket and nothing else, so the
receipt is logged; sending it is another workload's task.
"""

import json
import logging
import urllib.parse

log = logging.getLogger()
log.setLevel(logging.INFO)


def receipt(ticket: dict) -> dict:
    """The receipt of one ticket: what was bought, without anything about the card or the passenger."""
    fares = [int(leg["fare_cents"]) for leg in ticket.get("legs", [])]
    return {
        "ticket": ticket["number"],
        "legs": len(fares),
        "total_cents": sum(fares),
        "currency": ticket.get("currency", "USD"),
    }


def handler(event: dict, _context: object) -> dict:
    import boto3  # in the runtime of AWS Lambda; imported here so that `receipt` can be tested without it

    s3 = boto3.client("s3")
    made = []
    for record in event.get("Records", []):
        bucket = record["s3"]["bucket"]["name"]
        key = urllib.parse.unquote_plus(record["s3"]["object"]["key"])
        if not key.endswith(".json"):
            continue
        ticket = json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
        made.append(receipt(ticket))
        log.info("receipt %s", json.dumps(made[-1], sort_keys=True))
    return {"receipts": made}
