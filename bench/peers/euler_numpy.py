"""What a user writes today: projected Euler steps for causal attention on the sphere (NumPy, float32).

usage: euler_numpy.py N BETA; then a line "START UNTIL STEP END" for each solve, see bench/README.md
"""

import sys
import time

import numpy as np


def euler(angles, beta, until, dt, dtype=np.float32):
    x = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(dtype)
    n = len(angles)
    mask = np.triu(np.full((n, n), -np.inf, dtype=dtype), 1)
    steps = int(round(until / dt))
    for _ in range(steps):
        s = beta * (x @ x.T) + mask
        s -= s.max(axis=-1, keepdims=True)
        w = np.exp(s)
        w /= w.sum(axis=-1, keepdims=True)
        x = x + dt * (w @ x)
        x /= np.linalg.norm(x, axis=-1, keepdims=True)
    return np.arctan2(x[:, 1], x[:, 0]), steps


def main(beta):
    print("ready", flush=True)
    for line in sys.stdin:
        start, until, dt, end = line.split()
        angles = np.loadtxt(start)
        begin = time.perf_counter()
        angles, steps = euler(angles, np.float32(beta), float(until), np.float32(dt))
        took = time.perf_counter() - begin
        np.savetxt(end, angles, fmt="%.17g")
        print(took, steps, 0, steps, flush=True)


if __name__ == "__main__":
    main(float(sys.argv[2]))
