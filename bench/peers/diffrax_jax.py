"""JAX + diffrax (float64, compiled once): the strongest Python route.

usage: diffrax_jax.py N BETA SOLVER; then a line "START UNTIL TOLERANCE END" for each solve, see bench/README.md
"""

import sys
import time

import diffrax
import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)
MAX_STEPS = 1_000_000


def main(n, beta, solver):
    mask = jnp.tril(jnp.ones((n, n), bool))

    def velocity(t, angles, _):
        lag = angles[None, :] - angles[:, None]
        weights = jnp.where(mask, jnp.exp(beta * (jnp.cos(lag) - 1.0)), 0.0)
        return (weights * jnp.sin(lag)).sum(1) / weights.sum(1)

    @jax.jit
    def solve(start, until, tolerance):
        solution = diffrax.diffeqsolve(
            diffrax.ODETerm(velocity), solver, 0.0, until, 1e-2, start,
            stepsize_controller=diffrax.PIDController(rtol=tolerance, atol=tolerance),
            max_steps=MAX_STEPS, saveat=diffrax.SaveAt(t1=True), throw=False)
        return solution.ys[-1], solution.stats, solution.result == diffrax.RESULTS.successful

    def timed(start, until, tolerance):
        begin = time.perf_counter()
        result = jax.block_until_ready(solve(start, until, tolerance))
        return time.perf_counter() - begin, *result

    # Compilation is not counted.
    timed(jnp.linspace(0.0, 6.0, n), 1.0, 1e-3)
    print("ready", flush=True)
    for line in sys.stdin:
        start, until, tolerance, end = line.split()
        took, angles, stats, good = timed(jnp.asarray(np.loadtxt(start)), float(until), float(tolerance))
        np.savetxt(end, np.asarray(angles), fmt="%.17g")
        # Stages of an explicit pair with "first same as last"; diffrax does not count evaluations.
        evaluations = int(stats["num_steps"]) * (solver.tableau.num_stages - 1)
        words = [took, int(stats["num_accepted_steps"]), int(stats["num_rejected_steps"]), evaluations]
        print(*words if bool(good) else ["failed"], flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), {"tsit5": diffrax.Tsit5, "kvaerno5": diffrax.Kvaerno5}[sys.argv[3]]())
