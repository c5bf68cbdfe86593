"""The JSON Schema of manifests against manifests, with validators that are not ours: jsonschema and tombi.

Every good manifest is valid; a bad one is not, unless its mistakes are among those that a JSON Schema cannot express:
then it is listed below, and must be valid. Usage: schema.py REPOSITORY SCRATCH
"""

import json
import pathlib
import shutil
import subprocess
import sys
import tomllib

import jsonschema

# Values that must fit together, orders of lists, expressions, files, the size of the grid, whole numbers against 1.0.
NOT_EXPRESSIBLE = set(
    """
    fourier-heads fourier-layers kernel kernel-full kernel-method layers-fit masks-fit method-mask
    method-perceptron methods parking-fits parking-record prefixes-decay
    prefixes-prefix prefixes-segments separation shapes start-file start-file-header start-file-missing
    start-points start-shape times times-log times-log-close times-order times-swept too-many-points too-many-runs
    """.split()
)


def main():
    root, scratch = map(pathlib.Path, sys.argv[1:])
    path = (root / "schemas/manifest.schema.json").resolve()
    schema = json.loads(path.read_text())
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    corpus = root / "crates/sweep/tests"
    wrong = []
    good = [*sorted((root / "experiments").glob("*.toml")), *sorted((corpus / "good").glob("*.toml"))]
    good += sorted((root / "tests/readers").glob("*.toml"))
    for manifest in good:
        for error in validator.iter_errors(tomllib.loads(manifest.read_text())):
            wrong.append(f"{manifest}: {error.json_path}: {error.message}")
    refused = set()
    bad = sorted((corpus / "bad").glob("*.toml"))
    for manifest in bad:
        try:
            if not validator.is_valid(tomllib.loads(manifest.read_text())):
                refused.add(manifest.stem)
        except tomllib.TOMLDecodeError:
            refused.add(manifest.stem)
    accepted = {manifest.stem for manifest in bad} - refused
    if accepted != NOT_EXPRESSIBLE:
        wrong.append(f"accepted though bad: {sorted(accepted - NOT_EXPRESSIBLE)}")
        wrong.append(f"refused though not expressible: {sorted(NOT_EXPRESSIBLE - accepted)}")
    # tombi reads the schema from the first line, as an editor does.
    for manifest in good + bad:
        copy = scratch / manifest.parent.name / manifest.name
        copy.parent.mkdir(parents=True, exist_ok=True)
        text = manifest.read_text().removeprefix("#:schema ../schemas/manifest.schema.json\n")
        copy.write_text(f"#:schema {path}\n{text}")
    tombi = shutil.which("tombi", path=pathlib.Path(sys.executable).parent)
    for manifest in good + bad:
        copy = scratch / manifest.parent.name / manifest.name
        ran = subprocess.run([tombi, "lint", "--offline", copy], capture_output=True, text=True, cwd=scratch)
        if (ran.returncode == 0) != (manifest in good or manifest.stem in NOT_EXPRESSIBLE):
            wrong.append(f"{manifest}: tombi says {ran.returncode}: {ran.stdout}{ran.stderr}")
        if manifest in good and "Warning" in ran.stdout + ran.stderr:
            wrong.append(f"{manifest}: {ran.stdout}{ran.stderr}")
    experiments = [manifest for manifest in good if manifest.parent.name == "experiments"]
    for manifest in experiments:
        if manifest.read_text().splitlines()[0] != "#:schema ../schemas/manifest.schema.json":
            wrong.append(f"{manifest} does not begin with its schema")
    ran = subprocess.run([tombi, "lint", "--offline", *experiments], capture_output=True, text=True, cwd=root)
    if ran.returncode:
        wrong.append(ran.stdout + ran.stderr)
    if wrong:
        sys.exit("\n".join(wrong))
    print(f"{len(good)} good manifests are valid, {len(refused)} of {len(bad)} bad ones are not (jsonschema, tombi)")


main()
