"""Starts that others wrote: the same positions as CSV, and as Parquet by polars, pandas and pyarrow, are the same manifest.

Usage: start.py TOKENPARK FOLDER
"""

import json
import pathlib
import subprocess
import sys

import pandas
import polars
import pyarrow
import pyarrow.parquet

tokenpark, folder = sys.argv[1], pathlib.Path(sys.argv[2])
folder.mkdir(parents=True)
columns = {"token": [0, 1, 2], "x0": [1.0, 0.3, -2.5], "x1": [0.0, -0.7, 0.1]}
rows = zip(*columns.values())
(folder / "start.csv").write_text("token,x0,x1\n" + "".join(f"{t},{x!r},{y!r}\n" for t, x, y in rows))
polars.DataFrame(columns).write_parquet(folder / "polars.parquet")
polars.DataFrame(columns, schema_overrides={"token": polars.UInt32}).write_parquet(folder / "u32.parquet")
pandas.DataFrame(columns).to_parquet(folder / "pandas.parquet")
pyarrow.parquet.write_table(pyarrow.table(columns), folder / "pyarrow.parquet", compression="none")
broken = {
    "order": ({"token": [1, 0], "x0": [1.0, 0.0], "x1": [0.0, 1.0]}, "row 0 has token 1, expected there: 0"),
    "name": ({"token": [0], "x": [1.0], "y": [0.0]}, "the columns are token, x, y"),
    "origin": ({"token": [0], "x0": [0.0], "x1": [0.0]}, "a point at the origin has no direction"),
    "nulls": ({"token": [0], "x0": [None], "x1": [0.0]}, "the column x0 has "),
    "nan": ({"token": [0], "x0": [float("nan")], "x1": [0.0]}, "is not a finite number"),
    "empty": ({"token": [], "x0": [], "x1": []}, "the file has no tokens"),
}


def check(file):
    manifest = folder / f"{pathlib.Path(file).stem}-start.toml"
    tokens = 3 if pathlib.Path(file).stem not in broken else 2
    manifest.write_text(
        f'schema = 1\nname = "start"\nseed = 1\n[model]\ntokens = {tokens}\ndimension = 2\nbeta = 1.0\n'
        f'[initial]\ndistribution = {{ file = "{file}" }}\n[integrate]\nuntil = 1.0\n'
    )
    return subprocess.run([tokenpark, "check", manifest, "--json"], capture_output=True, text=True)


def fingerprint(file):
    ran = check(file)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return json.loads(ran.stdout)["manifests"][0]["fingerprint"]


expected = fingerprint("start.csv")
names = ["polars", "u32", "pandas", "pyarrow"]
for name in names:
    assert fingerprint(f"{name}.parquet") == expected, name
for name, (table, message) in broken.items():
    kinds = {"token": polars.Int64, **{key: polars.Float64 for key in list(table)[1:]}}
    polars.DataFrame(table, schema=kinds).write_parquet(folder / f"{name}.parquet")
    ran = check(f"{name}.parquet")
    assert ran.returncode == 2 and message in ran.stdout + ran.stderr, (name, ran.stdout + ran.stderr)
print(f"{len(names)} Parquet files are the start that the CSV file is; {len(broken)} broken ones are refused")
