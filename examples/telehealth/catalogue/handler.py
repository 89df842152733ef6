"""Catalogues a recording of a visit when it is written into the bucket `recordings`.

AWS Lambda calls `handler` with the event of Amazon S3. `uses: {recordings: read}` lets it read that bucket and nothing else. What it
logs names the visit and the size of its recording; nothing about the patient, and nothing of what was said, leaves the bucket.
"""

import json
import logging
import re
import urllib.parse

log = logging.getLogger()
log.setLevel(logging.INFO)

# visits/2026/11/0b6f3a52-….webm: the visit's number is random and says nothing about a person.
KEY = re.compile(r"^visits/(?P<year>\d{4})/(?P<month>\d{2})/(?P<visit>[0-9a-f-]{36})\.(?P<kind>webm|mp4|wav)$")


def entry(key: str, size: int) -> dict | None:
    """The catalogue's line for an object, or nothing where the object is no recording."""
    named = KEY.match(key)
    if named is None:
        return None
    return {"visit": named["visit"], "month": f"{named['year']}-{named['month']}", "kind": named["kind"], "bytes": int(size)}


def handler(event: dict, _context: object) -> dict:
    made = []
    for record in event.get("Records", []):
        found = record["s3"]["object"]
        line = entry(urllib.parse.unquote_plus(found["key"]), found.get("size", 0))
        if line is None:
            log.warning("an object that is no recording was left out")
            continue
        made.append(line)
        log.info("recording %s", json.dumps(line, sort_keys=True))
    return {"recordings": made}
