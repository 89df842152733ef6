#!/usr/bin/env python3
"""Stands between a client and an AWS endpoint and writes down every call, unchanged in both directions.

    wire_recorder.py --upstream http://127.0.0.1:5000 --record calls.jsonl      prints the endpoint to use, then serves until it is ended

or, in a test: `with WireRecorder(upstream, file) as recorder: … recorder.endpoint … recorder.calls()`.

One JSON line a call, written when its answer is known and before the client has it:
`{"service", "operation", "mutating", "method", "path", "status", "seconds"}`; `seconds` is the time that the upstream took.

The service comes from the signature's credential scope, as in the emulator itself. The operation comes from `X-Amz-Target`, from `Action=`, or,
for services that speak REST, from AWS's own models that botocore carries; without botocore it is `METHOD /path`. An operation counts as mutating unless its
name says that it only reads; where only the method is known, unless that is GET or HEAD.

Invariants: a request is sent upstream exactly once, never repeated; what a client has an answer to is already in the file.
Nothing is written of headers or bodies, so no secret reaches the file.
"""

import argparse
import functools
import http.client
import http.server
import json
import re
import sys
import threading
import time
import urllib.parse

READS = re.compile(
    r"^(Get|List|Describe|Head|BatchGet|BatchCheck|BatchDescribe|Lookup|Search|Preview|Check|Validate|Test|Select|Simulate|Estimate|Decode|Filter|Query|Scan"
    r"|AssumeRole|Encrypt|Decrypt|ReEncrypt|GenerateDataKey|GenerateMac|GenerateRandom|Sign|Verify|CreateSession)"
)
HOP_BY_HOP = {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "expect", "content-length"}
# The folder of botocore's model where it differs from the name that requests are signed with.
MODELS = {"access-analyzer": "accessanalyzer"}


@functools.lru_cache(maxsize=None)
def rest_operations(service):
    """What a REST service understands: (weight, method, pattern of the path, needed query, needed headers, name), most specific first."""
    try:
        import botocore.loaders

        model = botocore.loaders.create_loader().load_service_model(MODELS.get(service, service), "service-2")
    except Exception:  # noqa: BLE001 - no botocore, or no such service: the caller falls back to method and path
        return ()
    found = []
    for name, operation in model["operations"].items():
        path, _, query = operation["http"]["requestUri"].partition("?")
        pattern, literal = "", 0
        for part in re.split(r"(\{[^}]*\})", path.rstrip("/")):
            if part.startswith("{"):
                pattern += ".+" if part.endswith("+}") else "[^/]+"
            else:
                pattern += re.escape(part)
                literal += len(part)
        needed = urllib.parse.parse_qsl(query, keep_blank_values=True)
        shape = model["shapes"].get(operation.get("input", {}).get("shape"), {})
        required = [shape["members"][member] for member in shape.get("required", ())]
        needed += [(member["locationName"], "") for member in required if member.get("location") == "querystring"]
        # The account of an S3 Control request may stand in the host instead.
        headers = [member["locationName"] for member in required if member.get("location") == "header" and member["locationName"] != "x-amz-account-id"]
        weight = (-len(needed), -len(headers), bool(operation.get("deprecated")), -literal, name)
        found.append((weight, operation["http"]["method"], re.compile(pattern + "/?"), needed, headers, name))
    return tuple(sorted(found, key=lambda row: row[0]))


def service_of(headers, path):
    """The name that the request was signed with, or `unknown`."""
    scope = re.search(r"Credential=[^/,\s]*/\d+/[^/,]+/([^/,]+)/aws4_request", headers.get("Authorization", ""))
    if not scope:
        scope = re.search(r"X-Amz-Credential=[^/&]*/\d+/[^/&]+/([^/&]+)/aws4_request", urllib.parse.unquote(path))
    service = scope.group(1).lower() if scope else "unknown"
    return "s3control" if service == "s3" and path.startswith("/v20180820/") else service


def classify(method, path, headers, body):
    """What a request asks for: (service, operation, whether it changes something)."""
    service = service_of(headers, path)
    operation = None
    target = headers.get("X-Amz-Target")
    rpc = re.match(r"^/service/[^/]+/operation/([A-Za-z]+)$", path)
    if target:
        operation = target.rpartition(".")[2]
    elif rpc:
        operation = rpc.group(1)
    elif headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded"):
        operation = dict(urllib.parse.parse_qsl(body.decode("utf-8", "replace"))).get("Action")
    if operation is None:
        operation = rest_operation(service, method, path, headers)
    if operation is None:
        return service, f"{method} {path.partition('?')[0]}", method not in ("GET", "HEAD")
    return service, operation, not READS.match(operation)


def rest_operation(service, method, path, headers):
    """The operation of a REST request by AWS's model, or nothing."""
    bare, _, query = path.partition("?")
    given = urllib.parse.parse_qsl(query, keep_blank_values=True)
    if ("Action" in dict(given)) and method == "GET":
        return dict(given)["Action"]
    names = {name for name, _ in given}
    present = {name.lower() for name in headers.keys()}
    for _, wanted, pattern, query_needed, headers_needed, name in rest_operations(service):
        if wanted != method or not pattern.fullmatch(bare) or not all(header.lower() in present for header in headers_needed):
            continue
        if all((pair in given) if pair[1] else (pair[0] in names) for pair in query_needed):
            return name
    return None


class Handler(http.server.BaseHTTPRequestHandler):
    """Forwards one client connection's requests, one after the other."""

    protocol_version = "HTTP/1.1"
    # Without it every small answer waits for the client's delayed acknowledgement, forty milliseconds.
    disable_nagle_algorithm = True

    def log_message(self, *_):
        """Says nothing: the record is the log."""

    def read_body(self):
        """The request's body, whether it has a length or comes in chunks."""
        if self.headers.get("Transfer-Encoding", "").lower().endswith("chunked"):
            body = b""
            while True:
                size = int(self.rfile.readline().split(b";")[0], 16)
                if size == 0:
                    while self.rfile.readline().strip():
                        pass
                    return body
                body += self.rfile.read(size)
                self.rfile.readline()
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def forward(self):
        """Sends the request on, records it, and gives the answer back."""
        body = self.read_body()
        upstream = self.server.upstream
        started = time.monotonic()
        connection = http.client.HTTPConnection(upstream.hostname, upstream.port, timeout=self.server.timeout_seconds)
        try:
            connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() not in HOP_BY_HOP:
                    connection.putheader(name, value)
            if body or self.command in ("POST", "PUT", "PATCH"):
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body or None)
            answer = connection.getresponse()
            status, reason, headers, content = answer.status, answer.reason, answer.getheaders(), answer.read()
        except (OSError, http.client.HTTPException) as error:
            status, reason = 502, "Bad Gateway"
            headers, content = [("Content-Type", "text/plain")], f"the recorder could not reach {upstream.geturl()}: {error}".encode()
        finally:
            connection.close()
        self.server.record(self.command, self.path, self.headers, body, status, time.monotonic() - started)
        self.answer(status, reason, headers, content)

    def answer(self, status, reason, headers, content):
        """Writes the whole answer at once."""
        lines = [f"HTTP/1.1 {status} {reason}"]
        length = None
        for name, value in headers:
            if name.lower() == "content-length":
                length = value
            elif name.lower() not in HOP_BY_HOP:
                lines.append(f"{name}: {value}")
        if self.command != "HEAD" or length is None:
            length = len(content)
        if status not in (204, 304):
            lines.append(f"Content-Length: {length}")
        if self.close_connection:
            lines.append("Connection: close")
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
        self.wfile.write(head + (b"" if self.command == "HEAD" else content))

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = forward


class WireRecorder(http.server.ThreadingHTTPServer):
    """The recorder on a free loopback port; starts with `start` or as a context, and ends with `stop`."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, upstream, record, port=0, timeout_seconds=120):
        self.upstream = urllib.parse.urlsplit(upstream)
        if self.upstream.scheme != "http" or not self.upstream.port:
            raise ValueError(f"the upstream must be http://HOST:PORT, not {upstream!r}")
        self.timeout_seconds = timeout_seconds
        self.path, self.lock = str(record), threading.Lock()
        self.file = open(self.path, "a", encoding="utf-8", buffering=1)
        self.thread = None
        super().__init__(("127.0.0.1", port), Handler)

    @property
    def endpoint(self):
        """The address that clients use instead of the upstream's."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request, client_address):
        """A client that goes away in the middle is no error of ours; anything else is shown."""
        if not isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)

    def record(self, method, path, headers, body, status, seconds):
        """Appends one line."""
        service, operation, mutating = classify(method, path, headers, body)
        line = {
            "service": service,
            "operation": operation,
            "mutating": mutating,
            "method": method,
            # A query can carry a signature: only the path is kept.
            "path": path.partition("?")[0],
            "status": status,
            "seconds": round(seconds, 6),
        }
        with self.lock:
            self.file.write(json.dumps(line) + "\n")

    def calls(self):
        """All calls recorded so far, in the order of their answers."""
        with self.lock, open(self.path, encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def mutating(self):
        """The recorded calls that change something."""
        return [call for call in self.calls() if call["mutating"]]

    def clear(self):
        """Forgets what was recorded."""
        with self.lock:
            self.file.truncate(0)

    def start(self):
        """Serves in a thread of its own; returns itself."""
        self.thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()
        return self

    def stop(self):
        """Ends the serving and closes the file."""
        if self.thread:
            self.shutdown()
            self.thread.join()
        self.server_close()
        self.file.close()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--upstream", required=True, metavar="URL", help="the endpoint to forward to, http://HOST:PORT")
    parser.add_argument("--record", required=True, metavar="FILE", help="the file to append to, one JSON line a call")
    parser.add_argument("--port", type=int, default=0, help="the loopback port to listen on; a free one where not given")
    arguments = parser.parse_args()
    try:
        recorder = WireRecorder(arguments.upstream, arguments.record, arguments.port)
    except (OSError, ValueError) as error:
        sys.exit(f"error: {error}")
    print(recorder.endpoint, flush=True)
    try:
        recorder.serve_forever()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
