"""Reference trajectories of whole layers, by SciPy's DOP853 at rtol 1e-13: normalisation schemes with their radii,
frozen centres, perceptrons.

Usage: python3 layers.py > layers.csv        (NumPy and SciPy)

Rows: case,item,row,column,value. Items: parameters (beta, until, mask: 0 causal, 1 full, 2 window of 4; scheme: 0 post-LN,
1 pre-LN, 2 mix-LN, 3 peri-LN, 4 nGPT, 5 LN-scaling; its number or 0; initial radius; activation: 0 none, 1 relu, 2 tanh,
3 gelu), query, key and value (one matrix of d rows a head, below each other), frozen (one row a centre, its weight last),
first, bias and second of the perceptron, start, end (row = token, column = coordinate) and radii (one column).

The state is Cartesian for the schemes with radii (y_k = r_k theta_k, so that dy_k/dt = A_k and A_k/|A_k|), and theta_k for
the others: not the coordinates that tokenpark solves in. Relu has kinks: its case has a looser tolerance in the test.
"""
import numpy as np
from scipy.integrate import solve_ivp
from scipy.special import erf

ACTIVATIONS = [None, lambda x: np.maximum(x, 0), np.tanh, lambda x: 0.5 * x * (1 + erf(x / np.sqrt(2)))]


def unit(x):
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def output(x, beta, mask, heads, frozen, perceptron):
    """A_k at unit vectors x."""
    n = len(x)
    k, j = np.indices((n, n))
    sees = [j <= k, np.full((n, n), True), (j <= k) & (k - j < 4)][mask]
    total = np.zeros_like(x)
    for q, key, v in heads:
        w = np.where(sees, np.exp(beta * (x @ q.T) @ (x @ key.T).T), 0.0)
        top, z = w @ (x @ v.T), w.sum(axis=1)
        if frozen is not None:
            theta, a = frozen[:, :-1], frozen[:, -1]
            w = np.exp(beta * (x @ q.T) @ (theta @ key.T).T) * a
            top, z = top + w @ (theta @ v.T), z + w.sum(axis=1)
        total += top / z[:, None]
    total /= len(heads)
    if perceptron is not None:
        activation, first, bias, second = perceptron
        total += ACTIVATIONS[activation](x @ first.T + bias) @ second.T
    return total


def velocity(t, y, shape, scheme, number, layer):
    y = y.reshape(shape)
    x = unit(y)
    a = output(x, *layer)
    size = np.linalg.norm(a, axis=1, keepdims=True)
    if scheme == 1 or (scheme == 2 and number < t):
        return a.ravel()
    if scheme == 3:
        return (a / size).ravel()
    s = size / number if scheme == 4 else np.sqrt(t + 1) if scheme == 5 else 1.0
    # Tangential: lengths stay.
    return (np.linalg.norm(y, axis=1, keepdims=True) * (a - (a * x).sum(axis=1, keepdims=True) * x) / s).ravel()


def solve(y, spans, *rest):
    """Over each span in turn, so that no step crosses a switch."""
    for begin, end in spans:
        # Times strictly inside: t = begin belongs to the span before.
        f = lambda t, y: velocity(np.nextafter(t, end) if t == begin > 0 else t, y, *rest)
        y = solve_ivp(f, (begin, end), y, method="DOP853", rtol=1e-13, atol=1e-14).y[:, -1]
    return y


def show(case, item, matrix):
    matrix = np.asarray(matrix, dtype=float)
    for (row, column), entry in np.ndenumerate(matrix.reshape(len(matrix), -1)):
        print(f"{case},{item},{row},{column},{float(entry)!r}")


def main():
    rng = np.random.default_rng(251022026)
    print("case,item,row,column,value")
    cases = [  # n, d, beta, until, mask, scheme, number, radius, heads, general matrices, frozen, activation
        (9, 3, 3.0, 4.0, 0, 1, 0.0, 1.0, 1, True, 0, 0),
        (10, 2, 5.0, 12.0, 0, 1, 0.0, 0.5, 1, False, 0, 0),
        (9, 3, 2.0, 5.0, 1, 2, 1.7, 2.0, 1, False, 0, 0),
        (9, 2, 4.0, 5.0, 0, 2, 2.5, 1.0, 1, False, 0, 0),
        (8, 4, 2.0, 4.0, 1, 3, 0.0, 1.5, 2, True, 0, 0),
        (10, 2, 6.0, 9.0, 0, 3, 0.0, 1.0, 1, False, 0, 0),
        (9, 3, 3.0, 3.0, 0, 4, 0.7, 1.0, 1, True, 0, 0),
        (9, 2, 4.0, 6.0, 1, 4, 2.0, 1.0, 1, False, 0, 0),
        (12, 2, 9.0, 30.0, 0, 5, 0.0, 1.0, 1, False, 0, 0),
        (9, 3, 2.0, 15.0, 2, 5, 0.0, 1.0, 1, True, 0, 0),
        (11, 2, 9.0, 6.0, 0, 0, 0.0, 1.0, 1, False, 5, 0),
        (9, 2, 4.0, 4.0, 0, 0, 0.0, 1.0, 1, True, 3, 0),
        (9, 3, 3.0, 4.0, 0, 0, 0.0, 1.0, 1, True, 4, 0),
        (10, 3, 4.0, 6.0, 2, 0, 0.0, 1.0, 1, False, 9, 0),
        (9, 3, 2.0, 4.0, 1, 0, 0.0, 1.0, 2, True, 3, 0),
        (9, 3, 2.0, 3.0, 0, 0, 0.0, 1.0, 1, False, 0, 3),
        (9, 2, 3.0, 3.0, 0, 0, 0.0, 1.0, 1, False, 0, 2),
        (8, 3, 2.0, 2.0, 1, 0, 0.0, 1.0, 1, True, 0, 1),
        (9, 3, 2.0, 6.0, 0, 3, 0.0, 1.0, 2, True, 4, 2),
        (9, 2, 3.0, 20.0, 0, 5, 0.0, 1.0, 1, False, 3, 3),
    ]
    for case, (n, d, beta, until, mask, scheme, number, radius, heads, general, centers, activation) in enumerate(cases):
        shape = (heads, d, d)
        q, k, v = [rng.standard_normal(shape) if general else np.broadcast_to(np.eye(d), shape) for _ in range(3)]
        if general:
            q, k = q / np.sqrt(d), k / np.sqrt(d)
        x = unit(rng.standard_normal((n, d)))
        frozen = perceptron = None
        if centers:
            frozen = np.hstack([unit(rng.standard_normal((centers, d))), 1 + rng.exponential(3.0, (centers, 1))])
        if activation:
            m = 2 * d + 1
            first, second = rng.standard_normal((m, d)), rng.standard_normal((d, m)) / m
            perceptron = (activation, first, rng.standard_normal(m), second)
        spans = [(0.0, number), (number, until)] if scheme == 2 else [(0.0, until)]
        layer = (beta, mask, list(zip(q, k, v)), frozen, perceptron)
        end = solve((radius * x).ravel(), spans, x.shape, scheme, number, layer).reshape(n, d)
        show(case, "parameters", (beta, until, mask, scheme, number, radius, activation))
        for item, matrix in zip(("query", "key", "value"), (q, k, v)):
            show(case, item, matrix.reshape(-1, d))
        if centers:
            show(case, "frozen", frozen)
        if activation:
            for item, matrix in zip(("first", "bias", "second"), perceptron[1:]):
                show(case, item, matrix)
        show(case, "start", x)
        show(case, "end", unit(end))
        show(case, "radii", np.linalg.norm(end, axis=1))


main()
