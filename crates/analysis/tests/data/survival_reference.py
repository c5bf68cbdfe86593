#!/usr/bin/env python3
"""Reference numbers for crates/analysis/tests/it/survival.rs from lifelines, statsmodels and scipy.

    python -m venv venv && venv/bin/pip install lifelines==0.30.3 statsmodels==0.15.0 scipy==1.17.1
    venv/bin/python survival_reference.py

Writes beside itself lifetimes.csv (made up: two groups, ties, censoring, late entry), line.csv (made up) and
survival-reference.toml.
"""

from pathlib import Path

import numpy as np
import statsmodels.api as sm
from lifelines import KaplanMeierFitter
from lifelines.statistics import logrank_test
from lifelines.utils import qth_survival_times
from scipy import integrate, special, stats
from statsmodels.duration.survfunc import survdiff

HERE = Path(__file__).parent
SHARES = [0.1, 0.5, 0.9]


def lifetimes(rng):
    """Entry, exit, died, group; exits have ties, and no entry coincides with an exit (conventions differ there)."""
    rows = []
    for group, (count, scale) in enumerate([(70, 3.0), (90, 5.0)]):
        while len([row for row in rows if row[3] == group]) < count:
            birth = np.round(rng.exponential(1.0), 1) + 0.05 if rng.random() < 0.6 else 0.0
            death, limit = np.round(rng.exponential(scale), 1), np.round(rng.uniform(2.0, 12.0), 1)
            exit, died = min(death, limit), int(death <= limit)
            if exit > birth:
                rows.append((birth, exit, died, group))
    return np.array(rows)


def numbers(values):
    return "[" + ", ".join("nan" if np.isnan(v) else ("inf" if np.isinf(v) else repr(float(v))) for v in values) + "]"


def kaplan_meier(name, rows, late):
    fitter = KaplanMeierFitter(alpha=0.05)
    entry = rows[:, 0] if late else None
    fitter.fit(rows[:, 1], rows[:, 2], entry=entry)
    table = fitter.event_table
    times = table.index[table["observed"] > 0].to_numpy()
    band = fitter.confidence_interval_.loc[times].to_numpy()
    limits = [qth_survival_times(1 - share, fitter.confidence_interval_).to_numpy().ravel() for share in SHARES]
    values = [fitter.percentile(1 - share) for share in SHARES]
    return "\n".join([
        f"[{name}]",
        f"time = {numbers(times)}",
        f"at_risk = {table.loc[times, 'at_risk'].astype(int).tolist()}",
        f"deaths = {table.loc[times, 'observed'].astype(int).tolist()}",
        f"survival = {numbers(fitter.survival_function_.loc[times].to_numpy().ravel())}",
        f"low = {numbers(band[:, 0])}",
        f"high = {numbers(band[:, 1])}",
        f"percentile = {numbers(values)}",
        f"percentile_low = {numbers([limit[0] for limit in limits])}",
        f"percentile_high = {numbers([limit[1] for limit in limits])}",
        "",
    ])


def log_rank(rows):
    first, second = rows[rows[:, 3] == 0], rows[rows[:, 3] == 1]
    plain = logrank_test(first[:, 1], second[:, 1], first[:, 2], second[:, 2])
    late = survdiff(rows[:, 1], rows[:, 2], rows[:, 3], entry=rows[:, 0])
    check = survdiff(rows[:, 1], rows[:, 2], rows[:, 3])
    assert abs(check[0] - plain.test_statistic) < 1e-9
    return "\n".join([
        "[log-rank]  # chi-square and p: lifelines without, statsmodels with late entry",
        f"plain = {numbers([plain.test_statistic, plain.p_value])}",
        f"late = {numbers(late)}",
        "",
    ])


def line(rng):
    """ln(lifetime) against beta (1 - cos gap) and ln m, in kind."""
    barrier, crowd = rng.uniform(5.0, 120.0, 60), np.log(rng.integers(1, 60, 60))
    response = -3.0 + 1.02 * barrier - 0.9 * crowd + rng.normal(0.0, 1.3, 60)
    return np.round(np.column_stack([barrier, crowd, response]), 6)


def least_squares(rows):
    fit = sm.OLS(rows[:, 2], sm.add_constant(rows[:, :2])).fit()
    residuals = np.quantile(fit.resid, SHARES)
    return "\n".join([
        "[least-squares]",
        f"estimate = {numbers(fit.params)}",
        f"standard_error = {numbers(fit.bse)}",
        f"low = {numbers(fit.conf_int()[:, 0])}",
        f"high = {numbers(fit.conf_int()[:, 1])}",
        f"r_squared = {float(fit.rsquared)!r}",
        f"deviation = {float(np.sqrt(fit.scale))!r}",
        f"residuals = {numbers(residuals)}",
        "",
    ])


def student():
    freedom = [1, 2, 7, 30, 1999, 2001, 10000000]
    return f"[student]  # 97.5 % quantiles\nfreedom = {freedom}\nquantile = {numbers(stats.t.ppf(0.975, freedom))}\n"


def falls():
    """ln of the time in which a token falls from a gap to a smaller one towards m coincident earlier tokens."""
    lines = ["[falls]  # beta, gap, merger, m, ln of the integral of (exp(beta (1 - cos x)) + m)/(m sin x)", "rows = ["]
    for beta in [0.0, 0.5, 4.0, 9.0, 36.0, 64.0, 100.0, 300.0, 1000.0]:
        for gap in [0.1, 0.3, 0.8, 1.6, 2.6, 3.1]:
            for merger, m in [(0.07, 1), (0.02, 17)]:
                # Scaled by the integrand's end, so that nothing overflows.
                top = beta * (1 - np.cos(gap))
                f = lambda x: np.exp(beta * (1 - np.cos(x)) - top) / (m * np.sin(x)) + np.exp(-top) / np.sin(x)
                cuts = sorted({merger, gap, *[c for c in np.linspace(merger, gap, 60)]})
                parts = [integrate.quad(f, a, b, epsabs=0, epsrel=1e-12)[0] for a, b in zip(cuts, cuts[1:])]
                lines.append(f"  [{beta!r}, {gap!r}, {merger!r}, {m}, {float(np.log(sum(parts)) + top)!r}],")
    return "\n".join([*lines, "]", ""])


def main():
    rng = np.random.default_rng(20241107)
    rows, points = lifetimes(rng), line(rng)
    np.savetxt(HERE / "lifetimes.csv", rows, fmt="%g", delimiter=",", header="entry,exit,died,group", comments="")
    np.savetxt(HERE / "line.csv", points, fmt="%.6f", delimiter=",", header="barrier,ln_m,response", comments="")
    parts = [kaplan_meier("plain", rows, late=False), kaplan_meier("late", rows, late=True), log_rank(rows)]
    parts += [least_squares(points), student(), falls()]
    (HERE / "survival-reference.toml").write_text("# Made by survival_reference.py.\n\n" + "\n".join(parts))


main()
