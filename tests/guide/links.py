"""Links of the guide and the README: files, anchors, chapters in the summary, and paths in backquotes."""

import re

LINK = re.compile(r"\]\(([^)\s]+)\)")
PATH = re.compile(r"`((?:crates|docs|experiments|examples|tests|schemas|store|\.ci)/[A-Za-z0-9_./-]+)`")


def chapters(root):
    """The chapters in the order of the summary."""
    summary = (root / "docs/src/SUMMARY.md").read_text()
    listed = [root / "docs/src" / target for target in LINK.findall(summary)]
    missing = [path.name for path in listed if not path.is_file()]
    if missing:
        raise SystemExit(f"docs/src/SUMMARY.md lists {', '.join(missing)}, and there is no such file")
    return listed


def prose(path):
    """The text without fenced blocks."""
    return re.sub(r"^(`{3,})[^\n]*\n.*?^\1$", "", path.read_text(), flags=re.MULTILINE | re.DOTALL)


def anchors(path):
    """The anchors of the headings, as GitHub and mdBook make them."""
    found, counts = set(), {}
    for heading in re.findall(r"^#+ +(.+)$", prose(path), re.MULTILINE):
        words = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).lower()
        slug = re.sub(r"[^\w\- ]", "", words).strip().replace(" ", "-")
        count = counts.get(slug, 0)
        counts[slug] = count + 1
        found.add(f"{slug}-{count}" if count else slug)
    return found


def check(root):
    """What is wrong, in sentences."""
    wrong = []
    listed = chapters(root)
    unlisted = set((root / "docs/src").glob("*.md")) - set(listed) - {root / "docs/src/SUMMARY.md"}
    wrong += [f"{path.relative_to(root)} is not in SUMMARY.md" for path in sorted(unlisted)]
    for path in [*listed, root / "docs/src/SUMMARY.md", root / "docs/README.md", root / "README.md", root / "CONTRIBUTING.md"]:
        name, text = path.relative_to(root), prose(path)
        for link in LINK.findall(text):
            if re.match(r"[a-z]+:", link):
                continue
            target, _, anchor = link.partition("#")
            file = (path.parent / target).resolve() if target else path
            if not file.exists():
                wrong.append(f"{name}: no file {link}")
            elif anchor and file.suffix == ".md" and anchor not in anchors(file):
                wrong.append(f"{name}: no heading {link}")
        if name.parts[0] == "docs":
            wrong += [f"{name}: no file `{file}`" for file in PATH.findall(text) if not (root / file).exists()]
    return wrong
