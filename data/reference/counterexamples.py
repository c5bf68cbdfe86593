"""Two causal tokens on the circle that do not become antipodal, by SciPy's DOP853 at rtol 1e-13 in two formulations.

Usage: python3 counterexamples.py > counterexamples.csv        (NumPy and SciPy)

Rows: case,item,row,column,value. Items: parameters (beta, until, the slope of token 2's velocity along the circle at the
end, the top eigenvector's angle to token 2's end), query, key and value, start and end (row = token, column = coordinate).

The first formulation follows vectors, the second angles; the script fails when their ends differ by 1e-11, when an end
is not an equilibrium, or when its slope is not negative. In case 0 all is rational: token 2 rests at (-4/5, 3/5), where
the slope is -3/20.
"""
import numpy as np
from scipy.integrate import solve_ivp

UNTIL = 1000.0


def attention(x, beta, q, k, v):
    """The projected velocity, row by row."""
    out = np.zeros_like(x)
    for i in range(2):
        w = np.exp(beta * (x[: i + 1] @ k.T) @ (q @ x[i]))
        a = (w @ (x[: i + 1] @ v.T)) / w.sum()
        out[i] = a - (a @ x[i]) * x[i] / (x[i] @ x[i])
    return out


def spun(phi, *model):
    x = np.column_stack([np.cos(phi), np.sin(phi)])
    a = attention(x, *model)
    return x[:, 0] * a[:, 1] - x[:, 1] * a[:, 0]


def end(phi, *model):
    tight = dict(method="DOP853", rtol=1e-13, atol=1e-14)
    x = np.column_stack([np.cos(phi), np.sin(phi)]).ravel()
    first = solve_ivp(lambda t, y: attention(y.reshape(2, 2), *model).ravel(), (0, UNTIL), x, **tight).y[:, -1]
    phi = solve_ivp(lambda t, y: spun(y, *model), (0, UNTIL), phi, **tight).y[:, -1]
    second = np.column_stack([np.cos(phi), np.sin(phi)])
    assert np.abs(first.reshape(2, 2) - second).max() < 1e-11, "the formulations differ"
    h = 1e-6
    slope = (spun(phi + [0, h], *model)[1] - spun(phi - [0, h], *model)[1]) / (2 * h)
    assert np.abs(spun(phi, *model)).max() < 1e-12 and slope < -0.01, "no stable equilibrium"
    return second, slope


def show(case, item, matrix):
    for (row, column), entry in np.ndenumerate(np.asarray(matrix, dtype=float).reshape(len(matrix), -1)):
        print(f"{case},{item},{row},{column},{float(entry)!r}")


def main():
    print("case,item,row,column,value")
    eye = np.eye(2)
    cases = [  # beta, Q, K, V, angle where token 2 starts; token 1 starts at 0.1
        (0.0, eye, eye, [[1, -1], [0, 0.5]], 2.6),
        (1.0, eye, eye, [[1, -0.5], [0, 0.9]], 2.4),
        (1.0, eye, [[0, 0], [-2, 0]], [[1, 0], [0, 0.5]], 2.4),
        (1.0, eye, [[-1, 0], [-2, 0]], [[1, 0], [0, 0]], 2.4),
    ]
    for case, (beta, q, k, v, angle) in enumerate(cases):
        model = (beta, *(np.asarray(m, dtype=float) for m in (q, k, v)))
        start = np.array([0.1, angle])
        x, slope = end(start, *model)
        assert abs(x[1, 1]) > 0.05, f"case {case} ends at e_1"
        if case == 0:
            assert np.allclose(x[1], [-0.8, 0.6], atol=1e-11) and abs(slope + 0.15) < 1e-8
        away = np.arcsin(abs(x[1, 1]))
        show(case, "parameters", (beta, UNTIL, slope, away))
        for item, matrix in zip(("query", "key", "value"), model[1:]):
            show(case, item, matrix)
        show(case, "start", np.column_stack([np.cos(start), np.sin(start)]))
        show(case, "end", x)


main()
