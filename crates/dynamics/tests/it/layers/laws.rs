//! What theory says of the normalisation schemes (arXiv 2510.22026), and what follows from their definitions.

use super::*;
use tokenpark_dynamics::{Layer, Solver, Termination, VectorField};

fn model(mask: Mask, d: usize, beta: f64, value: f64, scheme: Normalization, radius: f64) -> Model {
    let head = Head { value: DMatrix::identity(d, d) * value, ..Head::identity(d) };
    Model::new(d, beta, mask, Weights::Softmax, head)
        .and_then(|model| model.with_normalization(scheme)?.with_radius(radius))
        .expect("a valid model")
}

/// int_0^t 1/s near consensus, where <theta, A> = norm(A) = 1.
fn clock(scheme: Normalization, radius: f64, t: f64) -> f64 {
    let growing = |t: f64| libm::log1p(t / radius);
    match scheme {
        Normalization::PostLn => t,
        Normalization::PreLn | Normalization::PeriLn => growing(t),
        Normalization::MixLn { switch } => switch.min(t) + growing((t - switch).max(0.0)),
        Normalization::NGpt { alpha } => alpha * t,
        Normalization::LnScaling => 2.0 * ((t + 1.0).sqrt() - 1.0),
    }
}

/// Tokens within 1e-4 of e_1.
fn nearly_one(n: usize, d: usize) -> Tokens {
    let general = scattered(n, d);
    let state = general.state().iter().enumerate().map(|(i, x)| if i < n { 1.0 } else { 1e-4 * x }).collect();
    Tokens::new(d, state).expect("tokens")
}

fn variance(tokens: &Tokens) -> f64 {
    (0..tokens.dimension()).fold(0.0, |sum, i| {
        let row = tokens.coordinate(i);
        let mean = row.iter().sum::<f64>() / row.len() as f64;
        sum + row.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / row.len() as f64
    })
}

#[test]
fn val_decay_near_consensus() {
    for scheme in SCHEMES {
        for (d, radius, t) in [(2, 1.0, 3.0), (3, 0.5, 6.0), (5, 2.0, 1.0)] {
            let start = nearly_one(7, d);
            let c = clock(scheme, radius, t);
            let end = |mask| {
                let mut end = start.clone();
                end.copy_from(&run(&model(mask, d, 2.0, 1.0, scheme, radius), &start, t, 1e-12).solution.state);
                end
            };
            let ratio = variance(&end(Mask::Full)) / variance(&start);
            assert!((ratio / libm::exp(-2.0 * c) - 1.0).abs() < 1e-4, "{scheme:?}, full: {ratio:e}");
            // Token 2 is the slowest: half the exponent.
            let ratio = end(Mask::Causal).squared_chord(0, 1) / start.squared_chord(0, 1);
            assert!((ratio / libm::exp(-c) - 1.0).abs() < 1e-4, "{scheme:?}, causal: {ratio:e}");
        }
    }
}

#[test]
fn val_orthonormal_tokens_begin_to_turn_at_the_known_rate() {
    let (n, d, radius) = (4, 5, 1.7);
    let state = (0..n * d).map(|i| if i / n == i % n { 1.0 } else { 0.0 }).collect();
    let start = Tokens::new(d, state).expect("tokens");
    for scheme in SCHEMES {
        for beta in [0.0, 1.0, 7.0] {
            let (e, others) = (libm::exp(beta), n as f64 - 1.0);
            let size = (e * e + others).sqrt() / (e + others);
            let s = match scheme {
                Normalization::PreLn => radius,
                Normalization::PeriLn => radius * size,
                Normalization::NGpt { alpha } => size / alpha,
                _ => 1.0,
            };
            let mut field = Layer::new(model(Mask::Full, d, beta, 1.0, scheme, radius), n);
            let mut velocity = vec![0.0; field.len()];
            let state: Vec<f64> = start.state().iter().copied().chain(std::iter::repeat_n(radius, n)).collect();
            field.velocity(0.0, &state[..field.len()], &mut velocity);
            for (j, k) in (0..n).flat_map(|j| (0..j).map(move |k| (j, k))) {
                // d<theta_j, theta_k>/dt of unit coordinate vectors.
                let rate = velocity[k * n + j] + velocity[j * n + k];
                let expected = (2.0 / s) / (e + others);
                assert!((rate / expected - 1.0).abs() < 1e-14, "{scheme:?}: {rate} and {expected}");
            }
        }
    }
}

/// Post-LN is Attention, bit for bit, for every mask and matrix; its radius changes nothing.
#[test]
fn prop_post_ln_has_the_bits_of_attention() {
    for d in [2, 3] {
        for mask in [Mask::Causal, Mask::Full, Mask::Window(3), Mask::Sink { weight: 1.0, decay: 0.1 }] {
            for head in models(d, 3.0).into_iter().take(4).map(|model| model.heads()[0].clone()) {
                let model = Model::new(d, 3.0, mask.clone(), Weights::Softmax, head).expect("a valid model");
                let layered =
                    model.clone().with_normalization(Normalization::PostLn).and_then(|model| model.with_radius(3.0));
                let layered = layered.expect("valid");
                let start = scattered(11, d);
                let mut velocities = [vec![0.0; 11 * d], vec![0.0; 11 * d]];
                Attention::new(model.clone(), 11).velocity(0.0, start.state(), &mut velocities[0]);
                Layer::new(layered.clone(), 11).velocity(5.0, start.state(), &mut velocities[1]);
                assert_eq!(velocities[0], velocities[1]);
                let [a, b] = [&model, &layered].map(|model| run(model, &start, 3.0, 1e-8));
                assert_eq!(a, b);
            }
        }
    }
}

/// Directions at t of one model are those at t' of another.
#[test]
fn val_scales_of_v_are_clocks_or_lengths_or_nothing() {
    let (a, t, radius) = (2.5, 2.0, 0.8);
    let alpha = |alpha| Normalization::NGpt { alpha };
    let pairs = [
        ((Normalization::PostLn, a, 1.0, t), (Normalization::PostLn, 1.0, 1.0, a * t)),
        ((Normalization::PreLn, a, a * radius, t), (Normalization::PreLn, 1.0, radius, t)),
        ((Normalization::PeriLn, a, radius, t), (Normalization::PeriLn, 1.0, radius, t)),
        ((Normalization::PeriLn, 1.0, a * radius, a * t), (Normalization::PeriLn, 1.0, radius, t)),
        ((alpha(1.0), a, 1.0, t), (alpha(1.0), 1.0, 1.0, t)),
        ((alpha(a), 1.0, 1.0, t), (alpha(1.0), 1.0, 1.0, a * t)),
        ((Normalization::LnScaling, 1.0, 1.0, 8.0), (Normalization::PostLn, 1.0, 1.0, 4.0)),
        (
            (Normalization::LnScaling, a, 1.0, t),
            (Normalization::PostLn, 1.0, 1.0, 2.0 * a * ((t + 1.0_f64).sqrt() - 1.0)),
        ),
    ];
    for mask in [Mask::Causal, Mask::Full] {
        for d in [2, 3] {
            let start = scattered(9, d);
            for (one, other) in pairs {
                let [x, y] = [one, other].map(|(scheme, value, radius, t)| {
                    run(&model(mask.clone(), d, 4.0, value, scheme, radius), &start, t, 1e-11).solution.state
                });
                assert!(largest_distance(&x, &y) < 1e-8, "{one:?}, {other:?}: {:e}", largest_distance(&x, &y));
            }
        }
    }
}

/// A lone token with V = I only grows: r = r_0 + t.
#[test]
fn val_lone_tokens_grow_linearly() {
    for scheme in [Normalization::PreLn, Normalization::PeriLn, Normalization::MixLn { switch: 0.0 }] {
        let found = run(&model(Mask::Causal, 3, 9.0, 1.0, scheme, 0.5), &scattered(1, 3), 1e6, 1e-9);
        assert!((found.radii[0] / 1_000_000.5 - 1.0).abs() < 1e-8, "{scheme:?}: {:?}", found.radii);
        assert_eq!(found.solution.termination, Termination::Reached);
    }
}

#[test]
fn prop_mix_ln_is_one_scheme_and_then_the_other() {
    let start = scattered(8, 3);
    let with = |scheme| model(Mask::Causal, 3, 4.0, 1.0, scheme, 1.3);
    let mix = |switch| with(Normalization::MixLn { switch });
    let late = run(&mix(7.0), &start, 5.0, 1e-9);
    assert_eq!(late.solution, run(&with(Normalization::PostLn), &start, 5.0, 1e-9).solution);
    assert_eq!(late.radii, vec![1.3; 8]);
    assert_eq!(run(&mix(0.0), &start, 5.0, 1e-9), run(&with(Normalization::PreLn), &start, 5.0, 1e-9));
    // The switch is the end of a step, and no step crosses it; saved radii stay until then.
    let times = [0.0, 1.0, 1.7, 2.0, 5.0];
    let (mut ends, mut saved) = (vec![], vec![]);
    let problem = Problem { save_at: SaveAt(&times), ..problem(&start, 5.0, 1e-9) };
    let found = follow(&mix(1.7), Method::Auto, Kernel::Auto, problem, &mut |moment| {
        match moment {
            Moment::Step { from, time, .. } => ends.push((from, time)),
            Moment::Saved { time, radii, .. } => saved.push((time, radii.to_vec())),
        }
        ControlFlow::Continue(())
    });
    let found = found.expect("auto solves all");
    assert!(ends.windows(2).all(|pair| pair[0].1 == pair[1].0), "steps follow each other");
    assert_eq!(ends.iter().filter(|(from, time)| from == time).count(), 1, "the start is shown once");
    assert!(ends.iter().any(|(_, time)| *time == 1.7));
    assert_eq!(saved.iter().map(|(time, _)| *time).collect::<Vec<_>>(), times);
    assert!(saved[..3].iter().all(|(_, radii)| *radii == vec![1.3; 8]));
    assert!(saved[3].1.iter().all(|r| *r > 1.3) && saved[4].1 == found.radii);
    assert_eq!(found.solution.statistics.steps, ends.len() as u64 - 1);
}

/// Observers see unit directions in the solve's own time, whatever the clock; dense output does not know radii either.
#[test]
fn prop_observers_see_directions_alone() {
    let start = scattered(7, 3);
    let times = [0.0, 0.3, 1.0, 2.5, 4.0];
    for scheme in SCHEMES {
        for mask in [Mask::Causal, Mask::Full] {
            let model = model(mask, 3, 4.0, 1.0, scheme, 2.0);
            let problem = Problem { save_at: SaveAt(&times), ..problem(&start, 4.0, 1e-7) };
            let (mut saved, mut last, mut tokens) = (vec![], 0.0, start.clone());
            let found = follow(&model, Method::Auto, Kernel::Auto, problem, &mut |moment| {
                match moment {
                    Moment::Saved { time, state, radii, .. } => {
                        tokens.copy_from(state);
                        assert_eq!(radii.len(), if scheme.has_radii() { 7 } else { 0 });
                        saved.push(time);
                    }
                    Moment::Step { from, time, state, between } => {
                        assert_eq!(from, last, "{scheme:?}");
                        last = time;
                        let mut middle = vec![0.0; state.len()];
                        between(0.5 * (from + time), &mut middle);
                        tokens.copy_from(&middle);
                        assert!(tokens.norm_defect() < 1e-14);
                        between(time, &mut middle);
                        assert!(largest_distance(&middle, state) < 1e-12, "{scheme:?}");
                        tokens.copy_from(state);
                    }
                }
                assert!(tokens.norm_defect() < 1e-14);
                ControlFlow::Continue(())
            });
            let found = found.expect("auto solves all");
            assert_eq!((saved.as_slice(), last, found.solution.t_end), (&times[..], 4.0, 4.0), "{scheme:?}");
            assert_eq!(found.solution.state.len(), 21);
        }
    }
}

/// The state after equal steps.
fn fixed(model: &Model, start: &Tokens, steps: u32) -> Vec<f64> {
    let mut field = Layer::new(model.clone(), start.len());
    let mut solver = DormandPrince5::default();
    let state: Vec<f64> =
        start.state().iter().copied().chain(vec![model.radius(); field.len() - start.state().len()]).collect();
    solver.start(&mut field, 0.0, &state);
    let h = 1.0 / f64::from(steps);
    for i in 1..=steps {
        solver.attempt(&mut field, h, Tolerance { rtol: 1.0, atol: 1.0 });
        solver.accept(&mut field, f64::from(i) * h);
    }
    Solver::<Layer>::state(&solver).to_vec()
}

#[test]
fn val_layers_are_solved_to_order_five() {
    let start = scattered(6, 3);
    for scheme in SCHEMES.into_iter().filter(|scheme| !matches!(scheme, Normalization::MixLn { .. })) {
        let model = model(Mask::Full, 3, 5.0, 1.0, scheme, 1.0);
        let model = model.with_perceptron(perceptron(3, Activation::Gelu)).expect("it fits");
        let exact = fixed(&model, &start, 300);
        let errors = [3, 6, 12].map(|steps| largest_distance(&fixed(&model, &start, steps), &exact));
        for pair in errors.windows(2) {
            let order = libm::log2(pair[0] / pair[1]);
            assert!((4.4..6.8).contains(&order), "{scheme:?}: order {order} from {errors:?}");
        }
    }
}

/// Far ahead the growing radii slow the clock down: an explicit solve takes steps in proportion to log t.
#[test]
fn prop_growing_radii_are_cheap() {
    let model = model(Mask::Causal, 3, 9.0, 1.0, Normalization::PreLn, 1.0);
    let found = run(&model, &scattered(12, 3), 1e12, 1e-6);
    assert_eq!(found.solution.termination, Termination::Reached);
    assert!(found.solution.statistics.steps < 3000, "{:?}", found.solution.statistics);
}

#[test]
fn prop_wrong_numbers_are_refused() {
    let model = || causal(3, 1.0);
    for scheme in [
        Normalization::MixLn { switch: -1.0 },
        Normalization::MixLn { switch: f64::INFINITY },
        Normalization::NGpt { alpha: 0.0 },
        Normalization::NGpt { alpha: f64::NAN },
    ] {
        assert!(model().with_normalization(scheme).is_err(), "{scheme:?}");
    }
    assert!([0.0, -1.0, f64::NAN, f64::INFINITY].into_iter().all(|radius| model().with_radius(radius).is_err()));
    let [first, second] = matrices(3);
    let new = |bias: &[f64], second| Perceptron::new(&first, bias.to_vec(), second, Activation::Relu);
    let short = second.rows(0, 2).into_owned();
    assert!(new(&BIAS[..2], &second).is_err() && new(&BIAS, &short).is_err());
    assert!(new(&[0.0, f64::NAN, 0.0], &second).is_err() && new(&BIAS, &second).is_ok());
    assert!(causal(2, 1.0).with_perceptron(perceptron(3, Activation::Relu)).is_err());
    let error = run_with(Method::Ndf, Kernel::Auto).expect_err("explicit only");
    assert!(error.to_string().contains("normalization \"post-ln\""), "{error}");
    assert!(run_with(Method::Auto, Kernel::Fourier).is_err() && run_with(Method::Auto, Kernel::Direct).is_ok());
}

fn run_with(method: Method, kernel: Kernel) -> Result<Followed, tokenpark_dynamics::FollowError> {
    let model = model(Mask::Causal, 2, 1.0, 1.0, Normalization::MixLn { switch: 1.0 }, 1.0);
    follow(&model, method, kernel, problem(&scattered(3, 2), 2.0, 1e-6), &mut |_| ControlFlow::Continue(()))
}
