"""Parts of manifests, put into the smallest manifest there is so that they can be checked."""

import re

SMALLEST = """
schema = 1
name = "fragment"
seed = 1

[model]
tokens = 20
dimension = 2
beta = 9.0

[integrate]
until = 10.0
"""
PARKING = """
schema = 1
kind = "parking"
name = "fragment"
seed = 1

[parking]
space = "circle"
separation = 0.5
"""


def sections(text):
    """The lines of each section, in order; `""` is what stands above the first."""
    parts, current = {"": []}, ""
    for line in text.strip().splitlines():
        header = re.match(r"\[+[a-z.]+\]+", line)
        if header:
            current = header.group(0)
            # Another entry of a list of tables is another section.
            current += " " * sum(key.strip() == current for key in parts) if current.startswith("[[") else ""
            parts.setdefault(current, [])
        else:
            parts[current].append(line)
    return parts


def key(line):
    match = re.match(r'([a-z_]+|"[a-z._]+") *=', line)
    return match.group(1) if match else None


def complete(fragment):
    """A whole manifest: the smallest one, with the fragment's keys in place of its own."""
    ours = sections(fragment)
    parking = "[parking]" in ours or any('"parking.' in line for lines in ours.values() for line in lines)
    whole = sections(PARKING if parking else SMALLEST)
    for name, lines in ours.items():
        given = {key(line) for line in lines}
        kept = [line for line in whole.get(name, []) if key(line) is None or key(line) not in given]
        whole[name] = [line for line in kept if line] + lines
    return "".join("\n".join([name.strip(), *lines]).strip() + "\n\n" for name, lines in whole.items())
