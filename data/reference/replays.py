"""Runs that speak against rows 4 and 5 of Table 1 with random matrices, followed again by SciPy.

Usage: python3 replays.py TOKENPARK > replays.csv        (NumPy, SciPy, polars; in the repository's folder)

Every manifest reports/claims/table-1-row-?-random-*.toml is run by tokenpark, which records positions at t = 0 and at the
end, for the replica against the claim; SciPy's LSODA at rtol 1e-11 then follows the vectors from the same start.
Rows: manifest, replica, until, the largest difference of a coordinate at the end, and, of either end, the mean square
distance from the top eigenspace as a share of that of uniform tokens (a cloud has 0.5 or less). A run
that keeps moving may be chaotic: its two ends differ, and the shares alone are to be compared.
"""
import pathlib, re, subprocess, sys, tempfile, tomllib
import numpy as np
import polars as pl
from scipy.integrate import solve_ivp


def velocity(t, y, n, beta, q, k, v):
    x = y.reshape(n, -1)
    w = np.tril(np.exp(beta * ((x @ q.T) @ (x @ k.T).T)))
    a = (w @ (x @ v.T)) / w.sum(axis=1, keepdims=True)
    return (a - (a * x).sum(axis=1, keepdims=True) / (x * x).sum(axis=1, keepdims=True) * x).ravel()


def share(x, v):
    """Mean square distance from the span of the top eigenvectors, over its mean for uniform unit vectors."""
    x = x / np.linalg.norm(x, axis=1, keepdims=True)
    values, vectors = np.linalg.eig(v)
    top = vectors[:, np.abs(values.real - values.real.max()) < 1e-6].real
    basis = np.linalg.qr(top)[0]
    rest = x - (x @ basis) @ basis.T
    return (rest**2).sum() / len(x) / (1 - basis.shape[1] / x.shape[1])


def matrix(entry, d):
    return np.eye(d) if entry == "identity" else np.array(entry["matrix"], dtype=float)


def positions(binary, text, replica):
    """The first and last positions of the run, from the dataset."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "replay.toml"
        path.write_text(text)
        subprocess.run([binary, "run", str(path), "--out", folder], check=True, capture_output=True)
        files = sorted(pathlib.Path(folder).rglob("tokens/*.parquet"))
        table = pl.concat([pl.read_parquet(file) for file in files])
        table = table.filter(pl.col("replica") == replica).sort("time", "token")
        x = [c for c in table.columns if re.fullmatch(r"x\d+", c)]
        return [part.select(x).to_numpy() for part in table.partition_by("time", maintain_order=True)]


def main(binary):
    page = pathlib.Path("reports/claims.md").read_text()
    print("manifest,replica,until,difference,share,share_scipy")
    for name, replica in re.findall(r"run reports/claims/(table-1-row-[45]-random-\d+\.toml) --replicas (\d+)\.\.", page):
        text = (pathlib.Path("reports/claims") / name).read_text()
        manifest = tomllib.loads(text)
        model, until = manifest["model"], manifest["integrate"]["until"]
        d, n = model["dimension"], model["tokens"]
        q, k, v = (matrix(model.get(key, "identity"), d) for key in ("query", "key", "value"))
        start, end = positions(binary, text, int(replica))
        rest = (n, model["beta"], q, k, v)
        found = solve_ivp(velocity, (0, until), start.ravel(), method="LSODA", rtol=1e-11, atol=1e-13, args=rest)
        there = found.y[:, -1].reshape(n, d)
        there /= np.linalg.norm(there, axis=1, keepdims=True)
        gap = np.abs(there - end).max()
        print(f"{name},{replica},{until:g},{gap:.1e},{share(end, v):.4f},{share(there, v):.4f}")


main(sys.argv[1])
