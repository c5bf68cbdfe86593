//! The Runge-Kutta pair of Dormand & Prince, order 5(4), with Shampine's dense output of order 4 (Hairer, Norsett &
//! Wanner, *Solving ODEs I*, II.5 and II.6). Seven stages, the last of which is the first of the next step.

use super::{Solver, Tolerance, VectorField};

const STAGES: usize = 7;
/// Nodes c_i.
const C: [f64; STAGES] = [0.0, 1.0 / 5.0, 3.0 / 10.0, 4.0 / 5.0, 8.0 / 9.0, 1.0, 1.0];
/// Weights a_ij; the last row is also the solution of order 5.
const A: [&[f64]; STAGES] = [
    &[],
    &[1.0 / 5.0],
    &[3.0 / 40.0, 9.0 / 40.0],
    &[44.0 / 45.0, -56.0 / 15.0, 32.0 / 9.0],
    &[19372.0 / 6561.0, -25360.0 / 2187.0, 64448.0 / 6561.0, -212.0 / 729.0],
    &[9017.0 / 3168.0, -355.0 / 33.0, 46732.0 / 5247.0, 49.0 / 176.0, -5103.0 / 18656.0],
    &[35.0 / 384.0, 0.0, 500.0 / 1113.0, 125.0 / 192.0, -2187.0 / 6784.0, 11.0 / 84.0],
];
/// Order 5 minus order 4.
const E: [f64; STAGES] =
    [71.0 / 57600.0, 0.0, -71.0 / 16695.0, 71.0 / 1920.0, -17253.0 / 339_200.0, 22.0 / 525.0, -1.0 / 40.0];
/// Dense output.
const D: [f64; STAGES] = [
    -12_715_105_075.0 / 11_282_082_432.0,
    0.0,
    87_487_479_700.0 / 32_700_410_799.0,
    -10_690_763_975.0 / 1_880_347_072.0,
    701_980_252_875.0 / 199_316_789_632.0,
    -1_453_857_185.0 / 822_651_844.0,
    69_997_945.0 / 29_380_423.0,
];

/// The method `dormand-prince-5`.
#[derive(Debug, Clone, Default)]
pub struct DormandPrince5 {
    /// Start and size of the last accepted step.
    step: (f64, f64),
    time: f64,
    attempted: f64,
    state: Vec<f64>,
    /// Velocities at the stages of the present attempt; after `accept` those of the last step but for the first,
    /// which is kept in `first`.
    stages: [Vec<f64>; STAGES],
    /// Velocity at the present state.
    velocity: Vec<f64>,
    /// State and velocity at the start of the last accepted step and its unretracted end, for dense output.
    before: Vec<f64>,
    first: Vec<f64>,
    end: Vec<f64>,
    error: Vec<f64>,
    evaluations: u64,
}

impl DormandPrince5 {
    /// y + h sum_j a_j k_j.
    fn combine(out: &mut [f64], y: &[f64], h: f64, weights: &[f64], stages: &[Vec<f64>]) {
        out.copy_from_slice(y);
        for (&a, k) in weights.iter().zip(stages).filter(|(a, _)| **a != 0.0) {
            let factor = h * a;
            for (o, &v) in out.iter_mut().zip(k) {
                *o += factor * v;
            }
        }
    }
}

impl<F: VectorField + ?Sized> Solver<F> for DormandPrince5 {
    fn name(&self) -> &'static str {
        "dormand-prince-5"
    }

    fn error_exponent(&self) -> u32 {
        5
    }

    fn start(&mut self, field: &mut F, time: f64, state: &[f64]) -> &[f64] {
        let n = field.len();
        for buffer in self.stages.iter_mut().chain([&mut self.velocity, &mut self.first, &mut self.error]) {
            buffer.clear();
            buffer.resize(n, 0.0);
        }
        self.state = state.to_vec();
        self.before = state.to_vec();
        self.end = state.to_vec();
        self.time = time;
        self.step = (time, 0.0);
        field.velocity(time, state, &mut self.velocity);
        self.evaluations = 1;
        &self.velocity
    }

    fn attempt(&mut self, field: &mut F, h: f64, tolerance: Tolerance) -> f64 {
        self.attempted = h;
        self.stages[0].copy_from_slice(&self.velocity);
        for i in 1..STAGES {
            Self::combine(&mut self.end, &self.state, h, A[i], &self.stages);
            field.velocity(self.time + C[i] * h, &self.end, &mut self.stages[i]);
        }
        self.evaluations += STAGES as u64 - 1;
        self.error.fill(0.0);
        for (&e, k) in E.iter().zip(&self.stages).filter(|(e, _)| **e != 0.0) {
            for (out, &v) in self.error.iter_mut().zip(k) {
                *out += h * e * v;
            }
        }
        field.error_norm(&self.state, &self.error, tolerance)
    }

    fn accept(&mut self, field: &mut F, time: f64) {
        self.step = (self.time, self.attempted);
        self.time = time;
        self.before.copy_from_slice(&self.state);
        self.first.copy_from_slice(&self.velocity);
        self.velocity.copy_from_slice(&self.stages[STAGES - 1]);
        self.state.copy_from_slice(&self.end);
        field.retract(&mut self.state);
    }

    fn state(&self) -> &[f64] {
        &self.state
    }

    fn interpolate(&self, field: &F, time: f64, out: &mut [f64]) {
        let (start, h) = self.step;
        let theta = if h == 0.0 { 0.0 } else { (time - start) / h };
        let rest = 1.0 - theta;
        for (c, value) in out.iter_mut().enumerate() {
            let difference = self.end[c] - self.before[c];
            let bend = h * self.first[c] - difference;
            let last = h * self.stages[STAGES - 1][c];
            let quartic = D[0] * self.first[c] + (2..STAGES).map(|i| D[i] * self.stages[i][c]).sum::<f64>();
            let inner = difference - last - bend + rest * h * quartic;
            *value = self.before[c] + theta * (difference + rest * (bend + theta * inner));
        }
        field.retract(out);
    }

    fn evaluations(&self) -> u64 {
        self.evaluations
    }
}
