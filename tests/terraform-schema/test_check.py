"""Tests of check.py and hcl.py: a good sample passes, and each kind of fault is found with its file, line and address.

Run: python3 -m unittest discover -s tests/terraform-schema
"""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import check  # noqa: E402
import hcl  # noqa: E402

GOOD = '''
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}

variable "db_password" {
  type      = string
  sensitive = true
}

locals {
  name = "ticketing" # a comment with { and "
}

data "aws_caller_identity" "current" {}

data "aws_iam_policy_document" "key" {
  statement {
    actions   = ["kms:*"]
    resources = ["*"]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::${data.aws_caller_identity.current.account_id}:root"]
    }
  }
}

resource "aws_kms_key" "main" {
  description         = "key of ${local.name}, \\"quoted\\" and $${escaped}"
  enable_key_rotation = true
  policy              = data.aws_iam_policy_document.key.json
  tags = {
    Name = local.name
  }
  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_sqs_queue" "bookings" {
  name                       = "${local.name}-bookings"
  kms_master_key_id          = aws_kms_key.main.arn
  visibility_timeout_seconds = 60
  policy                     = <<-POLICY
    {"Resource": "${aws_kms_key.main.arn}", "Sid": "aws_fake_type.is_text"}
  POLICY
  depends_on = [aws_kms_key.main]
}

resource "aws_s3_bucket" "documents" {
  bucket = "documents"
}

resource "aws_s3_bucket_versioning" "documents" {
  bucket = aws_s3_bucket.documents.id
  versioning_configuration { status = "Enabled" }
}

resource "aws_autoscaling_group" "fares" {
  min_size = 0
  max_size = 2
  dynamic "tag" {
    for_each = { Name = local.name }
    content {
      key                 = tag.key
      value               = tag.value
      propagate_at_launch = true
    }
  }
}

resource "aws_security_group" "api" {
  name = "api"
  ingress = [{
    from_port = 443, to_port = 443
    protocol  = "tcp"
  }]
}

import {
  to = aws_s3_bucket.documents
  id = "documents"
}

output "queue" {
  value = { url = aws_sqs_queue.bookings.url, text = var.db_password }
}
'''


class Folder(unittest.TestCase):
    """Gives each test a folder and the problems that check.py finds in it."""

    def problems(self, text, name="main.tf"):
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / name).write_text(text, encoding="utf-8")
            return check.check(folder, check.load_types())

    def assert_problem(self, text, *parts):
        """Exactly one problem, which holds every part."""
        found = self.problems(text)
        self.assertEqual(len(found), 1, found)
        line = f"{found[0][1]}: {found[0][2]}: {found[0][3]}"
        for part in parts:
            self.assertIn(part, line)


class Good(Folder):
    def test_a_good_module_has_no_problem(self):
        self.assertEqual(self.problems(GOOD), [])

    def test_every_type_of_the_list_is_in_the_schema(self):
        types = check.load_types()
        listed = [line for line in (check.SCHEMA.parent / "types.txt").read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
        self.assertEqual(sorted(listed), sorted(types))
        self.assertEqual(listed, sorted(listed), "types.txt is sorted")


class Bad(Folder):
    def test_an_empty_folder_does_not_pass(self):
        self.assert_problem("# nothing\n", "nothing could be judged")

    def test_an_unknown_type(self):
        self.assert_problem('resource "aws_sqs_quue" "a" {\n}\nresource "aws_sqs_queue" "b" {\n}\n', "1: aws_sqs_quue.a", "did you mean 'aws_sqs_queue'")

    def test_an_unknown_argument_with_its_line(self):
        self.assert_problem('resource "aws_sqs_queue" "a" {\n  name = "a"\n  kms_key = "b"\n}\n', "3: aws_sqs_queue.a", "'kms_key' is unknown")

    def test_an_attribute_that_can_only_be_read(self):
        self.assert_problem('resource "aws_sqs_queue" "a" {\n  arn = "b"\n}\n', "can be read but not set")

    def test_a_missing_required_argument(self):
        self.assert_problem('resource "aws_subnet" "a" {\n  cidr_block = "10.0.0.0/24"\n}\n', "1: aws_subnet.a", "required argument 'vpc_id' is missing")

    def test_a_missing_required_block_and_nested_argument(self):
        self.assert_problem('resource "aws_s3_bucket_versioning" "a" {\n  bucket = "b"\n}\n', "required block 'versioning_configuration' is missing")
        self.assert_problem(
            'resource "aws_s3_bucket_versioning" "a" {\n  bucket = "b"\n  versioning_configuration {\n  }\n}\n',
            "3: aws_s3_bucket_versioning.a",
            "'status' in versioning_configuration is missing",
        )

    def test_an_unknown_nested_argument_and_block(self):
        text = 'resource "aws_s3_bucket_versioning" "a" {\n  bucket = "b"\n  versioning_configuration {\n    status = "Enabled"\n    %s\n  }\n}\n'
        self.assert_problem(text % "state = 1", "5: aws_s3_bucket_versioning.a", "'state' in versioning_configuration is unknown; did you mean 'status'?")
        self.assert_problem(text % "more {}", "the block 'more' in versioning_configuration is unknown")

    def test_a_block_given_twice(self):
        block = '  versioning_configuration {\n    status = "Enabled"\n  }\n'
        self.assert_problem(f'resource "aws_s3_bucket_versioning" "a" {{\n  bucket = "b"\n{block}{block}}}\n', "6: ", "only once")

    def test_blocks_and_arguments_are_told_apart(self):
        self.assert_problem('resource "aws_sqs_queue" "a" {\n  tags {\n    a = "b"\n  }\n}\n', "'tags' is an argument, not a block")
        self.assert_problem('resource "aws_s3_bucket_versioning" "a" {\n  bucket = "b"\n  versioning_configuration = { status = "x" }\n}\n', "is a block, not an argument")

    def test_objects_of_an_assignable_block_are_judged(self):
        self.assert_problem('resource "aws_security_group" "a" {\n  ingress = [{\n    form_port = 1\n  }]\n}\n', "3: ", "'form_port' in ingress is unknown")

    def test_a_dynamic_block_is_judged(self):
        text = 'resource "aws_autoscaling_group" "a" {\n  min_size = 0\n  max_size = 1\n  dynamic "tag" {\n    for_each = []\n    content {\n      key = 1\n      value = 2\n    }\n  }\n}\n'
        self.assert_problem(text, "'propagate_at_launch' in tag is missing")

    def test_literals_of_the_wrong_type(self):
        for line, words in [
            ('name = ["a"]', "wants a string, not a list"),
            ('visibility_timeout_seconds = "a minute"', "wants a number"),
            ("fifo_queue = 3", "wants true or false"),
            ('tags = "a"', "wants a map"),
            ("tags = [1]", "wants a map, not a list"),
        ]:
            with self.subTest(line):
                self.assert_problem(f'resource "aws_sqs_queue" "a" {{\n  {line}\n}}\n', words)

    def test_indexed_literals_and_comprehensions_are_not_literals(self):
        self.assertEqual(self.problems('resource "aws_sqs_queue" "a" {\n  name = ["a", "b"][0]\n  tags = { for k in ["a"] : k => k }\n}\n'), [])

    def test_dangling_references(self):
        for value, words in [
            ("aws_kms_key.gone.arn", "refers to aws_kms_key.gone, which is not declared"),
            ('"${data.aws_region.gone.name}"', "refers to data.aws_region.gone"),
            ("var.gone", "the variable 'gone'"),
            ('"x-${local.gone}"', "the local value 'gone'"),
            ("aws_sqs_queue.b.urn", "has no such attribute"),
        ]:
            with self.subTest(value):
                self.assert_problem(f'resource "aws_sqs_queue" "a" {{\n  name = {value}\n}}\nresource "aws_sqs_queue" "b" {{}}\n', "2: aws_sqs_queue.a", words)

    def test_a_reference_inside_a_nested_block_and_a_here_document(self):
        self.assert_problem('resource "aws_sqs_queue" "a" {\n  policy = <<EOT\n{"a": "${aws_sqs_queue.gone.arn}"}\nEOT\n}\n', "aws_sqs_queue.gone")
        self.assert_problem('resource "aws_s3_bucket_versioning" "a" {\n  bucket = "b"\n  versioning_configuration {\n    status = var.gone\n  }\n}\n', "4: ", "'gone'")

    def test_duplicates(self):
        self.assert_problem('resource "aws_sqs_queue" "a" {\n  name = "a"\n  name = "b"\n}\n', "3: ", "given twice; first on line 2")
        self.assert_problem('resource "aws_sqs_queue" "a" {}\nresource "aws_sqs_queue" "a" {}\n', "2: aws_sqs_queue.a", "declared twice")

    def test_text_that_is_not_hcl_says_where(self):
        for text, words in [
            ('resource "aws_sqs_queue" "a" {\n  name = "a\n}\n', "not closed"),
            ('resource "aws_sqs_queue" "a" {\n', "not closed"),
            ('resource "aws_sqs_queue" "a" {\n  tags = {\n', "not closed"),
            ("= 3\n", "expected a name"),
        ]:
            with self.subTest(text):
                found = self.problems(text)
                self.assertTrue(any(words in problem[3] for problem in found), found)


class Structure(unittest.TestCase):
    def test_lines_labels_and_order(self):
        file = hcl.parse('a = 1\n/* two\nlines */\nb "x" y {\n  c = [\n    1, # one }\n  ]\n  d {}\n}\n')
        self.assertEqual([(found.name, found.line) for found in file.attributes], [("a", 1)])
        block = file.blocks[0]
        self.assertEqual((block.kind, block.labels, block.line), ("b", ["x", "y"], 4))
        self.assertEqual([(found.name, found.line) for found in block.attributes], [("c", 5)])
        self.assertEqual([(found.kind, found.line) for found in block.blocks], [("d", 8)])

    def test_code_is_told_from_text(self):
        parts = " ".join(hcl.code_parts('f("text ${a.b["${c.d}"]} $${no.no}", e.f)'))
        for word in ("a.b", "c.d", "e.f"):
            self.assertIn(word, parts)
        self.assertNotIn("text", parts)
        self.assertNotIn("no.no", parts)


if __name__ == "__main__":
    unittest.main()
