"""Fenced blocks of a Markdown file, with their places and what they shall do."""

import dataclasses
import re

FENCE = re.compile(r"^(`{3,})([^`\n]*)$")


@dataclasses.dataclass
class Block:
    path: str
    line: int  # of the opening fence, from 1
    language: str
    options: dict  # `exit=2` as {"exit": "2"}, `formula` as {"formula": ""}
    lines: list
    expected: "Block | None" = None  # a plain text block right after this one is what it prints

    @property
    def text(self):
        return "".join(line + "\n" for line in self.lines)

    @property
    def place(self):
        return f"{self.path}:{self.line}"


def parse(path, text):
    """All fenced blocks of a file; text blocks without options become the expectation of the block before."""
    blocks, fence, current = [], None, None
    for number, line in enumerate(text.splitlines(), 1):
        match = FENCE.match(line)
        if fence is None and match:
            words = match.group(2).split()
            options = dict(word.partition("=")[::2] for word in words[1:])
            current = Block(path, number, words[0] if words else "", options, [])
            fence = match.group(1)
        elif fence is not None and line == fence:
            blocks.append(current)
            fence = None
        elif fence is not None:
            current.lines.append(line)
    if fence is not None:
        raise SystemExit(f"{current.place}: the block is not closed")
    return expectations(blocks)


def expectations(blocks):
    kept = []
    for block in blocks:
        before = kept[-1] if kept else None
        prints = before and before.expected is None and before.language in ("sh", "python", "sql", "rust", "r")
        if block.language == "text" and not block.options and prints:
            before.expected = block
        else:
            kept.append(block)
    return kept


# What differs between machines and versions, and what it is taken for.
VARYING = [
    (re.compile(r"\b[0-9a-f]{16}\b"), "FINGERPRINT"),
    (re.compile(r"\b\d{4}-\d\d-\d\dT[\d:]+Z"), "DATE"),
    (re.compile(r"\b\d[\d.]* (?:ms|s|min(?: \d+ s)?|h(?: \d+ min)?)\b"), "TIME"),
    (re.compile(r"\b\d[\d.]* (?:B|kB|MB|GB)\b"), "SIZE"),
    (re.compile(r"\bon \d+ threads?\b"), "on THREADS"),
]


def settled(line):
    for pattern, word in VARYING:
        line = pattern.sub(word, line)
    return line.rstrip()


def matches(found, expected):
    """Whether lines are as expected: `…` stands for anything within a line, a line of `…` for any lines."""
    found, expected = [settled(line) for line in found], [settled(line) for line in expected]
    pattern = ""
    for line in expected:
        if line.strip() == "…":
            pattern += r"(?:[^\n]*\n)*?"
        else:
            pattern += r"[^\n]*?".join(re.escape(part) for part in line.split("…")) + r"\n"
    text = "".join(line + "\n" for line in found)
    return re.fullmatch(pattern, text) is not None


def commands(block):
    """The commands of a console block, each with its line in the file and the lines that it shall print."""
    found = []
    for offset, line in enumerate(block.lines, 1):
        if line.startswith("$ "):
            found.append((block.line + offset, line[2:], []))
        elif found:
            found[-1][2].append(line)
        else:
            raise SystemExit(f"{block.place}: a console block begins with `$ command`")
    return found
