//! Stiffly accurate Rosenbrock methods: one linearisation a step, and in each stage one evaluation and one linear
//! system, all with the same shift. Steps may be 1e40 long: the methods are L-stable. For autonomous fields.

use super::rodas_coefficients::{RODAS4, RODAS5P, Tableau};
use super::{ImplicitField, Solver, Tolerance};

/// The methods `rodas4` and `rodas5p`.
#[derive(Debug, Clone)]
pub struct Rosenbrock {
    tableau: &'static Tableau,
    /// Start and size of the last accepted step.
    step: (f64, f64),
    time: f64,
    attempted: f64,
    state: Vec<f64>,
    velocity: Vec<f64>,
    /// The field remembers the linearisation at `state`.
    linearized: bool,
    /// u_i of the present attempt, or of the last accepted step.
    stages: Vec<Vec<f64>>,
    /// Ends of the last accepted step, not retracted.
    before: Vec<f64>,
    end: Vec<f64>,
    argument: Vec<f64>,
    rhs: Vec<f64>,
    evaluations: u64,
}

impl Rosenbrock {
    /// Order 4(3), six stages.
    #[must_use]
    pub fn rodas4() -> Self {
        Self::new(&RODAS4)
    }

    /// Order 5(4), eight stages.
    #[must_use]
    pub fn rodas5p() -> Self {
        Self::new(&RODAS5P)
    }

    fn new(tableau: &'static Tableau) -> Self {
        Self {
            tableau,
            step: (0.0, 0.0),
            time: 0.0,
            attempted: 0.0,
            state: Vec::new(),
            velocity: Vec::new(),
            linearized: false,
            stages: vec![Vec::new(); tableau.a.len() + 1],
            before: Vec::new(),
            end: Vec::new(),
            argument: Vec::new(),
            rhs: Vec::new(),
            evaluations: 0,
        }
    }

    /// f(y + sum a_ij u_j) + sum (c_ij / h) u_j for stage i >= 1, to `rhs`.
    fn prepare<F: ImplicitField + ?Sized>(&mut self, field: &mut F, h: f64, i: usize) {
        self.argument.copy_from_slice(&self.state);
        for (&a, u) in self.tableau.a[i - 1].iter().zip(&self.stages) {
            add(a, u, &mut self.argument);
        }
        field.velocity(self.time, &self.argument, &mut self.rhs);
        for (&c, u) in self.tableau.c[i - 1].iter().zip(&self.stages) {
            add(c / h, u, &mut self.rhs);
        }
    }
}

/// out += factor * x.
fn add(factor: f64, x: &[f64], out: &mut [f64]) {
    for (out, &x) in out.iter_mut().zip(x) {
        *out += factor * x;
    }
}

impl<F: ImplicitField + ?Sized> Solver<F> for Rosenbrock {
    fn name(&self) -> &'static str {
        self.tableau.name
    }

    fn error_exponent(&self) -> u32 {
        self.tableau.exponent
    }

    fn start(&mut self, field: &mut F, time: f64, state: &[f64]) -> &[f64] {
        let n = field.len();
        for buffer in self.stages.iter_mut().chain([&mut self.velocity, &mut self.argument, &mut self.rhs]) {
            buffer.clear();
            buffer.resize(n, 0.0);
        }
        self.state = state.to_vec();
        self.before = state.to_vec();
        self.end = state.to_vec();
        self.time = time;
        self.step = (time, 0.0);
        field.linearize(time, state, &mut self.velocity);
        self.linearized = true;
        self.evaluations = 1;
        &self.velocity
    }

    fn attempt(&mut self, field: &mut F, h: f64, tolerance: Tolerance) -> f64 {
        if !self.linearized {
            field.linearize(self.time, &self.state, &mut self.velocity);
            self.linearized = true;
            self.evaluations += 1;
        }
        self.attempted = h;
        let shift = 1.0 / (h * self.tableau.gamma);
        field.substitute(shift, &self.velocity, &mut self.stages[0]);
        for i in 1..self.stages.len() {
            self.prepare(field, h, i);
            field.substitute(shift, &self.rhs, &mut self.stages[i]);
        }
        let last = self.stages.len() - 1;
        self.evaluations += last as u64;
        self.end.copy_from_slice(&self.argument);
        add(1.0, &self.stages[last], &mut self.end);
        field.error_norm(&self.state, &self.stages[last], tolerance)
    }

    fn accept(&mut self, field: &mut F, time: f64) {
        self.step = (self.time, self.attempted);
        self.time = time;
        self.before.copy_from_slice(&self.state);
        self.state.copy_from_slice(&self.end);
        field.retract(&mut self.state);
        self.linearized = false;
    }

    fn state(&self) -> &[f64] {
        &self.state
    }

    fn interpolate(&self, field: &F, time: f64, out: &mut [f64]) {
        let (start, h) = self.step;
        let theta = if h == 0.0 { 0.0 } else { (time - start) / h };
        let rest = 1.0 - theta;
        for (c, value) in out.iter_mut().enumerate() {
            let bend = self.tableau.dense.iter().rev().fold(0.0, |sum, weights| {
                let k: f64 = weights.iter().zip(&self.stages).map(|(w, u)| w * u[c]).sum();
                k + theta * sum
            });
            *value = rest * self.before[c] + theta * (self.end[c] + rest * bend);
        }
        field.retract(out);
    }

    fn evaluations(&self) -> u64 {
        self.evaluations
    }
}
