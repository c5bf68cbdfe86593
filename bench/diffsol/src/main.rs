//! diffsol (BDF of variable order, dense LU of faer, analytic Jacobian) on the same system as the other peers.
//!
//! usage: peer-diffsol N BETA; then a line "START UNTIL TOLERANCE END" for each solve, see bench/README.md

use diffsol::{DiffsolError, FaerLU, FaerMat, OdeBuilder, OdeSolverMethod, OdeSolverStopReason};
use std::cell::{Cell, RefCell};
use std::fmt::Write as _;
use std::io::{BufRead, Write as _};
use std::time::Instant;

type M = FaerMat<f64>;
type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let words: Vec<String> = std::env::args().collect();
    let [_, _, beta] = &words[..] else { return Err("usage: peer-diffsol N BETA".into()) };
    let beta: f64 = beta.parse()?;
    println!("ready");
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let words: Vec<&str> = line.split_whitespace().collect();
        let [start, until, tolerance, end] = words[..] else { return Err(line.into()) };
        let start = std::fs::read_to_string(start)?;
        let start: Vec<f64> = start.lines().map(str::parse).collect::<Result<_, _>>()?;
        match solve(&start, beta, until.parse()?, tolerance.parse()?) {
            Ok((angles, said)) => {
                let mut text = String::new();
                angles.iter().for_each(|angle| writeln!(text, "{angle:e}").expect("a string grows"));
                std::fs::write(end, text)?;
                println!("{said}");
            }
            Err(error) => {
                eprintln!("{error}");
                println!("failed");
            }
        }
        std::io::stdout().flush()?;
    }
    Ok(())
}

/// The angles at the end, and what the solve cost: seconds, steps, rejected steps, evaluations.
fn solve(start: &[f64], beta: f64, until: f64, tolerance: f64) -> Result<(Vec<f64>, String), DiffsolError> {
    let n = start.len();
    // diffsol asks for products of the Jacobian with the n unit vectors; it is computed once a state.
    let jacobian = RefCell::new(Jacobian::new(n, beta));
    let evaluations = Cell::new(0);
    let scratch = RefCell::new(Trig::new(n));
    let begin = Instant::now();
    let problem = OdeBuilder::<M>::new()
        .rtol(tolerance)
        .atol([tolerance])
        .rhs_implicit(
            |x, _, _, out| {
                evaluations.set(evaluations.get() + 1);
                velocity(&mut scratch.borrow_mut(), beta, x, out);
            },
            |x, _, _, v, out| jacobian.borrow_mut().times(x, v, out),
        )
        .init(|_, _, y| y.copy_from_slice(start), n)
        .build()?;
    let mut solver = problem.bdf::<FaerLU<f64>>()?;
    solver.set_stop_time(until)?;
    while !matches!(solver.step()?, OdeSolverStopReason::TstopReached) {}
    let took = begin.elapsed().as_secs_f64();
    let statistics = solver.get_statistics();
    let (steps, rejected) = (statistics.number_of_steps, statistics.number_of_error_test_failures);
    let evaluations = evaluations.get();
    let state = solver.state();
    let angles = (0..n).map(|k| state.y[k]).collect();
    Ok((angles, format!("{took:.9} {steps} {rejected} {evaluations}")))
}

/// Cosines and sines of all angles.
struct Trig {
    cos: Vec<f64>,
    sin: Vec<f64>,
}

impl Trig {
    fn new(n: usize) -> Self {
        Self { cos: vec![0.0; n], sin: vec![0.0; n] }
    }

    fn fill(&mut self, angles: &[f64]) {
        for (k, angle) in angles.iter().enumerate() {
            (self.sin[k], self.cos[k]) = angle.sin_cos();
        }
    }

    /// The weight of token j for token k, and sine and cosine of the angle from k to j.
    fn pair(&self, beta: f64, j: usize, k: usize) -> (f64, f64, f64) {
        let (a, b) = (self.cos[j] - self.cos[k], self.sin[j] - self.sin[k]);
        let sine = self.sin[j] * self.cos[k] - self.cos[j] * self.sin[k];
        let cosine = self.cos[j] * self.cos[k] + self.sin[j] * self.sin[k];
        ((-0.5 * beta * (a * a + b * b)).exp(), sine, cosine)
    }
}

/// dphi_k/dt = (1/Z_k) sum_{j<k} exp(beta (cos(phi_j - phi_k) - 1)) sin(phi_j - phi_k)
fn velocity(trig: &mut Trig, beta: f64, angles: &[f64], out: &mut [f64]) {
    trig.fill(angles);
    for (k, out) in out.iter_mut().enumerate() {
        let (mut weight, mut pull) = (1.0, 0.0);
        for j in 0..k {
            let (w, sine, _) = trig.pair(beta, j, k);
            weight += w;
            pull += w * sine;
        }
        *out = pull / weight;
    }
}

/// The lower triangle of the Jacobian at the state it was last asked for, row by row.
struct Jacobian {
    beta: f64,
    trig: Trig,
    velocity: Vec<f64>,
    state: Vec<f64>,
    rows: Vec<f64>,
}

impl Jacobian {
    fn new(n: usize, beta: f64) -> Self {
        let (velocity, state, rows) = (vec![0.0; n], vec![f64::NAN; n], vec![0.0; n * n]);
        Self { beta, trig: Trig::new(n), velocity, state, rows }
    }

    fn fill(&mut self, angles: &[f64]) {
        let n = angles.len();
        velocity(&mut self.trig, self.beta, angles, &mut self.velocity);
        for k in 0..n {
            let row = &mut self.rows[k * n..(k + 1) * n];
            let (mut weight, mut diagonal) = (1.0, 0.0);
            for (j, entry) in row[..k].iter_mut().enumerate() {
                let (w, sine, cosine) = self.trig.pair(self.beta, j, k);
                weight += w;
                *entry = w * (cosine - self.beta * sine * (sine - self.velocity[k]));
            }
            for entry in &mut row[..k] {
                *entry /= weight;
                diagonal += *entry;
            }
            row[k] = -diagonal;
        }
        self.state.copy_from_slice(angles);
    }

    fn times(&mut self, angles: &[f64], v: &[f64], out: &mut [f64]) {
        if self.state != angles {
            self.fill(angles);
        }
        let n = angles.len();
        for (k, out) in out.iter_mut().enumerate() {
            *out = self.rows[k * n..=k * n + k].iter().zip(v).map(|(a, b)| a * b).sum();
        }
    }
}
