"""Stands between Strata and the emulator and fails as networks and clouds do: throttles, 500s, delays, connections reset before a call, and
answers dropped after the call was carried out.

Every fault speaks the protocol of the service that it stands for, so the client cannot tell it from AWS's own.
"""

import collections
import json
import random
import socket
import sys
import pathlib
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tools"))
import wire_recorder  # noqa: E402

# How often each fault strikes: (of mutating calls, of reads).
FAULTS = {
    "throttled": (0.04, 0.01),
    "internal error": (0.03, 0.01),
    "reset before the call": (0.02, 0.005),
    "answer dropped after the call": (0.04, 0.005),
    "delayed": (0.04, 0.01),
}
XML_BY_REST = {"s3", "s3control", "route53"}


class Handler(wire_recorder.Handler):
    """Forwards, unless a fault strikes."""

    def forward(self):
        body = self.read_body()
        self.read_body = lambda: body
        service, operation, mutating = wire_recorder.classify(self.command, self.path, self.headers, body)
        fault = None if service in ("sts", "unknown") else self.server.draw(mutating)
        if fault == "throttled":
            self.refuse(service, 400, "Throttling", "Rate exceeded")
        elif fault == "internal error":
            self.refuse(service, 500, "InternalFailure", "The request processing has failed")
        elif fault == "reset before the call":
            self.reset()
        elif fault == "answer dropped after the call":
            self.answer = lambda *_: self.reset()
            super().forward()
        else:
            if fault == "delayed":
                self.server.wait()
            super().forward()
        self.__dict__.pop("read_body", None)
        self.__dict__.pop("answer", None)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = forward

    def reset(self):
        """Ends the connection with a reset."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        raise ConnectionResetError("asked for")

    def refuse(self, service, status, code, message):
        """An error in the service's own protocol."""
        form = self.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded")
        if service == "ec2":
            code = {"Throttling": "RequestLimitExceeded", "InternalFailure": "InternalError"}[code]
            kind, text = "text/xml", f"<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors><RequestID>chaos</RequestID></Response>"
        elif service == "s3":
            code, status = {"Throttling": ("SlowDown", 503), "InternalFailure": ("InternalError", 500)}[code]
            kind, text = "application/xml", f"<Error><Code>{code}</Code><Message>{message}</Message><RequestId>chaos</RequestId></Error>"
        elif form or service in XML_BY_REST:
            kind = "text/xml"
            text = f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error><RequestId>chaos</RequestId></ErrorResponse>"
        else:
            code = {"Throttling": "ThrottlingException"}.get(code, code)
            kind, text = "application/x-amz-json-1.1", json.dumps({"__type": code, "message": message})
        headers = [("Content-Type", kind), ("x-amzn-RequestId", "chaos"), ("x-amzn-ErrorType", code)]
        self.answer(status, "Chaos", headers, text.encode())


class ChaosProxy(wire_recorder.WireRecorder):
    """A recorder that injects faults while `on`."""

    def __init__(self, upstream, record, seed):
        super().__init__(upstream, record)
        self.RequestHandlerClass = Handler
        self.random, self.guard = random.Random(seed), threading.Lock()
        self.on = False
        self.injected = collections.Counter()
        self.waiting = threading.Event()

    def draw(self, mutating):
        """The fault that strikes this call, if any."""
        if not self.on:
            return None
        with self.guard:
            number = self.random.random()
            for fault, rates in FAULTS.items():
                number -= rates[0 if mutating else 1]
                if number < 0:
                    self.injected[fault] += 1
                    return fault
        return None

    def wait(self):
        """A delay of up to 0.4 seconds."""
        with self.guard:
            seconds = self.random.uniform(0.05, 0.4)
        self.waiting.wait(seconds)
