//! Clusters followed in continuous time, against closed forms.

use crate::causal;
use std::ops::ControlFlow;
use tokenpark_dynamics::{
    Hysteresis, Kernel, Life, Method, Moment, Problem, SaveAt, Tokens, Tolerance, Tracker, follow,
};

const GAP: f64 = 0.07;

/// The lives of a causal run on the circle, how clusters stand noted at `stands_at`.
fn lives(beta: f64, angles: &[f64], until: f64, tolerance: f64, rules: Hysteresis, stands_at: f64) -> Vec<Life> {
    let start = Tokens::from_angles(angles).expect("tokens");
    let mut tracker = Tracker::new(&start, rules, stands_at);
    let tolerance = Tolerance { rtol: tolerance, atol: tolerance };
    let problem = Problem { from: 0.0, start: start.state(), until, save_at: SaveAt(&[]), tolerance };
    follow(&causal(2, beta), Method::Auto, Kernel::Auto, problem, &mut |moment| {
        tracker.see(moment);
        ControlFlow::Continue(())
    })
    .expect("auto solves every model");
    tracker.lives()
}

fn usual(beta: f64, gap: f64) -> Hysteresis {
    Hysteresis::new(gap, Hysteresis::default_split(beta, gap))
}

/// The time in which a leader falls from one angle to another into m coincident earlier tokens:
/// the integral of (e^{beta (1 - cos phi)} + m) / (m sin phi), by Simpson's rule.
fn fall(beta: f64, m: f64, from: f64, to: f64) -> f64 {
    let speed = |phi: f64| (libm::exp(beta * (1.0 - libm::cos(phi))) + m) / (m * libm::sin(phi));
    let intervals = 20_000;
    let h = (from - to) / f64::from(intervals);
    let inside: f64 = (1..intervals).map(|i| speed(to + f64::from(i) * h) * if i % 2 == 0 { 2.0 } else { 4.0 }).sum();
    (speed(to) + inside + speed(from)) * h / 3.0
}

fn death(lives: &[Life], leader: u32) -> f64 {
    let alive: Vec<&Life> = lives.iter().filter(|life| life.leader == leader).collect();
    assert_eq!(alive.len(), 1, "{lives:?}");
    alive[0].death.expect("it dies").time
}

#[test]
fn val_two_tokens_die_when_the_integral_says() {
    for (beta, from) in [(1.0, 3.0), (4.0, 2.0), (16.0, 1.2), (64.0, 1.0), (150.0, 0.5), (300.0, 1.5)] {
        let exact = fall(beta, 1.0, from, GAP);
        let lives = lives(beta, &[0.3, 0.3 + from], 2.0 * exact, 1e-10, usual(beta, GAP), 0.5 * exact);
        let time = death(&lives, 1);
        assert!((time / exact - 1.0).abs() < 1e-5, "beta {beta}: {time:e} and {exact:e}");
        assert!((lives[1].gap_at_birth.expect("a gap") - from).abs() < 1e-12);
        let standing = lives[1].standing.expect("alive");
        assert!(standing.size == 1 && standing.earlier == 1, "{standing:?}");
        // Half of the life is over: from here the integral has the other half to go.
        let left = fall(beta, 1.0, standing.gap.expect("a gap"), GAP);
        assert!((left / exact - 0.5).abs() < 1e-4, "beta {beta}: {left:e}");
        assert!(lives[0].death.is_none() && lives[0].gap_at_birth.is_none());
    }
}

#[test]
fn val_two_coincident_earlier_tokens_pull_twice_as_hard() {
    for beta in [9.0, 64.0] {
        let exact = fall(beta, 2.0, 0.9, GAP);
        let lives = lives(beta, &[0.0, 0.0, 0.9], 2.0 * exact, 1e-10, usual(beta, GAP), 1.0);
        let time = death(&lives, 2);
        assert!((time / exact - 1.0).abs() < 1e-5, "beta {beta}: {time:e} and {exact:e}");
        let death = lives[2].death.expect("it dies");
        assert_eq!((death.size, death.absorbed_by, death.earlier), (1, 0, 2));
        assert_eq!((lives[1].death.expect("at once").time, lives[2].standing.expect("alive").earlier), (0.0, 2));
    }
}

#[test]
fn val_followers_do_not_help_their_leader() {
    for beta in [9.0, 64.0] {
        let exact = fall(beta, 1.0, 0.9, GAP);
        let lives = lives(beta, &[0.0, 0.9, 0.9], 2.0 * exact, 1e-10, usual(beta, GAP), 1.0);
        let time = death(&lives, 1);
        assert!((time / exact - 1.0).abs() < 1e-5, "beta {beta}: {time:e} and {exact:e}");
        let death = lives[1].death.expect("it dies");
        assert_eq!((death.size, death.absorbed_by, death.earlier), (2, 0, 1));
        // Token 2 has died at time 0, by token 1, having been nearer to it than to token 0.
        let first = lives[2].death.expect("at once");
        assert_eq!((first.time, first.absorbed_by, first.earlier, lives[2].gap_at_birth), (0.0, 1, 1, Some(0.0)));
    }
}

#[test]
fn val_later_tokens_of_the_absorbing_cluster_do_not_count() {
    let exact = fall(64.0, 1.0, 0.9, GAP);
    let lives = lives(64.0, &[0.0, 0.9, 0.0, 0.0], 2.0 * exact, 1e-10, usual(64.0, GAP), 1.0);
    let time = death(&lives, 1);
    assert!((time / exact - 1.0).abs() < 1e-5, "{time:e} and {exact:e}");
    assert_eq!((lives[1].death.map(|d| d.earlier), lives[1].standing.map(|s| s.earlier)), (Some(1), Some(1)));
}

/// A leader outruns its followers by 0.126 (science: beta = 64, 20 earlier tokens): no split, unless one is asked for.
#[test]
fn val_tearing_is_no_split() {
    let beta = 64.0;
    let angles: Vec<f64> = (0..30).map(|k| if k < 20 { 0.0 } else { 0.8 }).collect();
    let until = 2.0 * fall(beta, 20.0, 0.8, GAP);
    let whole = lives(beta, &angles, until, 1e-8, usual(beta, GAP), 1.0);
    assert_eq!(whole.len(), 30, "births: {whole:?}");
    assert!(whole.iter().all(|life| life.splits == 0) && death(&whole, 20) > 0.0);
    assert_eq!(whole[20].death.map(|d| (d.size, d.earlier)), Some((10, 20)));
    let nervous = lives(beta, &angles, until, 1e-8, Hysteresis::new(0.02, 0.12), 1.0);
    let reborn = &nervous[21..23];
    assert!(nervous.len() == 31 && nervous[20].splits == 1, "{nervous:?}");
    assert_eq!((reborn[1].leader, reborn[1].size_at_birth, reborn[1].split_from), (21, 9, Some(20)));
    assert!((reborn[1].gap_at_birth.expect("a gap") - 0.12).abs() < 1e-4);
    let unsplit = lives(beta, &angles, until, 1e-8, Hysteresis::new(0.02, 0.13), 1.0);
    assert!(unsplit.len() == 30);
}

/// Whatever gap calls them clusters, those that last die at the same time.
#[test]
fn val_late_deaths_do_not_depend_on_the_gap() {
    let mut compared = 0;
    for (beta, seed) in [(36.0, 0.1), (36.0, 0.5), (64.0, 0.2), (64.0, 0.7)] {
        let angles: Vec<f64> =
            (0..80).map(|k| 6.25 * (f64::from(k) * 0.754_877_666 + seed * f64::from(k * k)).fract()).collect();
        let of = |gap| lives(beta, &angles, 1e30, 1e-7, usual(beta, gap), 1e3);
        let runs = [0.02, 0.04, 0.07, 0.1].map(of);
        for life in runs[0].iter().filter(|life| life.standing.is_some()) {
            let others = runs[1..].iter().filter_map(|run| {
                run.iter()
                    .find(|other| other.leader == life.leader && other.standing.is_some())
                    .map(|other| other.death)
            });
            for other in others {
                match (life.death, other) {
                    (Some(a), Some(b)) => {
                        compared += 1;
                        assert!((a.time / b.time - 1.0).abs() < 0.01, "beta {beta}: {a:?} and {b:?}");
                    }
                    (a, b) => assert!(a.is_none() && b.is_none(), "beta {beta}: {a:?} and {b:?}"),
                }
            }
        }
    }
    assert!(compared > 20, "{compared}");
}

/// Shows a tracker one step from t = 0 to 1 along a path of angles.
fn step_along(tracker: &mut Tracker, path: impl Fn(f64) -> Vec<f64>) {
    let state = |t: f64| Tokens::from_angles(&path(t)).expect("tokens");
    let (end, between) = (state(1.0), |t: f64, out: &mut [f64]| out.copy_from_slice(state(t).state()));
    tracker.see(Moment::Step { from: 0.0, time: 1.0, state: end.state(), between: &between });
}

/// Token 1 comes within 0.02 of token 0 and goes away again, all in one step: it dies and is born again.
#[test]
fn val_two_crossings_within_a_step() {
    let path = |t: f64| vec![3.1, 3.12 + 0.28 * (2.0 * t - 1.0) * (2.0 * t - 1.0), 1.0];
    let start = Tokens::from_angles(&path(0.0)).expect("tokens");
    let mut tracker = Tracker::new(&start, Hysteresis::new(GAP, 0.25), 0.5);
    step_along(&mut tracker, path);
    let lives = tracker.lives();
    let (near, far) = (0.5 - 0.5 * (0.05_f64 / 0.28).sqrt(), 0.5 + 0.5 * (0.23_f64 / 0.28).sqrt());
    assert!((lives[1].death.expect("merged").time / near - 1.0).abs() < 1e-6, "{lives:?}");
    assert!((lives[2].birth / far - 1.0).abs() < 1e-6 && lives[2].leader == 1 && lives[2].death.is_none(), "{lives:?}");
    assert!((lives[2].gap_at_birth.expect("a gap") - 0.25).abs() < 1e-6 && lives[2].split_from == Some(0));
    assert_eq!((lives.len(), lives[0].splits, lives[0].standing.expect("alive").size), (4, 1, 2));
}

/// Token 2 leaves token 0 in the same moment in which token 1 arrives between them, and bridges the gap.
#[test]
fn val_mergers_come_before_splits() {
    let [before, after] =
        [[0.0, 1.0, 0.06], [0.0, 0.06, 0.3]].map(|angles| Tokens::from_angles(&angles).expect("tokens"));
    let mut tracker = Tracker::new(&before, Hysteresis::new(GAP, 0.25), 0.0);
    // A step below the resolution of time.
    let between = |_: f64, _: &mut [f64]| panic!("there is nothing between");
    tracker.see(Moment::Step { from: 5.0, time: 5.0, state: after.state(), between: &between });
    let lives = tracker.lives();
    assert_eq!(lives.iter().map(|life| life.death.map(|d| d.time)).collect::<Vec<_>>(), [None, Some(5.0), Some(0.0)]);
    assert_eq!((tracker.leader(1), tracker.leader(2), lives[0].splits), (0, 0, 0));
}

#[test]
fn val_one_token_has_one_life() {
    let lives = lives(9.0, &[0.3], 1e6, 1e-6, usual(9.0, GAP), 1.0);
    assert_eq!((lives.len(), lives[0].death, lives[0].standing.map(|s| (s.size, s.gap))), (1, None, Some((1, None))));
}

/// Three tokens in a chain merge at time 0 as one: the first leader absorbs the others in their order.
#[test]
fn val_what_merges_together_merges_into_the_first() {
    let start = Tokens::from_angles(&[0.0, 0.12, 0.06, 2.0, 1.95]).expect("tokens");
    let tracker = Tracker::new(&start, Hysteresis::new(GAP, 0.25), 0.0);
    let deaths: Vec<_> = tracker.lives().iter().map(|life| life.death.map(|d| (d.absorbed_by, d.earlier))).collect();
    assert_eq!(deaths, [None, Some((0, 1)), Some((0, 2)), None, Some((3, 1))]);
    let sizes: Vec<_> = tracker.lives().iter().map(|life| life.standing.map(|s| (s.size, s.earlier))).collect();
    // Token 3 is nearest to token 1, in whose cluster three tokens are earlier than token 3.
    assert_eq!(sizes, [Some((3, 0)), None, None, Some((2, 3)), None]);
}
