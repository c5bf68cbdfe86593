"""Figure 3 with pandas: the share of tokens that strong Rényi centres have consumed by t = 50, published as 84.8 %."""

import glob
import sys

import numpy as np
import pandas as pd

data = sys.argv[1] if len(sys.argv) > 1 else "data/consumption"
time = 50 / 1.085  # the authors' clock runs faster than the equation's: data/reference/README.md

files = glob.glob(f"{data}/*/observables/*.parquet")
rows = pd.concat(pd.read_parquet(file, columns=["time", "consumed_strong_ever"]) for file in files)
curve = 100 * rows.groupby("time")["consumed_strong_ever"].mean()
share = np.interp(time, curve.index, curve)

print(f"consumed by strong Rényi centres at t = 50: {share:.1f} %, published: 84.8 %")
assert abs(share - 84.8) < 2.5
