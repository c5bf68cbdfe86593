"""Executes every snippet of the guide and of the README, and compares what it prints.

Usage: run.py TOKENPARK EXAMPLES [--python PYTHON] [--write] [FILE..]. EXAMPLES is the folder of built Rust examples.
Every file starts in a folder of its own that looks like a fresh clone. --write renews generated tables and fills in the
output of console commands that have none.

  sh        run by bash; `exit=2` where it shall fail so
  console   `$ command`, then what it prints on both streams
  toml      a manifest, written to the file that its first line names (or its name) and checked; without `schema =` a
            part of one, put into the smallest manifest and checked
  python    run; DuckDB runs sql, Rscript r
            `file=PATH`: the whole of that file, which needs new code and is not checked
  rust      `file=PATH`: part of that file, word for word; an example is the whole of it, and run
  diff      `file=PATH`: part of a patch that applies to this checkout
  text      what the block before it prints; `formula`: for people
"""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap

import blocks
import fragments
import generated
import links

ROOT = pathlib.Path(__file__).resolve().parents[2]
CLONE = ["experiments", "examples", "docs"]
# What a file needs before its first block.
PREPARE = {
    "README.md": "sed -i 's/^replicas = .*/replicas = 20/' experiments/consumption.toml"
    " && tokenpark run experiments/consumption.toml",
}
# Blocks that are not executed, by file and first line, and why.
NOT_RUN = {
    ("README.md", "cargo run --release -p tokenpark -- reproduce"): "compiles; the stages build, tests and reproduce",
    ("docs/src/first-figure.md", "git clone https://github.com/tokenpark/tokenpark"): "needs the published repository",
    ("docs/src/first-figure.md", "cargo install --path crates/cli"): "compiles; the stage build does the same",
    ("docs/src/slurm.md", "cargo install --path store"): "compiles; the stage object store does this and what follows",
}
TIMEOUT = 120


class Failure(Exception):
    pass


class Runner:
    def __init__(self, arguments, scratch):
        self.arguments, self.scratch = arguments, scratch
        self.counts, self.skipped, self.not_run = {}, [], set()
        self.folder = None
        binaries = scratch / "bin"
        binaries.mkdir()
        (binaries / "tokenpark").symlink_to(pathlib.Path(arguments.tokenpark).resolve())
        self.environment = {
            **os.environ, "PATH": f"{binaries}:{pathlib.Path(arguments.python).parent}:{os.environ['PATH']}", "NO_COLOR": "1", "LC_ALL": "C.UTF-8",
            "MPLBACKEND": "agg", "PYTHONDONTWRITEBYTECODE": "1",
        }  # fmt: skip

    def execute(self, command, merged=False):
        streams = {"stderr": subprocess.STDOUT if merged else subprocess.PIPE}
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            text=True, timeout=TIMEOUT, **streams,
        )  # fmt: skip
        return done.returncode, done.stdout, done.stderr or ""

    def expect(self, block, code, out, err):
        wanted = int(block.options.get("exit", 0))
        if code != wanted:
            raise Failure(f"{block.place}: exit code {code}, expected {wanted}\n{out}{err}")
        if block.expected and self.arguments.write and not block.expected.lines:
            self.fill(block.path, block.expected.line, out)
        elif block.expected and not blocks.matches(out.splitlines(), block.expected.lines):
            raise Failure(f"{block.expected.place}: expected\n{block.expected.text}\nbut it printed\n{out}")

    def fill(self, path, line, output):
        self.filled += generated.fill(ROOT / path, line + self.filled, output)

    def file(self, path):
        """All blocks of a file, in order, in a folder that looks like a clone."""
        name = str(path.relative_to(ROOT))
        self.folder = self.scratch / name.replace("/", "-")
        self.folder.mkdir()
        for part in CLONE:
            shutil.copytree(ROOT / part, self.folder / part)
        text, self.filled = path.read_text(), 0
        if name in PREPARE:
            code, out, err = self.execute(["bash", "-euo", "pipefail", "-c", PREPARE[name]])
            if code:
                raise Failure(f"{name}: its preparation failed\n{out}{err}")
        for block in blocks.parse(name, text):
            reason = NOT_RUN.get((name, first_line(block)))
            if reason:
                self.not_run.add((name, first_line(block)))
                self.skipped.append(f"{block.place}: {reason}")
                continue
            run = getattr(self, f"run_{block.language}", None)
            if run is None:
                raise Failure(f"{block.place}: nobody knows how to test a block of `{block.language}`")
            if run(block) is not False:
                self.counts[block.language] = self.counts.get(block.language, 0) + 1
        self.pictures(path, text)

    def pictures(self, path, text):
        """A picture images/NAME-FIGURE.png is what the file's own blocks drew as reports/NAME/FIGURE.png, byte for byte."""
        drawn = {f"{file.parent.name}-{file.name}": file for file in self.folder.glob("reports/*/*.png")}
        for name in re.findall(r"\(images/([^)]+)\)", text):
            kept = path.parent / "images" / name
            if name not in drawn:
                raise Failure(f"{path.relative_to(ROOT)}: nothing drew images/{name}")
            if self.arguments.write:
                shutil.copy(drawn[name], kept)
            elif drawn[name].read_bytes() != kept.read_bytes():
                raise Failure(f"{path.relative_to(ROOT)}: images/{name} is not what was drawn: `just guide --write`")

    def run_sh(self, block):
        self.expect(block, *self.execute(["bash", "-euo", "pipefail", "-c", block.text]))

    def run_console(self, block):
        for line, command, expected in blocks.commands(block):
            code, out, _ = self.execute(["bash", "-euo", "pipefail", "-c", command], merged=True)
            wanted = int(block.options.get("exit", 0))
            if code != wanted:
                raise Failure(f"{block.path}:{line}: exit code {code}, expected {wanted}\n{out}")
            if not expected and out and self.arguments.write:
                self.fill(block.path, line, out)
            elif not blocks.matches(out.splitlines(), expected):
                raise Failure(f"{block.path}:{line}: expected\n" + "\n".join(expected) + f"\nbut it printed\n{out}")

    def run_toml(self, block):
        if "file" in block.options:
            if block.text != (ROOT / block.options["file"]).read_text():
                raise Failure(f"{block.place}: this is not what {block.options['file']} says")
            return
        whole = re.search(r"^schema = 1$", block.text, re.MULTILINE)
        text = block.text if whole else fragments.complete(block.text)
        named = re.match(r"# (\S+\.toml)$", block.lines[0])
        name = named.group(1) if named else re.search(r'^name = "(.+)"$', text, re.MULTILINE).group(1) + ".toml"
        (self.folder / name).write_text(text)
        self.expect(block, *self.execute(["tokenpark", "check", name]))

    def run_python(self, block):
        self.expect(block, *self.execute(["python", "-c", block.text]))

    def run_sql(self, block):
        script = "import duckdb, sys\nfor part in duckdb.extract_statements(sys.argv[1]): print(str(duckdb.sql(part.query)).rstrip())"
        self.expect(block, *self.execute(["python", "-c", script, block.text]))

    def run_r(self, block):
        package = block.options.get("needs")
        probe = f'quit(status = !requireNamespace("{package}", quietly = TRUE))'
        if shutil.which("Rscript") is None:
            self.skipped.append(f"{block.place}: there is no Rscript")
            return False
        if package and self.execute(["Rscript", "-e", probe])[0]:
            self.skipped.append(f"{block.place}: there is no R package {package}")
            return False
        (self.folder / "snippet.R").write_text(block.text)
        self.expect(block, *self.execute(["Rscript", "snippet.R"]))
        return True

    def run_rust(self, block):
        path = ROOT / block.options.get("file", "")
        source = path.read_text() if path.is_file() else ""
        if path.parent.name != "examples":
            if not block.lines or textwrap.dedent(block.text) not in textwrap.dedent(source):
                indented = any(textwrap.indent(block.text, " " * n) in source for n in (4, 8, 12))
                if not block.lines or not indented:
                    raise Failure(f"{block.place}: {block.options.get('file')} does not have these lines")
            return
        if re.sub(r"\A(//![^\n]*\n)+\n*", "", source) != block.text:
            raise Failure(f"{block.place}: this is not what {block.options['file']} says")
        binary = pathlib.Path(self.arguments.examples).resolve() / path.stem
        if not binary.is_file():
            raise Failure(f"{block.place}: {binary} is not built: cargo build --release --workspace --examples")
        self.expect(block, *self.execute([str(binary)]))

    def run_diff(self, block):
        path = ROOT / block.options.get("file", "")
        if not path.is_file() or block.text not in path.read_text():
            raise Failure(f"{block.place}: {block.options.get('file')} does not have these lines")
        patches = sorted(path.parent.glob("*.patch"))
        done = subprocess.run(["git", "apply", "--check", *patches], cwd=ROOT, capture_output=True, text=True)
        if done.returncode:
            raise Failure(f"{block.place}: the patches do not apply\n{done.stderr}")

    def run_text(self, block):
        if "formula" not in block.options:
            raise Failure(f"{block.place}: no block before this one prints it (for people: ```text formula)")


def first_line(block):
    return block.lines[0].split("#")[0].strip() if block.lines else ""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tokenpark")
    parser.add_argument("examples")
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("files", nargs="*", type=pathlib.Path)
    arguments = parser.parse_intermixed_args()
    files = [path.resolve() for path in arguments.files] or links.chapters(ROOT) + [ROOT / "README.md"]
    failures = generated.check(arguments.tokenpark, files, ROOT, arguments.write)
    failures += [] if arguments.files else links.check(ROOT)
    with tempfile.TemporaryDirectory() as scratch:
        runner = Runner(arguments, pathlib.Path(scratch))
        for path in files:
            try:
                runner.file(path)
            except (Failure, subprocess.TimeoutExpired) as failure:
                failures.append(str(failure))
    unknown = set() if arguments.files else set(NOT_RUN) - runner.not_run
    failures += [f"{name}: no block begins with `{line}`; NOT_RUN in tests/guide/run.py is stale" for name, line in unknown]
    for line in runner.skipped:
        print(f"skipped: {line}")
    print(", ".join(f"{count} {language}" for language, count in sorted(runner.counts.items())), f"in {len(files)} files")
    sys.exit("\n\n".join(failures) if failures else 0)


if __name__ == "__main__":
    main()
