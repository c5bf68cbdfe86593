"""Readers that are not ours open every table of the datasets below a folder and agree with `tokenpark inspect`.

polars, DuckDB, pandas and pyarrow must see the same columns, types, rows, nulls, values (floats bit for bit) and
footers. Usage: check.py TOKENPARK DATA
"""

import json
import pathlib
import subprocess
import sys

import duckdb
import numpy
import pandas
import polars
import pyarrow
import pyarrow.parquet

# tokenpark's name of a type, and those of pyarrow, polars, DuckDB and pandas (where nothing is null, and otherwise).
TYPES = {
    "u32": (pyarrow.uint32(), polars.UInt32, "UINTEGER", "uint32", "float64"),
    "u64": (pyarrow.uint64(), polars.UInt64, "UBIGINT", "uint64", "float64"),
    "i64": (pyarrow.int64(), polars.Int64, "BIGINT", "int64", "float64"),
    "f64": (pyarrow.float64(), polars.Float64, "DOUBLE", "float64", "float64"),
    "bool": (pyarrow.bool_(), polars.Boolean, "BOOLEAN", "bool", "object"),
    "text": (pyarrow.string(), polars.String, "VARCHAR", "str", "str"),
}
FOOTER = ["fingerprint", "schema_version", "model_version", "manifest"]


def expect(what, found, expected):
    if found != expected:
        sys.exit(f"{what}: {found!r}, expected {expected!r}")


def bits(table, column, kind):
    """The values of a column of an Arrow table, in a form whose equality is that of bits and of nulls."""
    array = table.column(column).combine_chunks().cast(TYPES[kind][0])
    mask = numpy.asarray(array.is_null())
    if kind == "text":
        return mask.tolist(), array.to_pylist()
    if kind == "bool":
        array = array.cast(pyarrow.uint8())
    values = numpy.asarray(array.fill_null(0))
    return mask.tolist(), values.view(numpy.uint64).tolist() if kind == "f64" else values.tolist()


def check_types(name, path, columns):
    schema = pyarrow.parquet.read_schema(path)
    found = [(field.name, field.type, field.nullable) for field in schema]
    expect(f"{name} in pyarrow", found, [(c, TYPES[k.rstrip("?")][0], k.endswith("?")) for c, k, _ in columns])
    found = list(polars.read_parquet_schema(path).items())
    expect(f"{name} in polars", found, [(c, TYPES[k.rstrip("?")][1]) for c, k, _ in columns])
    found = [row[:2] for row in duckdb.sql(f"DESCRIBE SELECT * FROM '{path}'").fetchall()]
    expect(f"{name} in DuckDB", found, [(c, TYPES[k.rstrip("?")][2]) for c, k, _ in columns])
    frame = pandas.read_parquet(path)
    found = [(column, str(kind)) for column, kind in frame.dtypes.items()]
    expected = [(c, TYPES[k.rstrip("?")][4 if nulls else 3]) for c, k, nulls in columns]
    expect(f"{name} in pandas", found, expected)


def check_footer(name, path, document):
    expected = {f"tokenpark.{key}": str(document["manifest_toml" if key == "manifest" else key]) for key in FOOTER}
    text = {k.decode(): v.decode() for k, v in pyarrow.parquet.read_metadata(path).metadata.items()}
    expect(f"{name}, footer in pyarrow", text, expected)
    pairs = duckdb.sql(f"SELECT key, value FROM parquet_kv_metadata('{path}')").fetchall()
    expect(f"{name}, footer in DuckDB", {k.decode(): v.decode() for k, v in pairs}, expected)
    found = {k: v for k, v in polars.read_parquet_metadata(path).items() if k.startswith("tokenpark.")}
    expect(f"{name}, footer in polars", found, expected)


def check_table(name, table, document):
    path = table["path"]
    columns = [(column["name"], column["type"], column["nulls"]) for column in table["columns"]]
    check_types(name, path, columns)
    check_footer(name, path, document)
    by = {
        "pyarrow": pyarrow.parquet.read_table(path),
        "polars": polars.read_parquet(path).to_arrow(),
        "DuckDB": duckdb.sql(f"SELECT * FROM '{path}'").to_arrow_table(),
        "pandas": pyarrow.Table.from_pandas(pandas.read_parquet(path, dtype_backend="pyarrow"), preserve_index=False),
    }
    # A whole folder is what people scan: nothing but Parquet may lie in it.
    folder = pathlib.Path(path).parent
    by["a folder in polars"] = polars.scan_parquet(folder).collect().to_arrow()
    by["a folder in DuckDB"] = duckdb.sql(f"SELECT * FROM read_parquet('{folder}/*')").to_arrow_table()
    by["a folder in pandas"] = pyarrow.Table.from_pandas(
        pandas.read_parquet(folder, dtype_backend="pyarrow"), preserve_index=False
    )
    for reader, read in by.items():
        expect(f"rows of {name} in {reader}", read.num_rows, table["rows"])
    for column, kind, nulls in columns:
        first = bits(by["pyarrow"], column, kind.rstrip("?"))
        expect(f"nulls in {name}.{column}", sum(first[0]), nulls)
        for reader, read in by.items():
            if bits(read, column, kind.rstrip("?")) != first:
                sys.exit(f"{name}.{column}: {reader} and pyarrow read different values")


def main():
    tokenpark, data = sys.argv[1:]
    kinds, nulls, tables, rows = set(), 0, 0, 0
    for log in sorted(pathlib.Path(data).glob("*/*/run.toml")):
        out = subprocess.run([tokenpark, "inspect", log.parent, "--json"], check=True, capture_output=True)
        document = json.loads(out.stdout)
        for table in document["tables"]:
            name = f"{log.parent.parent.name}/{table['name']}"
            check_table(name, table, document)
            kinds |= {column["type"].rstrip("?") for column in table["columns"]}
            nulls += sum(column["nulls"] for column in table["columns"])
            tables, rows = tables + 1, rows + table["rows"]
    expect("types that occur", sorted(kinds | {"i64"}), sorted(TYPES))
    if not nulls:
        sys.exit("no dataset has a null")
    versions = ", ".join(f"{m.__name__} {m.__version__}" for m in (polars, duckdb, pandas, pyarrow))
    print(f"{tables} tables, {rows} rows, {nulls} nulls: the same in {versions}")


main()
