"""Parts of the guide that the binary writes: tables of manifest keys, and the reference of all commands.

They stand between `<!-- generated: WHAT -->` and `<!-- end -->`, and are compared with what the binary says now.
"""

import json
import math
import re
import subprocess

PART = re.compile(r"(<!-- generated: ([\w ]+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def ask(tokenpark, *words):
    return subprocess.run([tokenpark, *words], capture_output=True, text=True, check=True).stdout


def check(tokenpark, files, root, write):
    """Compares every generated part, or renews it; what is stale, in sentences."""
    stale = []
    for path in files:
        text = path.read_text()
        renewed = PART.sub(lambda part: part[1] + make(tokenpark, part[2]) + part[4], text)
        if renewed != text and write:
            path.write_text(renewed)
        elif renewed != text:
            stale.append(f"{path.relative_to(root)}: generated parts are stale: `just guide --write`")
    return stale


def make(tokenpark, what):
    kind, _, rest = what.partition(" ")
    if kind == "keys":
        return "\n" + keys(json.loads(ask(tokenpark, "schema")), rest) + "\n"
    if kind == "commands":
        return "\n" + overview(tokenpark) + "\n"
    return "\n" + "\n".join(reference(tokenpark, name) for name, _ in commands(tokenpark)) + "\n"


def fill(path, line, output):
    """Puts an output below a line, counted from 1; how many lines that is."""
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:line] + [output] + lines[line:]))
    return output.count("\n")


# Commands.


def commands(tokenpark, *parent):
    """The names and sentences of all commands, those with commands of their own spelled out."""
    listed = re.search(r"Commands:\n(.*?)\n\n", ask(tokenpark, *parent, "--help"), re.DOTALL)
    for line in listed[1].splitlines():
        name, about = re.match(r"  (\S+) +(.*)", line).groups()
        if name == "help":
            continue
        if "\nCommands:\n" in ask(tokenpark, *parent, name, "--help"):
            yield from commands(tokenpark, *parent, name)
        else:
            yield " ".join([*parent, name]), about


def overview(tokenpark):
    rows = [f"| [`{name}`](#{name.replace(' ', '-')}) | {cell(about)} |" for name, about in commands(tokenpark)]
    return "\n".join(["| command | what it does |", "|---|---|", *rows]) + "\n"


def reference(tokenpark, name):
    """Usage and options of one command."""
    text = ask(tokenpark, *name.split(), "-h")
    usage = re.search(r"Usage: (.*)", text)[1]
    rows = []
    for section in re.findall(r"(?:Arguments|Options):\n(.*?)(?:\n\n|\Z)", text, re.DOTALL):
        for line in section.splitlines():
            option = re.match(r" +((?:-\w, )?(?:--[\w-]+)?(?: ?[<\[][^>\]]*[>\]](?:\.\.\.)?)?)  +(.*)", line)
            if option and not option[1].startswith("-h"):
                rows.append(f"| `{cell(option[1])}` | {cell(option[2])} |")
    table = ["| argument | meaning |", "|---|---|", *rows, ""] if rows else []
    return "\n".join([f"### {name}", "", f"`{usage}`", "", *table])


def cell(text):
    """A bar would end the cell."""
    return text.strip().replace("|", "\\|")


# Keys of manifests.


def keys(schema, section):
    table = schema if section == "top" else schema["properties"][section]
    entries = {name: entry for name, entry in table["properties"].items() if "properties" not in entry}
    rows = []
    for name in sorted(entries, key=lambda name: ("default" in entries[name], name)):
        entry = entries[name]
        default = f"`{toml(entry['default'])}`" if "default" in entry else missing(schema, section, name)
        rows.append(f"| `{name}` | {allowed(entry)} | {default} | {cell(entry['description'])} |")
    return "\n".join(["| key | allowed | default | meaning |", "|---|---|---|---|", *rows]) + "\n"


def missing(schema, section, name):
    """What a key without a default is: required, or optional."""
    required = schema["required"] if section == "top" else [
        key for part in (schema["then"], schema["else"]) for given in part["allOf"] for key in
        given["anyOf"][0]["properties"].get(section, {}).get("required", [])
    ]  # fmt: skip
    return "required" if name in required else "–"


def toml(value):
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(toml(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def number(value):
    if value == 2**63 - 1:
        return "2^63 − 1"
    if abs(value) == math.pi:
        return "π"
    return f"{value:,}" if isinstance(value, int) and abs(value) < 10**9 else f"{value:g}".replace("e+0", "e").replace("e+", "e")


def bounds(entry):
    low, high = entry.get("minimum", entry.get("exclusiveMinimum")), entry.get("maximum", entry.get("exclusiveMaximum"))
    if low is None and high is None:
        return "number"
    if "exclusiveMinimum" not in entry:
        return f"{number(low)} to {number(high)}"
    return f"above {number(low)}, " + ("below " if "exclusiveMaximum" in entry else "up to ") + number(high)


def allowed(entry):
    """What a schema allows, in words."""
    if "$ref" in entry:
        return {"matrix": "a [matrix](#matrices)", "separation": "above 0, up to 1e300, or an [expression](#centres)"}.get(
            entry["$ref"].rsplit("/", 1)[1], "a matrix of its own shape")  # fmt: skip
    if "allOf" in entry:
        return allowed(entry["allOf"][0])
    if "anyOf" in entry:
        return ", ".join(dict.fromkeys(allowed(part) for part in entry["anyOf"]))
    if "const" in entry:
        return f"`{toml(entry['const'])}`"
    if "enum" in entry:
        return ", ".join(f"`{toml(word)}`" for word in entry["enum"])
    kind = entry["type"]
    if kind == "object":
        return inline(entry)
    if kind == "array":
        items = entry["items"]
        return f"a list of {allowed(items)}" if "enum" in items or items["type"] == "object" else "a list: " + listed(items)
    if kind == "string":
        return "lowercase letters, digits, hyphens inside" if "pattern" in entry else "text"
    return ("whole, " if kind == "integer" else "") + bounds(entry)


def inline(entry):
    """A table on one line, its optional keys in brackets."""
    required = entry.get("required", [])
    parts = [f"{key} = {listed(value)}" for key, value in entry["properties"].items() if key in required]
    optional = [f"[, {key} = {listed(value)}]" for key, value in entry["properties"].items() if key not in required]
    return ("`{ " + ", ".join(parts) + "".join(optional) + " }`").replace("{ [, ", "{ [")


def listed(entry):
    """A short word for a value inside another."""
    if "$ref" in entry:
        return "MATRIX"
    if "const" in entry:
        return toml(entry["const"])
    if "enum" in entry:
        return "|".join(toml(word) for word in entry["enum"]).replace("|", "\\|")
    if "anyOf" in entry:
        return listed(entry["anyOf"][0])
    return {"array": "[..]", "integer": "N", "number": "X", "string": '".."', "object": "{..}", "boolean": "true"}[entry["type"]]
