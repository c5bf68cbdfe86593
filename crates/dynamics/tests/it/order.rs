//! The solver has the order it claims.

use crate::{causal, largest_distance, scattered};
use tokenpark_dynamics::{Attention, DormandPrince5, Solver, Tolerance};

const TOLERANCE: Tolerance = Tolerance { rtol: 1.0, atol: 1.0 };

/// The state at 1 with steps of 1/steps, and the dense output in the middle of the last step.
fn fixed_steps(steps: u32) -> (Vec<f64>, Vec<f64>) {
    let start = scattered(6, 3);
    let mut field = Attention::new(causal(3, 5.0), 6);
    let mut solver = DormandPrince5::default();
    let solver: &mut dyn Solver<Attention> = &mut solver;
    solver.start(&mut field, 0.0, start.state());
    let h = 1.0 / f64::from(steps);
    for i in 1..=steps {
        solver.attempt(&mut field, h, TOLERANCE);
        solver.accept(&mut field, f64::from(i) * h);
    }
    let mut middle = vec![0.0; 18];
    solver.interpolate(&field, 1.0 - 0.5 * h, &mut middle);
    (solver.state().to_vec(), middle)
}

#[test]
fn val_dormand_prince_has_order_five() {
    let reference = fixed_steps(400).0;
    let errors = [2, 4, 8].map(|steps| largest_distance(&fixed_steps(steps).0, &reference));
    for pair in errors.windows(2) {
        let order = libm::log2(pair[0] / pair[1]);
        assert!((4.6..5.8).contains(&order), "order {order} from {errors:?}");
    }
}

#[test]
fn val_dense_output_has_order_four() {
    let errors = [2_u32, 4, 8].map(|steps| {
        // Twice as many steps of half the size end in the middle of the coarse run's last step; from a fine run.
        let fine = 64;
        let start = scattered(6, 3);
        let mut field = Attention::new(causal(3, 5.0), 6);
        let mut solver = DormandPrince5::default();
        let solver: &mut dyn Solver<Attention> = &mut solver;
        solver.start(&mut field, 0.0, start.state());
        let h = 1.0 / f64::from(2 * steps * fine);
        for i in 1..=(2 * steps - 1) * fine {
            solver.attempt(&mut field, h, TOLERANCE);
            solver.accept(&mut field, f64::from(i) * h);
        }
        largest_distance(&fixed_steps(steps).1, solver.state())
    });
    for pair in errors.windows(2) {
        // Local error h^5 of an interpolant of order 4, added to the global error h^5 of the steps before.
        let order = libm::log2(pair[0] / pair[1]);
        assert!((4.3..6.5).contains(&order), "order {order} from {errors:?}");
    }
}
