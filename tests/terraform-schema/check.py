#!/usr/bin/env python3
"""Judges exported Terraform by the real provider's schema, without the provider and without a network.

    tests/terraform-schema/check.py DIR...      prints `FILE:LINE: ADDRESS: problem` for each; exit 1 where there is any

What is judged, for every *.tf file of each folder (one folder is one Terraform module):
- every resource and data type, argument and nested block is in schema.json, written as a block or as an argument as the provider wants it;
- required arguments and blocks are there; what may be there once is there once; a literal has the type of its argument;
- every reference (`aws_kms_key.main.arn`, `data.…`, `var.…`, `local.…`) leads to something declared in the folder, and to an attribute
  that its type has; no address and no argument is there twice.

A folder without any resource is a problem too: an empty export must not pass.
"""

import argparse
import difflib
import json
import pathlib
import re
import sys

import hcl

SCHEMA = pathlib.Path(__file__).resolve().parent / "schema.json"
META_ARGUMENTS = {"count", "for_each", "provider", "depends_on"}
META_BLOCKS = {"lifecycle", "provisioner", "connection"}
REFERENCE = re.compile(
    r"(?<![\w.-])(?:(?P<data>data)\.)?(?P<type>aws_\w+)\.(?P<name>[A-Za-z_][\w-]*)(?:\[[^\]]*\])?(?:\.(?P<attribute>[A-Za-z_]\w*))?"
)
VARIABLE = re.compile(r"(?<![\w.-])(?P<kind>var|local)\.(?P<name>[A-Za-z_][\w-]*)")


class Module:
    """One folder of Terraform: what it declares, and the problems found in it."""

    def __init__(self, folder, types):
        self.folder, self.types = pathlib.Path(folder), types
        self.declared, self.names = {}, {"var": set(), "local": set()}
        self.problems = []
        self.file = None

    def problem(self, line, address, text):
        """Notes one problem at a line of the present file."""
        self.problems.append((str(self.file), line, address, text))

    def check(self):
        """Judges the folder; returns its problems, sorted by file and line."""
        files = []
        for path in sorted(self.folder.glob("*.tf")):
            self.file = path
            try:
                files.append((path, hcl.parse(path.read_text(encoding="utf-8"))))
            except hcl.HclError as error:
                self.problem(error.line, "-", error.text)
        for path, file in files:
            self.file = path
            self.declare(file)
        for path, file in files:
            self.file = path
            for attribute in file.attributes:
                self.problem(attribute.line, "-", f"the argument {attribute.name!r} stands outside of any block")
            for block in file.blocks:
                self.judge(block)
        if not any(kind == "resource" for kind, _, _ in self.declared):
            self.file = self.folder
            self.problem(0, "-", "no resource in any *.tf file of this folder: nothing could be judged")
        return sorted(set(self.problems))

    def declare(self, file):
        """Notes what a file declares, so that references can be followed whatever the order."""
        for block in file.blocks:
            if block.kind in ("resource", "data"):
                if len(block.labels) != 2:
                    self.problem(block.line, " ".join(block.labels), f"a {block.kind} has two labels, its type and its name")
                    continue
                key = (block.kind, *block.labels)
                if key in self.declared:
                    first = self.declared[key]
                    self.problem(block.line, address_of(block), f"declared twice; first at {first[0]}:{first[1]}")
                self.declared.setdefault(key, (self.file.name, block.line))
            elif block.kind == "variable":
                self.names["var"].update(block.labels)
            elif block.kind == "locals":
                self.names["local"].update(attribute.name for attribute in block.attributes)

    def judge(self, block):
        """Judges one block at the top of a file."""
        address = address_of(block)
        self.follow(block, address)
        if block.kind not in ("resource", "data") or len(block.labels) != 2:
            return
        schema = self.types.get(f"{block.kind} {block.labels[0]}")
        if schema is None:
            self.problem(block.line, address, f"the {block.kind} type {block.labels[0]!r} is not in schema.json{self.similar_type(block)}")
            return
        self.body(block, schema, address, [])

    def similar_type(self, block):
        """A hint for an unknown type."""
        known = [name.split()[1] for name in self.types if name.startswith(block.kind)]
        return hint(block.labels[0], known) or " (if the provider has it, add it to types.txt and run extract.py)"

    def body(self, block, schema, address, path):
        """Judges the arguments and nested blocks of one body against one part of the schema."""
        if schema.get("any"):
            return
        arguments, blocks = schema.get("arguments", {}), schema.get("blocks", {})
        where = f" in {'.'.join(path)}" if path else ""
        seen = {}
        for attribute in block.attributes:
            name = attribute.name
            if name in seen:
                self.problem(attribute.line, address, f"the argument {name!r}{where} is given twice; first on line {seen[name]}")
            seen.setdefault(name, attribute.line)
            if name in arguments:
                wrong = mismatch(arguments[name].rstrip("!"), attribute.expression)
                if wrong:
                    self.problem(attribute.line, address, f"the argument {name!r}{where} {wrong}")
            elif name in blocks:
                self.assigned(attribute, blocks[name], address, [*path, name], where)
            elif path or name not in META_ARGUMENTS:
                kept = schema.get("attributes", [])
                text = "can be read but not set" if name in kept else f"is unknown{hint(name, [*arguments, *blocks])}"
                self.problem(attribute.line, address, f"the argument {name!r}{where} {text}")
        counts = self.nested(block, schema, address, path, where)
        for name, kind in sorted(arguments.items()):
            # A part that the source leaves open may be written as an argument or as a block.
            if kind.endswith("!") and name not in seen and not (kind == "any!" and counts.get(name)):
                self.problem(block.line, address, f"the required argument {name!r}{where} is missing")
        for name, nested in sorted(blocks.items()):
            if nested.get("required") and not counts.get(name) and name not in seen:
                self.problem(block.line, address, f"the required block {name!r}{where} is missing")

    def nested(self, block, schema, address, path, where):
        """Judges the nested blocks of a body; returns how often each name is there."""
        arguments, blocks = schema.get("arguments", {}), schema.get("blocks", {})
        counts = {}
        for inner in block.blocks:
            name, content = inner.kind, inner
            if name == "dynamic" and inner.labels:
                name = inner.labels[0]
                content = next((found for found in inner.blocks if found.kind == "content"), None)
                if content is None:
                    self.problem(inner.line, address, f"the dynamic block {name!r}{where} has no content")
                    continue
            elif not path and name in META_BLOCKS:
                continue
            counts[name] = counts.get(name, 0) + 1
            if name in blocks:
                if counts[name] == 2 and blocks[name].get("single"):
                    self.problem(inner.line, address, f"the block {name!r}{where} may be there only once")
                self.body(content, blocks[name], address, [*path, name])
            elif name in arguments and arguments[name].rstrip("!") == "any":
                continue
            elif name in arguments:
                self.problem(inner.line, address, f"{name!r}{where} is an argument, not a block: write `{name} = …`")
            else:
                self.problem(inner.line, address, f"the block {name!r}{where} is unknown{hint(name, [*blocks, *arguments])}")
        return counts

    def assigned(self, attribute, schema, address, path, where):
        """Judges a nested block that was written as an argument."""
        if not schema.get("assignable"):
            self.problem(attribute.line, address, f"{attribute.name!r}{where} is a block, not an argument: write `{attribute.name} {{ … }}`")
            return
        for item in hcl.objects(attribute.expression, attribute.line) or []:
            self.body(item, schema, address, path)

    def follow(self, block, address):
        """Follows the references of a block, at every depth."""
        for attribute in block.attributes:
            for part in hcl.code_parts(attribute.expression):
                self.references(part, attribute.line, address)
        for inner in block.blocks:
            self.follow(inner, address)

    def references(self, code, line, address):
        """Judges the references in one piece of code."""
        for match in VARIABLE.finditer(code):
            if match["name"] not in self.names[match["kind"]]:
                word = "variable" if match["kind"] == "var" else "local value"
                self.problem(line, address, f"refers to the {word} {match['name']!r}, which is not declared")
        for match in REFERENCE.finditer(code):
            kind = "data" if match["data"] else "resource"
            target = f"{'data.' if match['data'] else ''}{match['type']}.{match['name']}"
            if (kind, match["type"], match["name"]) not in self.declared:
                self.problem(line, address, f"refers to {target}, which is not declared in this folder")
                continue
            schema, attribute = self.types.get(f"{kind} {match['type']}"), match["attribute"]
            if schema is None or attribute is None:
                continue
            readable = {*schema.get("arguments", {}), *schema.get("blocks", {}), *schema.get("attributes", [])}
            if attribute not in readable:
                self.problem(line, address, f"refers to {target}.{attribute}, but {match['type']} has no such attribute{hint(attribute, readable)}")


def address_of(block):
    """The address of a top block, as Terraform writes it."""
    if block.kind == "resource":
        return ".".join(block.labels)
    return ".".join([block.kind, *block.labels])


def hint(name, known):
    """`; did you mean …?` where a known name is close."""
    close = difflib.get_close_matches(name, sorted(known), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def mismatch(kind, expression):
    """What is wrong with a literal for an argument of this type, or nothing. What is not a literal passes."""
    first = expression[:1]
    quoted = re.fullmatch(r'"((?:[^"\\$%]|\\.)*)"', expression)
    literal = bool(quoted) or bool(re.fullmatch(r"-?[\d.]+|true|false", expression))
    if kind in ("string", "number", "bool"):
        if first == "[" and is_whole(expression) or first == "{" and is_whole(expression):
            return f"wants a {kind}, not a {'list' if first == '[' else 'map'}"
        if kind == "number" and quoted and not re.fullmatch(r"-?\d+(\.\d+)?", quoted.group(1)):
            return f"wants a number, not {expression}"
        if kind == "number" and expression in ("true", "false"):
            return f"wants a number, not {expression}"
        if kind == "bool" and literal and expression.strip('"') not in ("true", "false"):
            return f"wants true or false, not {expression}"
    if kind in ("list", "set", "map"):
        if literal:
            return f"wants a {kind}, not {expression}"
        if kind == "map" and first == "[" and is_whole(expression):
            return "wants a map, not a list"
        if kind != "map" and first == "{" and is_whole(expression):
            return f"wants a {kind}, not a map"
    return None


def is_whole(expression):
    """Whether one bracket holds the whole expression: not so for `[…][0]` or `{…}.key`."""
    scanner = hcl.Scanner(expression)
    scanner.bracketed()
    return scanner.at == len(expression) and not re.match(r"[\[{]\s*for\b", expression)


def load_types():
    """The types of schema.json."""
    return json.loads(SCHEMA.read_text(encoding="utf-8"))["types"]


def check(folder, types):
    """The problems of one folder: (file, line, address, text)."""
    return Module(folder, types).check()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("folders", nargs="+", metavar="DIR", help="a folder with exported *.tf files")
    arguments = parser.parse_args()
    types, count = load_types(), 0
    for folder in arguments.folders:
        for file, line, address, text in check(folder, types):
            print(f"{file}:{line}: {address}: {text}")
            count += 1
    print(f"terraform-schema: {count} problem{'' if count == 1 else 's'} in {len(arguments.folders)} folder{'' if len(arguments.folders) == 1 else 's'}")
    sys.exit(1 if count else 0)


if __name__ == "__main__":
    main()
