//! Areas against closed forms, integrals and forty digits of another program.

use tokenpark_parking::theory;

const MPMATH: [(usize, f64, f64); 19] = [
    (5, 0.1, 1.8687601460882803e-05),
    (5, 0.8, 0.062015368770891616),
    (5, 1.0, 0.13420542191164356),
    (5, 1.45, 0.41006037566534803),
    (5, 1.57, 0.499402755093195),
    (64, 0.1, 4.529061373599926e-65),
    (64, 0.8, 5.7667929124135356e-11),
    (64, 1.0, 1.6958739075674528e-06),
    (64, 1.45, 0.16949473432597345),
    (64, 1.57, 0.4974884287360861),
    (128, 0.1, 2.87301698048896e-129),
    (128, 0.8, 2.3984011720792835e-20),
    (128, 1.0, 1.9394067420637923e-11),
    (128, 1.45, 0.08686921507887278),
    (128, 1.57, 0.49642692139472133),
    (1000, 0.8, 1.3695101474737709e-146),
    (1000, 1.0, 3.029996037188508e-77),
    (1000, 1.45, 6.626544126940988e-05),
    (1000, 1.57, 0.4899624054259275),
];

#[test]
fn val_cap_areas() {
    use std::f64::consts::PI;
    assert!((theory::cap_area(2, 0.5) - 0.5 / PI).abs() < 1e-16);
    assert!((theory::cap_area(3, 0.5) - libm::sin(0.25) * libm::sin(0.25)).abs() < 1e-16);
    // d = 4: (2 δ - sin 2δ) / (2 π).
    for angle in [0.01, 0.3, 0.9, 1.5, 2.0, 3.0] {
        let exact = (2.0 * angle - libm::sin(2.0 * angle)) / (2.0 * PI);
        assert!((theory::cap_area(4, angle) / exact - 1.0).abs() < 1e-10, "{angle}");
    }
    // mpmath at 40 digits: betainc((d - 1)/2, 1/2, 0, sin(angle)^2, regularized) / 2.
    for (d, angle, area) in MPMATH {
        let error = (theory::cap_area(d, angle) / area - 1.0).abs();
        assert!(error < 1e-11, "d = {d}, {angle}: {error:e}");
    }
    for d in 2..12 {
        assert!((theory::cap_area(d, PI / 2.0) - 0.5).abs() < 1e-14);
        assert!((theory::cap_area(d, PI) - 1.0).abs() < 1e-14);
        for angle in [0.05, 0.7, 0.8, 1.2] {
            let integral = simpson(|a| libm::pow(libm::sin(a), d as f64 - 2.0), angle)
                / simpson(|a| libm::pow(libm::sin(a), d as f64 - 2.0), PI);
            assert!((theory::cap_area(d, angle) / integral - 1.0).abs() < 1e-9, "d = {d}, {angle}");
        }
    }
}

fn simpson(f: impl Fn(f64) -> f64, to: f64) -> f64 {
    let h = to / 20_000.0;
    let sum: f64 = (1..20_000).map(|i| f(f64::from(i) * h) * if i % 2 == 0 { 2.0 } else { 4.0 }).sum();
    (f(0.0) + sum + f(to)) * h / 3.0
}

#[test]
fn val_mean_strong_centers() {
    assert!((theory::mean_strong_centers(2, 0.5, 200) - 2.0 * std::f64::consts::PI).abs() < 1e-2);
    assert!((theory::mean_strong_centers(3, 0.3, 1) - 1.0).abs() < 1e-14);
    let (mean, variance) = theory::saturated_on_circle(0.5);
    assert!((mean - 9.394_593).abs() < 1e-6 && (variance - 0.479_487).abs() < 1e-6);
}
