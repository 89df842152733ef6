"""Reads the structure of HCL: blocks, their labels, and attributes with the text of their expression and their line.

It exists beside the Python libraries for HCL because those lose what `check.py` judges by: whether a name was written as a block or as an
attribute, and on which line. It reads structure only; an expression stays text, of which `code_parts` gives what is not inside a string.

Invariant: what it cannot read is an `HclError` with a line, never skipped.
"""

import re

IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
HEREDOC = re.compile(r"<<(-?)([A-Za-z_][A-Za-z0-9_]*)\r?\n")
CLOSING = {"(": ")", "[": "]", "{": "}"}


class HclError(Exception):
    """Text that is not HCL as this reader knows it; carries the line."""

    def __init__(self, line, text):
        super().__init__(f"line {line}: {text}")
        self.line = line
        self.text = text


class Attribute:
    """`name = expression`, with the expression as text and the line of the name."""

    def __init__(self, name, expression, line):
        self.name, self.expression, self.line = name, expression, line


class Block:
    """`type "label" { … }`: its labels, attributes and nested blocks in the order of the file, and the line of its type."""

    def __init__(self, kind, labels, line):
        self.kind, self.labels, self.line = kind, labels, line
        self.attributes, self.blocks = [], []

    def attribute(self, name):
        """The attribute of that name, or nothing."""
        return next((found for found in self.attributes if found.name == name), None)


class Scanner:
    """Walks over one text; every method leaves the position after what it has read."""

    def __init__(self, text):
        self.text, self.at = text, 0

    def line(self, at=None):
        """The line number of a position, from one."""
        return self.text.count("\n", 0, self.at if at is None else at) + 1

    def fail(self, text):
        """Stops with the present line."""
        raise HclError(self.line(), text)

    def peek(self):
        """The next character, or the empty string at the end."""
        return self.text[self.at : self.at + 1]

    def skip_comment(self):
        """Skips one comment; says whether there was one. The end of the line stays."""
        if self.text.startswith("#", self.at) or self.text.startswith("//", self.at):
            end = self.text.find("\n", self.at)
            self.at = len(self.text) if end < 0 else end
            return True
        if self.text.startswith("/*", self.at):
            end = self.text.find("*/", self.at)
            if end < 0:
                self.fail("a comment is not closed")
            self.at = end + 2
            return True
        return False

    def skip_space(self, newlines=True):
        """Skips white space and comments."""
        space = " \t\r\n" if newlines else " \t\r"
        while self.at < len(self.text):
            if self.peek() in space:
                self.at += 1
            elif not self.skip_comment():
                return

    def identifier(self):
        """One identifier."""
        match = IDENTIFIER.match(self.text, self.at)
        if not match:
            self.fail(f"expected a name, found {self.text[self.at : self.at + 20]!r}")
        self.at = match.end()
        return match.group()

    def string(self):
        """A quoted string with its templates; returns the text between the quotes, as written."""
        start = self.at
        self.at += 1
        while True:
            char = self.peek()
            if not char or char == "\n":
                self.at = start
                self.fail("a string is not closed")
            if char == "\\":
                self.at += 2
            elif self.text.startswith(("$${", "%%{"), self.at):
                self.at += 3
            elif self.text.startswith(("${", "%{"), self.at):
                self.at += 1
                self.bracketed()
            elif char == '"':
                self.at += 1
                return self.text[start + 1 : self.at - 1]
            else:
                self.at += 1

    def heredoc(self, match):
        """A here document up to the end of its last line."""
        ending = re.compile(rf"^[ \t]*{match.group(2)}[ \t]*\r?$", re.MULTILINE).search(self.text, match.end())
        if not ending:
            self.fail(f"the here document {match.group(2)} is not closed")
        self.at = ending.end()

    def step(self):
        """Passes one unit inside an expression: a string, a here document, a bracket with all in it, a comment, or one character."""
        char = self.peek()
        heredoc = HEREDOC.match(self.text, self.at)
        if char == '"':
            self.string()
        elif heredoc:
            self.heredoc(heredoc)
        elif char in CLOSING:
            self.bracketed()
        elif not self.skip_comment():
            self.at += 1

    def bracketed(self):
        """A bracket with everything up to the one that closes it."""
        start, closing = self.at, CLOSING[self.peek()]
        self.at += 1
        while self.peek() != closing:
            if not self.peek():
                self.at = start
                self.fail(f"{self.text[start]!r} is not closed")
            if self.peek() in ")]}":
                self.fail(f"{self.peek()!r} closes nothing")
            self.step()
        self.at += 1

    def expression(self, ends):
        """The text of an expression up to one of the characters `ends` outside of any bracket or string."""
        start = self.at
        while self.peek() and self.peek() not in ends:
            self.step()
        return self.text[start : self.at].strip()

    def body(self, block, top):
        """The content of a block, up to its closing bracket or, at the top, the end of the text."""
        while True:
            self.skip_space()
            if not self.peek():
                if top:
                    return
                self.fail(f"the block {block.kind!r} is not closed")
            if self.peek() == "}" and not top:
                self.at += 1
                return
            line = self.line()
            name = self.identifier()
            self.skip_space(newlines=False)
            if self.peek() == "=" and not self.text.startswith("==", self.at):
                self.at += 1
                self.skip_space(newlines=False)
                expression = self.expression("\n" if top else "\n}")
                if not expression:
                    self.fail(f"{name!r} has no value")
                block.attributes.append(Attribute(name, expression, line))
                continue
            labels = []
            while self.peek() != "{":
                labels.append(self.string() if self.peek() == '"' else self.identifier())
                self.skip_space(newlines=False)
            self.at += 1
            nested = Block(name, labels, line)
            self.body(nested, top=False)
            block.blocks.append(nested)


def parse(text):
    """The whole file as a block without a name."""
    file = Block("", [], 1)
    Scanner(text).body(file, top=True)
    return file


def objects(expression, line):
    """The object literals of a list such as `[{ a = 1 }]` as blocks, or nothing where the expression is not such a literal."""
    scanner = Scanner(expression)
    if scanner.peek() != "[":
        return None
    scanner.at += 1
    found = []
    while True:
        scanner.skip_space()
        if scanner.peek() == "]":
            return found
        if scanner.peek() != "{":
            return None
        scanner.at += 1
        item = Block("{}", [], line + scanner.line() - 1)
        while True:
            scanner.skip_space()
            if scanner.peek() == "}":
                scanner.at += 1
                break
            at = line + scanner.line() - 1
            name = scanner.string() if scanner.peek() == '"' else scanner.identifier()
            scanner.skip_space(newlines=False)
            if scanner.peek() not in "=:":
                scanner.fail("expected `=` in an object")
            scanner.at += 1
            scanner.skip_space(newlines=False)
            item.attributes.append(Attribute(name, scanner.expression(",\n}"), at))
            if scanner.peek() == ",":
                scanner.at += 1
        found.append(item)
        scanner.skip_space()
        if scanner.peek() == ",":
            scanner.at += 1


def code_parts(expression):
    """Yields the parts of an expression that are code: all outside of strings, and what templates inside of strings hold."""
    scanner = Scanner(expression)
    start = 0
    while scanner.peek():
        heredoc = HEREDOC.match(expression, scanner.at)
        if scanner.peek() != '"' and not heredoc:
            if not scanner.skip_comment():
                scanner.at += 1
            continue
        yield expression[start : scanner.at]
        opened = scanner.at
        if heredoc:
            scanner.heredoc(heredoc)
        else:
            scanner.string()
        yield from template_parts(expression[opened : scanner.at])
        start = scanner.at
    yield expression[start:]


def template_parts(text):
    """Yields the code inside the templates of one string or here document."""
    scanner = Scanner(text)
    while scanner.peek():
        if scanner.peek() == "\\":
            scanner.at += 2
        elif text.startswith(("$${", "%%{"), scanner.at):
            scanner.at += 3
        elif text.startswith(("${", "%{"), scanner.at):
            scanner.at += 1
            opened = scanner.at
            scanner.bracketed()
            yield from code_parts(text[opened + 1 : scanner.at - 1])
        else:
            scanner.at += 1
