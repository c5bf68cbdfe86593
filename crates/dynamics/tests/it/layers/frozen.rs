//! Frozen centres: a leading token with V = I does not move either, and Theorem 5.2.

use super::super::jacobian::{jacobian_times, tangential};
use super::*;
use tokenpark_dynamics::{
    CausalAttention, CircleField, ImplicitField, ModelError, SimdLevel, Termination, VectorField, squared_chord,
};

fn frozen(points: &Tokens, weights: &[f64]) -> Frozen {
    Frozen::new(points.clone(), weights.to_vec()).expect("valid weights")
}

/// The velocities of the explicit and of the triangular field.
fn velocities(model: &Model, start: &Tokens) -> [Vec<f64>; 2] {
    let mut out = [vec![0.0; start.state().len()], vec![0.0; start.state().len()]];
    Attention::new(model.clone(), start.len()).velocity(0.0, start.state(), &mut out[0]);
    CausalAttention::new(model, start.len()).expect("triangular").velocity(0.0, start.state(), &mut out[1]);
    out
}

/// A centre of weight 5 is five coincident tokens in front, none of which moves.
#[test]
fn val_a_weight_is_a_number_of_leading_tokens() {
    for (d, n, beta) in [(2, 13, 3.0), (3, 30, 9.0), (7, 20, 2.0)] {
        let all = scattered(n, d);
        let rest: Vec<f64> = (0..d).flat_map(|i| all.coordinate(i)[1..].to_vec()).collect();
        let rest = Tokens::new(d, rest).expect("tokens");
        let fives: Vec<f64> =
            (0..d).flat_map(|i| [[all.coordinate(i)[0]; 5].to_vec(), rest.coordinate(i).to_vec()].concat()).collect();
        let fives = Tokens::new(d, fives).expect("tokens");
        let with = causal(d, beta).with_frozen(frozen(&all.prefix(1), &[5.0])).expect("it fits");
        let leading = velocities(&causal(d, beta), &fives);
        for (here, there) in velocities(&with, &rest).iter().zip(&leading) {
            let there: Vec<f64> = (0..d).flat_map(|i| there[i * (n + 4) + 5..(i + 1) * (n + 4)].to_vec()).collect();
            assert!(distance(here, &there) < 1e-13 * norm(&there), "{d}: {:e}", distance(here, &there));
        }
    }
}

/// All models of the crate's tests with softmax, with a window and a decay, and with more centres than lanes.
fn with_centers(d: usize) -> Vec<Model> {
    let masks = [Mask::Causal, Mask::Window(4), Mask::Window(30), Mask::Decay(3.0)];
    let heads = models(d, 1.7).into_iter().take(4).map(|model| model.heads()[0].clone());
    let all = heads.flat_map(|head| masks.clone().map(|mask| (head.clone(), mask)));
    all.flat_map(|(head, mask)| {
        [1, 8, 11].map(|count| {
            Model::new(d, 1.7, mask.clone(), Weights::Softmax, head.clone())
                .and_then(|model| model.with_frozen(centers(d, count)))
                .expect("a valid model")
        })
    })
    .collect()
}

#[test]
fn val_both_fields_agree() {
    for (d, n) in [(2, 5), (3, 21), (9, 12)] {
        for model in with_centers(d) {
            let [a, b] = velocities(&model, &scattered(n, d));
            assert!(distance(&a, &b) < 1e-13 * norm(&a), "{d} {:?}: {:e}", model.mask(), distance(&a, &b));
        }
    }
}

/// In angles: pair by pair, by Fourier series, and as it comes.
#[test]
fn val_the_circle_agrees() {
    for (n, beta, count) in [(5, 4.0, 3), (60, 9.0, 11), (90, 30.0, 4)] {
        let (start, model) = (scattered(n, 2), causal(2, beta).with_frozen(centers(2, count)).expect("it fits"));
        let (x, y) = (start.coordinate(0), start.coordinate(1));
        let angles: Vec<f64> = x.iter().zip(y).map(|(&x, &y)| libm::atan2(y, x)).collect();
        let [plain, _] = velocities(&model, &start);
        let expected: Vec<f64> = (0..n).map(|k| x[k] * plain[n + k] - y[k] * plain[k]).collect();
        for noise in [0.0, 1e-12, f64::INFINITY] {
            let mut field = CircleField::new(n, beta, 1.0).with_noise(noise).with_frozen(&centers(2, count));
            let mut velocity = vec![0.0; n];
            for linearized in [false, true] {
                if linearized {
                    field.linearize(1.0, &angles, &mut velocity);
                } else {
                    field.velocity(1.0, &angles, &mut velocity);
                }
                assert!(largest_distance(&velocity, &expected) < 1e-12, "{n} {beta} {noise}");
            }
        }
    }
}

#[test]
fn val_substitution_inverts_the_jacobian() {
    for (d, n) in [(2, 5), (3, 21), (5, 19)] {
        for model in with_centers(d) {
            let state = scattered(n, d).state().to_vec();
            let mut field = CausalAttention::new(&model, n).expect("triangular");
            let mut velocity = vec![0.0; n * d];
            field.linearize(0.0, &state, &mut velocity);
            for shift in [30.0, 0.3] {
                let rhs = tangential(&state, n, 0.37 * shift);
                let mut u = vec![0.0; n * d];
                field.substitute(shift, &rhs, &mut u);
                let product = jacobian_times(&mut field, &state, &u);
                let residual: Vec<f64> = (0..n * d).map(|i| shift * u[i] - product[i] - rhs[i]).collect();
                let ratio = norm(&residual) / (norm(&product) + shift * norm(&u) + norm(&rhs));
                assert!(ratio < 1e-9, "d {d} n {n} {:?}: {ratio:e}", model.mask());
            }
        }
    }
}

#[test]
fn prop_bits_do_not_depend_on_the_level() {
    let (d, n) = (3, 40);
    for model in with_centers(d) {
        let start = scattered(n, d);
        let mut results = SimdLevel::available().into_iter().map(|level| {
            let mut field = CausalAttention::with_level(&model, n, level).expect("triangular");
            let mut out = vec![vec![0.0; n * d]; 3];
            field.linearize(0.0, start.state(), &mut out[0]);
            let rhs = out[0].clone();
            field.substitute(0.7, &rhs, &mut out[1]);
            Attention::with_level(model.clone(), n, level).velocity(0.0, start.state(), &mut out[2]);
            out.into_iter().flatten().map(f64::to_bits).collect::<Vec<_>>()
        });
        let first = results.next().expect("the portable level");
        assert!(results.all(|other| other == first));
    }
}

/// Token k does not know how many come after it.
#[test]
fn prop_the_first_tokens_are_a_closed_system() {
    let (d, all) = (3, scattered(40, 3));
    for model in with_centers(d).iter().filter(|model| model.mask().closes(17)) {
        let [many, few] = [40, 17].map(|n| velocities(model, &all.prefix(n)));
        for (many, few) in many.iter().zip(&few) {
            assert!((0..d).all(|i| many[i * 40..i * 40 + 17] == few[i * 17..(i + 1) * 17]));
        }
    }
}

/// The theorem's explicit window: epsilon < 0.1, c >= 5.5 + 2 epsilon, beta >= (c - 1 - 2 epsilon)^2 / 2 and
/// N <= epsilon / (c - 1) e^{3 (c - 1 - 2 epsilon)^2 / 8}.
#[test]
fn val_centers_capture_everything() {
    let epsilon = 0.09;
    for (c, beta, m, d) in [(6.5, 30.0, 4, 2), (7.5, 60.0, 5, 2)] {
        let angles: Vec<f64> = (0..m).map(|j| 2.0 * std::f64::consts::PI * f64::from(j) / f64::from(m)).collect();
        let points = Tokens::from_angles(&angles).expect("centres");
        let (n, weights) = (24, vec![1.5; m as usize]);
        let total = n as f64 + weights.iter().sum::<f64>();
        let width = c - 1.0 - 2.0 * epsilon;
        assert!(c >= 5.5 + 2.0 * epsilon && beta >= 0.5 * width * width, "the window");
        assert!(total <= epsilon / (c - 1.0) * libm::exp(0.375 * width * width), "the window");
        assert!(points.squared_chord(0, 1) > squared_chord(c / beta.sqrt()), "the window");
        let model = causal(d, beta).with_frozen(frozen(&points, &weights)).expect("it fits");
        let start = scattered(n, d);
        let found = run(&model, &start, 1e15, 1e-8);
        assert_eq!(found.solution.termination, Termination::Reached);
        assert_eq!(found.method, "ndf");
        let mut end = start.clone();
        end.copy_from(&found.solution.state);
        let near = squared_chord(epsilon / beta.sqrt());
        for k in 0..n {
            let nearest = (0..m as usize).map(|j| end.squared_chord_to(k, &points, j)).fold(4.0, f64::min);
            assert!(nearest < near, "token {k} is {:e} from a centre", nearest.sqrt());
        }
    }
}

#[test]
fn prop_wrong_centers_are_refused() {
    let points = scattered(3, 3);
    let new = |weights: &[f64]| Frozen::new(points.clone(), weights.to_vec()).map(drop);
    assert_eq!(new(&[1.0, 2.0]), Err(ModelError::FrozenWeights { points: 3, weights: 2 }));
    for wrong in [0.5, -1.0, f64::NAN, f64::INFINITY] {
        assert!(matches!(new(&[1.0, wrong, 1.0]), Err(ModelError::FrozenWeight(_))), "{wrong}");
    }
    let three = frozen(&points, &[1.0; 3]);
    let refused = |model: Model| model.with_frozen(three.clone()).map(drop);
    assert_eq!(refused(causal(2, 1.0)), Err(ModelError::FrozenDimension { found: 3, dimension: 2 }));
    let counting = Model::new(3, 1.0, Mask::Causal, Weights::Unnormalized, Head::identity(3)).expect("valid");
    assert_eq!(refused(counting), Err(ModelError::FrozenWithoutSum));
}
