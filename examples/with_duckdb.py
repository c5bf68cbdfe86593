"""Lemma C.1 with DuckDB: how many strong Rényi centres 200 tokens have; exactly (1 - (1 - σ)^200)/σ, σ = δ/π."""

import math
import sys

import duckdb

data = sys.argv[1] if len(sys.argv) > 1 else "data/consumption"

[(mean, error)] = duckdb.sql(f"""
    SELECT avg(strong_centers), stddev_samp(strong_centers) / sqrt(count(*))
    FROM '{data}/*/runs/*.parquet'
""").fetchall()
sigma = 0.5 / math.pi
exact = (1 - (1 - sigma) ** 200) / sigma

print(f"strong Rényi centres of 200 tokens: {mean:.3f} ± {error:.3f}, exactly: {exact:.3f}")
assert abs(mean - exact) < 5 * error
