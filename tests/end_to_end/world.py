"""What the end-to-end tests share: an emulator of their own, a recorder before it, the binary, and clients that read back by boto3.

Every test class owns its server, its port, its state folder and its copy of the example, so classes never see one another.
"""

import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse

import boto3
import botocore.config

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "tools"))
from wire_recorder import WireRecorder  # noqa: E402

BINARY = os.environ.get("STRATA_BINARY") or str(ROOT / "target" / "debug" / "strata")
ACCOUNT = "111111111111"
REGION = "us-east-1"
# Without the first the server holds 1,301 unencrypted snapshots, without the second AWS's own policies are missing, without the third
# a certificate stays pending for a minute.
MOTO = {"MOTO_EC2_LOAD_DEFAULT_AMIS": "false", "MOTO_IAM_LOAD_MANAGED_POLICIES": "true", "MOTO_ACM_VALIDATION_WAIT": "0"}
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_SESSION_TOKEN": "testing"}


class Emulator:
    """A moto server on a free loopback port."""

    def __init__(self, folder):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = open(pathlib.Path(folder) / "moto.log", "wb")
        server = pathlib.Path(sys.executable).with_name("moto_server")
        self.process = subprocess.Popen(
            [str(server), "-H", "127.0.0.1", "-p", str(self.port)], env={**os.environ, **MOTO}, stdout=self.log, stderr=self.log
        )
        for _ in range(900):
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.1)
        self.stop()
        raise RuntimeError(f"moto did not start; see {self.log.name}")

    def stop(self):
        """Ends the server."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()

    def session(self, account=ACCOUNT):
        """A boto3 session in an account that the platform file names, by its role, as Strata itself goes there."""
        keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing", "region_name": REGION}
        sts = boto3.client("sts", endpoint_url=self.url, **keys)
        assumed = sts.assume_role(RoleArn=f"arn:aws:iam::{account}:role/strata", RoleSessionName="judge")["Credentials"]
        return boto3.Session(
            aws_access_key_id=assumed["AccessKeyId"],
            aws_secret_access_key=assumed["SecretAccessKey"],
            aws_session_token=assumed["SessionToken"],
            region_name=REGION,
        )


class Result:
    """What a command answered."""

    def __init__(self, done):
        self.code, self.out, self.err = done.returncode, done.stdout, done.stderr

    def json(self):
        """Its standard output as JSON."""
        return json.loads(self.out)

    def __str__(self):
        return f"exit code {self.code}\n--- stdout\n{self.out[-6000:]}\n--- stderr\n{self.err[-6000:]}"


class World:
    """One emulator with its recorder, a copy of the example, and a state folder."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="strata-e2e-"))
        self.files = self.folder / "files"
        shutil.copytree(ROOT / "examples" / "ticketing", self.files)
        self.state = self.folder / "state"
        (self.folder / "home").mkdir()
        self.emulator = Emulator(self.folder)
        self.recorder = WireRecorder(self.emulator.url, self.folder / "calls.jsonl").start()
        self.aws = self.emulator.session()
        self.outputs = []

    def close(self):
        """Ends everything and removes the folder."""
        self.recorder.stop()
        self.emulator.stop()
        if os.environ.get("STRATA_KEEP"):
            print(f"kept: {self.folder}", file=sys.stderr)
        else:
            shutil.rmtree(self.folder, ignore_errors=True)

    def environment(self, **more):
        """The environment of the binary: nothing of the user's own."""
        base = {key: os.environ[key] for key in ("PATH", "LANG", "TMPDIR") if key in os.environ}
        return {
            **base,
            **CREDENTIALS,
            "HOME": str(self.folder / "home"),
            "USER": "judge",
            "STRATA_CACHE": str(self.folder / "cache"),
            "NO_COLOR": "1",
            "COLUMNS": "200",
            "RUST_BACKTRACE": "1",
            **more,
        }

    def line(self, *arguments, cloud=True, state=None):
        """The command line."""
        line = [BINARY, *map(str, arguments), "-f", str(self.files / "platform.yaml"), "-f", str(self.files / "app.yaml")]
        line += ["--state", str(state or self.state)]
        return line + (["--endpoint-url", self.recorder.endpoint] if cloud else [])

    def run(self, *arguments, expect=0, stdin="", cloud=True, state=None, **environment):
        """Runs the binary to its end; the exit code must be the expected one, unless that is None."""
        done = subprocess.run(
            self.line(*arguments, cloud=cloud, state=state),
            env=self.environment(**environment),
            cwd=self.folder,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=400,
        )
        result = Result(done)
        self.outputs.append(result.out + result.err)
        if expect is not None and result.code != expect:
            raise AssertionError(f"strata {' '.join(map(str, arguments))}: expected exit code {expect}\n{result}")
        return result

    def start(self, *arguments):
        """Starts the binary and leaves it running."""
        return subprocess.Popen(
            self.line(*arguments),
            env=self.environment(),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def up(self, environment, *more, **options):
        """`up`, with what it did as JSON."""
        result = self.run("up", "--env", environment, "--yes", "--format", "json", *more, expect=None, **options)
        if result.code != 0:
            steps = result.json()["run"]["steps"] if result.out.startswith("{") else []
            failed = [f"{step['address']}: {step['result']}" for step in steps if step["result"]["ended"] not in ("done", "unsupported", "blocked")]
            raise AssertionError("\n".join(["strata up failed", *failed]) if failed else f"strata up failed\n{result}")
        return result.json()

    def plan(self, environment):
        """The plan as JSON."""
        return self.run("plan", "--env", environment, "--format", "json").json()

    def mutating_of(self, *arguments, **options):
        """The mutating calls that a command sends, as `service:Operation`, and the command's result."""
        self.recorder.clear()
        result = self.run(*arguments, **options)
        return [f"{call['service']}:{call['operation']}" for call in self.recorder.mutating()], result

    def client(self, service):
        """A boto3 client straight to the emulator, past the recorder."""
        config = botocore.config.Config(retries={"max_attempts": 1}, s3={"addressing_style": "path"}, inject_host_prefix=False)
        client = self.aws.client(service, endpoint_url=self.emulator.url, config=config)
        # S3 Control puts the account into the host's name, and `111111111111.127.0.0.1` is no host.
        client.meta.events.register("before-send.s3-control", self.without_account)
        return client

    def without_account(self, request, **_):
        """Sends a request to the emulator's own host."""
        parts = urllib.parse.urlsplit(request.url)
        request.url = parts._replace(netloc=urllib.parse.urlsplit(self.emulator.url).netloc).geturl()

    def backup(self):
        """The state as `state export` writes it: scope -> address -> resource."""
        scopes = self.run("state", "export", cloud=False).json()["scopes"]
        return {scope["scope"]: scope["resources"] for scope in scopes}


def stop_group(process, signal_number=signal.SIGKILL):
    """Sends a signal to a process that `start` gave."""
    os.killpg(process.pid, signal_number)


class WorldCase(unittest.TestCase):
    """A test class with a world of its own, made once."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.world = World()
        cls.addClassCleanup(cls.world.close)
        cls.prepare()

    @classmethod
    def prepare(cls):
        """What the tests of the class start from."""


def tags_of(pairs):
    """A list of Key and Value (of whatever case) as a map."""
    return {pair.get("Key", pair.get("key", pair.get("TagKey"))): pair.get("Value", pair.get("value", pair.get("TagValue"))) for pair in pairs or []}


def pages(client, operation, key, **arguments):
    """All items of a paged list."""
    if not client.can_paginate(operation):
        return getattr(client, operation)(**arguments)[key]
    return [item for page in client.get_paginator(operation).paginate(**arguments) for item in page.get(key) or []]
