"""Tests of wire_recorder.py against an upstream of our own that says what it received.

Run with the Python of `tests/tools/environment moto` (botocore carries AWS's models): PYTHON -m unittest discover -s tests/tools
"""

import concurrent.futures
import http.client
import http.server
import json
import pathlib
import socket
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from wire_recorder import WireRecorder, classify  # noqa: E402


def signed(service, **more):
    """Headers of a request that was signed for a service."""
    return {"Authorization": f"AWS4-HMAC-SHA256 Credential=AK/20261123/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=0", **more}


FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}


class Classify(unittest.TestCase):
    def check(self, method, path, headers, body, expected):
        self.assertEqual(classify(method, path, headers, body), expected)

    def test_by_target(self):
        self.check("POST", "/", signed("sqs", **{"X-Amz-Target": "AmazonSQS.CreateQueue"}), b"{}", ("sqs", "CreateQueue", True))
        self.check("POST", "/", signed("ecs", **{"X-Amz-Target": "AmazonEC2ContainerServiceV20141113.DescribeClusters"}), b"{}", ("ecs", "DescribeClusters", False))
        self.check("POST", "/", signed("kms", **{"X-Amz-Target": "TrentService.GenerateDataKey"}), b"{}", ("kms", "GenerateDataKey", False))
        self.check("POST", "/", signed("secretsmanager", **{"X-Amz-Target": "secretsmanager.GetRandomPassword"}), b"{}", ("secretsmanager", "GetRandomPassword", False))

    def test_by_action(self):
        self.check("POST", "/", signed("ec2", **FORM), b"Action=CreateVpc&Version=2016-11-15", ("ec2", "CreateVpc", True))
        self.check("POST", "/", signed("ec2", **FORM), b"Version=2016-11-15&Action=DescribeVpcs", ("ec2", "DescribeVpcs", False))
        self.check("POST", "/", signed("sts", **FORM), b"Action=AssumeRole&RoleArn=x", ("sts", "AssumeRole", False))
        self.check("POST", "/", signed("iam", **FORM), b"Action=PutRolePolicy", ("iam", "PutRolePolicy", True))

    def test_rpc_path(self):
        self.check("POST", "/service/GraniteServiceVersion20100801/operation/PutMetricAlarm", signed("monitoring"), b"", ("monitoring", "PutMetricAlarm", True))

    def test_s3_by_query(self):
        for method, path, operation, mutating in [
            ("PUT", "/documents", "CreateBucket", True),
            ("PUT", "/documents/", "CreateBucket", True),
            ("HEAD", "/documents", "HeadBucket", False),
            ("PUT", "/documents?encryption", "PutBucketEncryption", True),
            ("GET", "/documents?encryption=", "GetBucketEncryption", False),
            ("PUT", "/documents?lifecycle", "PutBucketLifecycleConfiguration", True),
            ("PUT", "/documents?notification", "PutBucketNotificationConfiguration", True),
            ("PUT", "/documents?publicAccessBlock", "PutPublicAccessBlock", True),
            ("DELETE", "/documents?policy", "DeleteBucketPolicy", True),
            ("PUT", "/documents/a/b/c?x-id=PutObject", "PutObject", True),
            ("PUT", "/documents/a?partNumber=1&uploadId=u", "UploadPart", True),
            ("GET", "/documents?list-type=2&prefix=a", "ListObjectsV2", False),
            ("GET", "/", "ListBuckets", False),
            ("POST", "/documents?delete", "DeleteObjects", True),
        ]:
            with self.subTest(f"{method} {path}"):
                self.check(method, path, signed("s3"), b"", ("s3", operation, mutating))
        self.check("PUT", "/documents/a", signed("s3", **{"X-Amz-Copy-Source": "/b/c"}), b"", ("s3", "CopyObject", True))

    def test_other_rest_services(self):
        for service, method, path, expected in [
            ("s3", "PUT", "/v20180820/configuration/publicAccessBlock", ("s3control", "PutPublicAccessBlock", True)),
            ("s3", "GET", "/v20180820/configuration/publicAccessBlock", ("s3control", "GetPublicAccessBlock", False)),
            ("lambda", "POST", "/2015-03-31/functions", ("lambda", "CreateFunction", True)),
            ("lambda", "GET", "/2015-03-31/functions/receipt/policy", ("lambda", "GetPolicy", False)),
            ("lambda", "PUT", "/2015-03-31/functions/receipt/configuration", ("lambda", "UpdateFunctionConfiguration", True)),
            ("route53", "POST", "/2013-04-01/hostedzone/Z1/rrset/", ("route53", "ChangeResourceRecordSets", True)),
            ("route53", "GET", "/2013-04-01/hostedzone/Z1/rrset?maxitems=1", ("route53", "ListResourceRecordSets", False)),
            ("eks", "POST", "/clusters", ("eks", "CreateCluster", True)),
            ("eks", "GET", "/clusters/prod/node-groups/ng", ("eks", "DescribeNodegroup", False)),
            ("backup", "PUT", "/backup-vaults/v", ("backup", "CreateBackupVault", True)),
            ("guardduty", "POST", "/detector", ("guardduty", "CreateDetector", True)),
            ("guardduty", "POST", "/detector/d/findings", ("guardduty", "ListFindings", False)),
            ("inspector2", "POST", "/status/batch/get", ("inspector2", "BatchGetAccountStatus", False)),
            ("inspector2", "POST", "/enable", ("inspector2", "Enable", True)),
            ("securityhub", "POST", "/standards/get", ("securityhub", "GetEnabledStandards", False)),
            ("securityhub", "POST", "/accounts", ("securityhub", "EnableSecurityHub", True)),
            ("scheduler", "POST", "/schedules/job", ("scheduler", "CreateSchedule", True)),
            ("access-analyzer", "PUT", "/analyzer", ("access-analyzer", "CreateAnalyzer", True)),
        ]:
            with self.subTest(f"{service} {method} {path}"):
                self.check(method, path, signed(service), b"", expected)

    def test_what_is_unknown_is_judged_by_its_method(self):
        self.check("POST", "/what?a=b", {}, b"", ("unknown", "POST /what", True))
        self.check("GET", "/what", signed("nosuchservice"), b"", ("nosuchservice", "GET /what", False))


class Upstream(http.server.BaseHTTPRequestHandler):
    """Answers with what it received, as JSON."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path.startswith("/slow"):
            time.sleep(0.2)
        seen = {"method": self.command, "path": self.path, "host": self.headers["Host"], "body": body.decode("latin-1"), "x": self.headers.get_all("X-Twice")}
        content = b"" if self.path.startswith("/empty") else json.dumps(seen).encode()
        self.send_response(204 if self.path.startswith("/empty") else 200)
        self.send_header("X-Upstream", "yes")
        if not self.path.startswith("/empty"):
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = answer


class Forward(unittest.TestCase):
    def setUp(self):
        self.upstream = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
        self.upstream.daemon_threads = True
        threading.Thread(target=self.upstream.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        self.folder = tempfile.TemporaryDirectory()
        self.recorder = WireRecorder(f"http://127.0.0.1:{self.upstream.server_address[1]}", pathlib.Path(self.folder.name) / "calls.jsonl").start()
        self.address = self.recorder.server_address

    def tearDown(self):
        self.recorder.stop()
        self.upstream.shutdown()
        self.upstream.server_close()
        self.folder.cleanup()

    def test_requests_pass_unchanged_on_one_connection(self):
        client = http.client.HTTPConnection(*self.address)
        for number in range(3):
            client.request("POST", f"/a%2Fb?q={number}", body=b"\x00\xffbody", headers={**signed("s3"), "Host": "bucket.example", "X-Twice": "1"})
            answer = client.getresponse()
            seen = json.loads(answer.read())
            self.assertEqual(answer.getheader("X-Upstream"), "yes")
            self.assertEqual(seen, {"method": "POST", "path": f"/a%2Fb?q={number}", "host": "bucket.example", "body": "\x00\xffbody", "x": ["1"]})
        client.close()
        calls = self.recorder.calls()
        self.assertEqual([(call["method"], call["path"], call["status"]) for call in calls], [("POST", "/a%2Fb", 200)] * 3)
        self.assertGreater(calls[0]["seconds"], 0)

    def test_a_body_in_chunks_arrives_whole(self):
        client = http.client.HTTPConnection(*self.address)
        client.request("PUT", "/b/k", body=iter([b"one ", b"two"]), headers=signed("s3"), encode_chunked=True)
        self.assertEqual(json.loads(client.getresponse().read())["body"], "one two")
        client.request("GET", "/b")
        self.assertEqual(client.getresponse().status, 200)
        client.close()

    def test_answers_without_a_body_keep_the_connection_whole(self):
        client = http.client.HTTPConnection(*self.address)
        for method, path, status in [("HEAD", "/x", 200), ("DELETE", "/empty", 204), ("GET", "/y", 200)]:
            client.request(method, path, headers=signed("s3"))
            answer = client.getresponse()
            content = answer.read()
            self.assertEqual((answer.status, bool(content)), (status, method == "GET"))
        client.close()

    def test_a_client_that_waits_for_100_continue(self):
        with socket.create_connection(self.address) as client:
            client.sendall(b"PUT /b/k HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
            client.settimeout(5)
            self.assertIn(b"100", client.recv(100))
            client.sendall(b"hi")
            self.assertIn(b"200", client.recv(1000))

    def test_thirty_two_at_once_do_not_wait_for_each_other(self):
        def call(number):
            client = http.client.HTTPConnection(*self.address)
            client.request("GET", f"/slow/{number}", headers=signed("s3"))
            seen = json.loads(client.getresponse().read())["path"]
            client.close()
            return seen

        started = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(32) as pool:
            paths = list(pool.map(call, range(32)))
        self.assertEqual(paths, [f"/slow/{number}" for number in range(32)])
        self.assertLess(time.monotonic() - started, 3, "32 calls of 0.2 s each took as long as if they had waited for each other")
        self.assertEqual(len(self.recorder.calls()), 32)

    def test_what_is_counted_as_mutating_and_forgotten(self):
        client = http.client.HTTPConnection(*self.address)
        for method, path in [("GET", "/documents"), ("PUT", "/documents"), ("PUT", "/documents?policy")]:
            client.request(method, path, headers=signed("s3"))
            client.getresponse().read()
        client.close()
        self.assertEqual([call["operation"] for call in self.recorder.mutating()], ["CreateBucket", "PutBucketPolicy"])
        self.recorder.clear()
        self.assertEqual(self.recorder.calls(), [])

    def test_no_secret_reaches_the_file(self):
        client = http.client.HTTPConnection(*self.address)
        client.request("POST", "/?X-Amz-Signature=hidden", body=b'{"SecretString": "hidden"}', headers=signed("secretsmanager", **{"X-Amz-Security-Token": "hidden"}))
        client.getresponse().read()
        client.close()
        self.assertNotIn("hidden", pathlib.Path(self.recorder.path).read_text(encoding="utf-8"))

    def test_an_upstream_that_is_gone_is_an_answer_and_a_line(self):
        self.upstream.shutdown()
        self.upstream.server_close()
        client = http.client.HTTPConnection(*self.address)
        client.request("GET", "/b", headers=signed("s3"))
        self.assertEqual(client.getresponse().status, 502)
        client.close()
        self.assertEqual([call["status"] for call in self.recorder.calls()], [502])


if __name__ == "__main__":
    unittest.main()
