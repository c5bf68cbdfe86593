"""Reference trajectories under masks and with several heads, by SciPy's DOP853 at rtol 1e-13.

Usage: python3 masks.py > masks.csv        (NumPy and SciPy)

Rows: case,item,row,column,value. Items: parameters (beta, until, kind of mask, its numbers), query, key and value
(one matrix of d rows a head, below each other), start and end (row = token, column = coordinate). Kinds: 0 causal,
1 window w, 2 prefix p, 3 segments, 4 decay lambda, 5 sink s with decay r.
"""
import numpy as np
from scipy.integrate import solve_ivp


def pattern(kind, numbers, n):
    """Who sees whom, the factors of the weights, and the further terms of Z_k."""
    k, j = np.indices((n, n))
    sees, factor, extra = j <= k, np.ones((n, n)), np.zeros(n)
    if kind == 1:
        sees &= k - j < numbers[0]
    if kind == 2:
        sees |= (k < numbers[0]) & (j < numbers[0])
    if kind == 3:
        ends = np.cumsum(numbers)
        block = np.searchsorted(ends, np.arange(n), side="right")
        inside = np.arange(n) < ends[-1]
        sees |= (block[:, None] == block[None, :]) & inside[:, None] & inside[None, :]
    if kind == 4:
        factor = np.exp(-numbers[0] * (k - j) / n)
    if kind == 5:
        extra = numbers[0] * np.exp(-numbers[1] * np.arange(n))
    return sees, factor, extra


def velocity(x, heads, beta, sees, factor, extra):
    total = np.zeros_like(x)
    for q, k, v in heads:
        w = np.where(sees, np.exp(beta * (x @ q.T) @ (x @ k.T).T) * factor, 0.0)
        total += (w / (w.sum(axis=1) + extra)[:, None]) @ (x @ v.T)
    a = total / len(heads)
    return a - (a * x).sum(axis=1, keepdims=True) * x / (x * x).sum(axis=1, keepdims=True)


def main():
    rng = np.random.default_rng(5113)
    print("case,item,row,column,value")
    cases = [  # n, d, beta, until, kind, numbers, heads, plain matrices
        (12, 2, 9.0, 6.0, 1, (4,), 1, True),
        (9, 3, 2.0, 3.0, 1, (3,), 1, False),
        (9, 3, 2.0, 3.0, 2, (5,), 1, False),
        (11, 3, 2.0, 3.0, 3, (3, 1, 4), 1, False),
        (9, 3, 2.0, 3.0, 4, (6.0,), 1, False),
        (9, 2, 4.0, 5.0, 4, (3.0,), 1, True),
        (9, 3, 2.0, 3.0, 5, (5.0, 0.0), 1, False),
        (9, 2, 3.0, 5.0, 5, (40.0, 0.3), 1, True),
        (9, 3, 2.0, 3.0, 0, (), 3, False),
        (10, 4, 1.5, 2.0, 5, (2.0, 0.1), 2, False),
    ]
    for case, (n, d, beta, until, kind, numbers, heads, plain) in enumerate(cases):
        shape = (heads, d, d)
        q, k, v = [np.broadcast_to(np.eye(d), shape) if plain else rng.standard_normal(shape) for _ in range(3)]
        if not plain:
            q, k = q / np.sqrt(d), k / np.sqrt(d)
        x = rng.standard_normal((n, d))
        x /= np.linalg.norm(x, axis=1, keepdims=True)
        rule = pattern(kind, numbers, n)
        f = lambda t, y: velocity(y.reshape(n, d), list(zip(q, k, v)), beta, *rule).ravel()
        end = solve_ivp(f, (0.0, until), x.ravel(), method="DOP853", rtol=1e-13, atol=1e-14).y[:, -1].reshape(n, d)
        for row, p in enumerate((beta, until, kind, *numbers)):
            print(f"{case},parameters,{row},0,{float(p)!r}")
        flat = [m.reshape(-1, d) for m in (q, k, v)]
        for item, matrix in zip(("query", "key", "value", "start", "end"), (*flat, x, end)):
            for (row, column), entry in np.ndenumerate(matrix):
                print(f"{case},{item},{row},{column},{float(entry)!r}")


main()
