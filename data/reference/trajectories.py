"""Reference trajectories of self-attention on the sphere, by SciPy's DOP853 at rtol 1e-13.

Usage: python3 trajectories.py > trajectories.csv        (NumPy and SciPy)

Rows: case,item,row,column,value. Items: parameters (beta, until, causal, softmax as rows 0-3), query, key, value,
start and end (row = token, column = coordinate).
"""
import numpy as np
from scipy.integrate import solve_ivp


def velocity(x, q, k, v, beta, causal, softmax):
    scores = beta * (x @ q.T) @ (x @ k.T).T
    n = len(x)
    if causal:
        scores = np.where(np.tril(np.ones((n, n), bool)), scores, -np.inf)
    if softmax:
        w = np.exp(scores - scores.max(axis=1, keepdims=True))
        w /= w.sum(axis=1, keepdims=True)
    else:
        w = np.exp(scores) / n
    a = w @ (x @ v.T)
    return a - (a * x).sum(axis=1, keepdims=True) * x / (x * x).sum(axis=1, keepdims=True)


def main():
    rng = np.random.default_rng(20241107)
    print("case,item,row,column,value")
    cases = [  # n, d, beta, until, causal, softmax, identity scores, identity value
        (8, 2, 16.0, 20.0, 1, 1, True, True),
        (6, 3, 2.0, 3.0, 1, 1, False, False),
        (6, 3, 2.0, 3.0, 0, 1, False, False),
        (5, 4, 1.0, 2.0, 1, 0, False, False),
        (5, 2, 3.0, 4.0, 0, 0, True, True),
        (7, 2, 4.0, 5.0, 1, 1, False, True),
        (9, 5, 6.0, 4.0, 1, 1, True, False),
    ]
    for case, (n, d, beta, until, causal, softmax, plain, plain_value) in enumerate(cases):
        q, k = (np.eye(d), np.eye(d)) if plain else rng.standard_normal((2, d, d)) / np.sqrt(d)
        v = np.eye(d) if plain_value else rng.standard_normal((d, d))
        x = rng.standard_normal((n, d))
        x /= np.linalg.norm(x, axis=1, keepdims=True)
        f = lambda t, y: velocity(y.reshape(n, d), q, k, v, beta, causal, softmax).ravel()
        end = solve_ivp(f, (0.0, until), x.ravel(), method="DOP853", rtol=1e-13, atol=1e-14).y[:, -1].reshape(n, d)
        for row, p in enumerate((beta, until, causal, softmax)):
            print(f"{case},parameters,{row},0,{float(p)!r}")
        for item, matrix in (("query", q), ("key", k), ("value", v), ("start", x), ("end", end)):
            for (row, column), entry in np.ndenumerate(matrix):
                print(f"{case},{item},{row},{column},{float(entry)!r}")


main()
