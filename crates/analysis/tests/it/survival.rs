//! Statistics of lifetimes against other people's programs (tests/data/survival_reference.py) and known answers.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha12Rng;
use tokenpark_analysis::AnalysisError;
use tokenpark_analysis::survival::{
    LeastSquares, Lifetime, Sample, TwoBody, log_rank, normal_quantile, percentiles, sample_quantile, student_quantile,
};

const LIFETIMES: &str = include_str!("../data/lifetimes.csv");
const LINE: &str = include_str!("../data/line.csv");
const REFERENCE: &str = include_str!("../data/survival-reference.toml");
const SHARES: [f64; 3] = [0.1, 0.5, 0.9];

fn rows(csv: &str) -> Vec<Vec<f64>> {
    let row = |line: &str| line.split(',').map(|word| word.parse().expect("a number")).collect();
    csv.lines().skip(1).map(row).collect()
}

fn numbers(table: &str, key: &str) -> Vec<f64> {
    let reference: toml::Table = REFERENCE.parse().expect("TOML");
    list(&reference[table][key])
}

fn list(value: &toml::Value) -> Vec<f64> {
    let number = |value: &toml::Value| value.as_float().or(value.as_integer().map(|i| i as f64)).expect("a number");
    value.as_array().expect("a list").iter().map(number).collect()
}

#[track_caller]
fn close(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (k, (f, e)) in found.iter().zip(expected).enumerate() {
        assert!(f == e || (f - e).abs() <= tolerance * e.abs().max(1e-3), "{k}: {f} instead of {e}");
    }
}

/// The reference lifetimes of a group (or of all), with or without their late entry.
fn reference(group: Option<f64>, late: bool) -> Sample {
    let rows = rows(LIFETIMES).into_iter().filter(|row| group.is_none_or(|group| row[3] == group));
    // Without late entry everyone is at risk from before the first death.
    Sample::new(rows.map(|row| Lifetime { entry: if late { row[0] } else { 0.0 }, exit: row[1], died: row[2] == 1.0 }))
        .expect("fine lifetimes")
}

#[test]
fn val_kaplan_meier_as_lifelines() {
    for (name, late) in [("plain", false), ("late", true)] {
        let sample = reference(None, late);
        let steps: Vec<_> = sample.steps().collect();
        let column = |of: &dyn Fn(usize) -> f64| (0..steps.len()).map(of).collect::<Vec<f64>>();
        let z = normal_quantile(0.975);
        close(&column(&|k| steps[k].time), &numbers(name, "time"), 0.0);
        close(&column(&|k| steps[k].at_risk as f64), &numbers(name, "at_risk"), 0.0);
        close(&column(&|k| steps[k].deaths as f64), &numbers(name, "deaths"), 0.0);
        close(&column(&|k| steps[k].survival), &numbers(name, "survival"), 1e-12);
        close(&column(&|k| steps[k].band(z).0), &numbers(name, "low"), 1e-10);
        close(&column(&|k| steps[k].band(z).1), &numbers(name, "high"), 1e-10);
        let found = percentiles(&sample, &SHARES, 0.95);
        let or_never =
            |times: Vec<Option<f64>>| times.into_iter().map(|t| t.unwrap_or(f64::INFINITY)).collect::<Vec<_>>();
        close(&or_never(found.iter().map(|p| p.value).collect()), &numbers(name, "percentile"), 0.0);
        close(&or_never(found.iter().map(|p| p.low).collect()), &numbers(name, "percentile_low"), 0.0);
        close(&or_never(found.iter().map(|p| p.high).collect()), &numbers(name, "percentile_high"), 0.0);
    }
}

#[test]
fn val_log_rank_as_lifelines_and_statsmodels() {
    for (name, late) in [("plain", false), ("late", true)] {
        let test = log_rank(&reference(Some(0.0), late), &reference(Some(1.0), late)).expect("a variance");
        close(&[test.chi_square, test.p_value], &numbers("log-rank", name), 1e-9);
    }
}

#[test]
fn val_least_squares_as_statsmodels() {
    let rows = rows(LINE);
    let column = |k: usize| rows.iter().map(|row| row[k]).collect::<Vec<f64>>();
    let (barrier, ln_m, response) = (column(0), column(1), column(2));
    let fit = LeastSquares::new(&[&barrier, &ln_m], &response, 0.95).expect("independent predictors");
    let terms = [fit.intercept, fit.slopes[0], fit.slopes[1]];
    let of = |name| numbers("least-squares", name);
    close(&terms.map(|t| t.estimate), &of("estimate"), 1e-9);
    close(&terms.map(|t| t.standard_error), &of("standard_error"), 1e-9);
    close(&terms.map(|t| t.low), &of("low"), 1e-9);
    close(&terms.map(|t| t.high), &of("high"), 1e-9);
    let reference: toml::Table = REFERENCE.parse().expect("TOML");
    let scalar = |key: &str| reference["least-squares"][key].as_float().expect("a number");
    close(&[fit.r_squared, fit.deviation], &[scalar("r_squared"), scalar("deviation")], 1e-10);
    let mut residuals: Vec<f64> = (0..rows.len()).map(|k| response[k] - fit.at(&[barrier[k], ln_m[k]])).collect();
    close(&SHARES.map(|share| sample_quantile(&mut residuals, share)), &of("residuals"), 1e-9);
}

#[test]
fn val_quantiles_as_scipy() {
    for (freedom, expected) in numbers("student", "freedom").into_iter().zip(numbers("student", "quantile")) {
        close(&[student_quantile(0.975, freedom)], &[expected], 1e-9);
    }
    close(&[normal_quantile(0.975), normal_quantile(1e-9)], &[1.959963984540054, -5.997807015007686], 1e-13);
    assert_eq!([0.0, 0.25, 0.75, 1.0].map(|p| sample_quantile(&mut [4.0, 1.0, 2.0], p)), [1.0, 1.5, 3.0, 4.0]);
    assert!(sample_quantile(&mut [], 0.5).is_nan());
}

#[test]
fn val_falls_as_quadrature() {
    let reference: toml::Table = REFERENCE.parse().expect("TOML");
    let rows = reference["falls"]["rows"].as_array().expect("rows");
    assert!(rows.len() > 100);
    for row in rows {
        let row = list(row);
        let [beta, gap, merge, m, expected] = row[..] else { panic!("{row:?}") };
        let found = TwoBody::new(beta, merge).ln_time(1.0 - libm::cos(gap), libm::log(m));
        // Relative in the time itself, so absolute in its logarithm; 1 - cos alone costs 1e-16 beta.
        assert!((found - expected).abs() < 2e-9, "{row:?}: {found}");
    }
    assert!(TwoBody::new(9.0, 0.07).ln_time(0.0001, 0.0).is_nan());
}

/// Exponential lifetimes: the same hazard from birth on, each seen from `entry(k)` until `limit`.
fn exponential(hazard: f64, count: u32, seed: u64, entry: f64, limit: f64) -> Sample {
    let mut rng = ChaCha12Rng::seed_from_u64(seed);
    let lifetimes = (0..count).filter_map(|_| {
        let age = -libm::log(1.0 - rng.random::<f64>()) / hazard;
        let start = entry * rng.random::<f64>();
        (age > start).then(|| Lifetime { entry: start, exit: age.min(limit), died: age <= limit })
    });
    let seen: Vec<Lifetime> = lifetimes.filter(|l| l.entry < l.exit).collect();
    Sample::new(seen).expect("fine lifetimes")
}

#[test]
fn stat_exponential_lifetimes_have_their_hazard() {
    // From 1e-3 to 1e90: the scale of time must not matter.
    for (k, hazard) in [1e3, 0.2, 1e-40, 1e-90].into_iter().enumerate() {
        for (late, limit) in [(0.0, 1e3), (0.0, 1.2), (2.0, 1e3), (1.0, 2.0)] {
            let sample = exponential(hazard, 20_000, k as u64, late / hazard, limit / hazard);
            // After few risk sets of late entry the curve is noisy for ever: begin where all have entered.
            let steps: Vec<_> = sample.steps().filter(|step| step.time * hazard < 1.0).collect();
            for step in [steps[steps.len() / 2], steps[steps.len() - 1]] {
                let found = -libm::log(step.survival) / step.time;
                let error = step.variance.sqrt() / step.time;
                assert!(((found - hazard) / error).abs() < 4.0, "{hazard} {late} {limit}: {found} ± {error}");
            }
            if late == 0.0 {
                let median = percentiles(&sample, &[0.5], 0.9999)[0];
                let (low, high) = (median.low.expect("a limit"), median.high.expect("a limit"));
                assert!((low..=high).contains(&(std::f64::consts::LN_2 / hazard)), "{median:?}");
                assert!(median.value.is_some_and(|value| low < value && value < high));
            }
        }
    }
}

#[test]
fn stat_log_rank_sees_a_different_hazard_and_no_other() {
    let sample = |hazard, seed| exponential(hazard, 2_000, seed, 1.0, 3.0);
    let p = |a: &Sample, b: &Sample| log_rank(a, b).expect("a variance").p_value;
    assert!(p(&sample(1.0, 1), &sample(1.5, 2)) < 1e-6);
    // Under equal hazards p-values are uniform: 200 of them have mean 1/2 with standard error 0.0204.
    let values: Vec<f64> = (0..200).map(|k| p(&sample(1.0, 10 + 2 * k), &sample(1.0, 11 + 2 * k))).collect();
    let mean = values.iter().sum::<f64>() / 200.0;
    assert!((mean - 0.5).abs() < 4.0 * 0.0204, "{mean}");
    assert!(values.iter().filter(|p| **p < 0.05).count() < 22);
}

#[test]
fn stat_band_covers_the_truth() {
    // 95 % intervals of the survival at the median of 60 censored lifetimes, 1,000 times: 950 ± 6.9.
    let covered = (0..1000).filter(|seed| {
        let sample = exponential(1.0, 60, 1000 + seed, 0.0, 1.5);
        let step = sample.steps().take_while(|step| step.time <= std::f64::consts::LN_2).last().expect("a death");
        let (low, high) = step.band(normal_quantile(0.975));
        (low..=high).contains(&0.5)
    });
    let covered = covered.count();
    assert!((915..=985).contains(&covered), "{covered}");
}

#[test]
fn prop_lifetimes_are_checked() {
    for (entry, exit) in [(1.0, 1.0), (2.0, 1.0), (0.0, f64::INFINITY), (f64::NAN, 1.0)] {
        let error = Sample::new([Lifetime { entry, exit, died: true }]).expect_err("a lifetime that cannot be");
        assert!(matches!(error, AnalysisError::Lifetime { .. }));
        assert!(error.to_string().contains(&exit.to_string()), "{error}");
    }
}

#[test]
fn prop_ends_of_samples() {
    let none = Sample::default();
    assert_eq!((none.steps().count(), none.len(), none.last_exit(), log_rank(&none, &none)), (0, 0, None, None));
    assert_eq!(percentiles(&none, &[0.5], 0.95)[0].value, None);
    // Two of four die, then the last two at once: survival 1/2, then 0, where the band keeps its upper limit.
    let life = |exit| Lifetime { entry: 0.0, exit, died: true };
    let sample = Sample::new([1.0, 2.0, 3.0, 3.0].map(life)).expect("fine lifetimes");
    let steps: Vec<_> = sample.steps().collect();
    assert_eq!(steps.iter().map(|step| step.survival).collect::<Vec<_>>(), [0.75, 0.5, 0.0]);
    assert_eq!((steps[2].standard_error(), steps[2].band(1.96).0), (0.0, 0.0));
    assert_eq!(steps[2].band(1.96).1, steps[1].band(1.96).1);
    // The median of 2n different deaths is the nth, however survivals are rounded.
    for n in 1..200_u32 {
        let sample = Sample::new((1..=2 * n).map(|k| life(f64::from(k)))).expect("fine lifetimes");
        assert_eq!(percentiles(&sample, &[0.5], 0.95)[0].value, Some(f64::from(n)));
    }
    let found = percentiles(&sample, &[0.5, 0.9], 0.95);
    assert_eq!([found[0].value, found[1].value, found[1].high], [Some(2.0), Some(3.0), None]);
}

#[test]
fn prop_dependent_predictors_have_no_fit() {
    let x = [1.0, 2.0, 3.0, 4.0];
    let twice = x.map(|x| 2.0 * x);
    let y = [1.0, 2.5, 2.5, 4.0];
    assert!(LeastSquares::new(&[&x, &twice], &y, 0.95).is_none());
    assert!(LeastSquares::new(&[&[7.0; 4]], &y, 0.95).is_none());
    assert!(LeastSquares::new(&[&x[..2]], &y[..2], 0.95).is_none());
    assert!(LeastSquares::new(&[&x], &y, 0.95).is_some());
}
