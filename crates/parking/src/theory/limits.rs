//! Numbers that only simulations know: coverage of saturated spheres in flat space.

/// Saturation coverage of equal spheres in R^m for m = 1, ..., 6, and its standard error (Zhang & Torquato, Phys. Rev. E
/// 88 (2013) 053312, table III; exact for m = 1).
pub const RSA_COVERAGE: [(f64, f64); 6] = [
    (super::RENYI_CONSTANT, 0.0),
    (0.547_073_5, 0.000_002_8),
    (0.384_130_7, 0.000_002_1),
    (0.260_078_1, 0.000_003_7),
    (0.170_776_1, 0.000_004_6),
    (0.109_302, 0.000_019),
];

/// The limits at small δ on S² of the saturated number of Rényi centres, 16 · 0.5470735/δ² = 8.7532/δ² (a car is a cap of
/// radius δ/2 and share δ²/16), and of the number of strong ones, 1/σ = 4/δ².
#[must_use]
pub fn small_separation_on_sphere(separation: f64) -> (f64, f64) {
    let square = separation * separation;
    (16.0 * RSA_COVERAGE[1].0 / square, 4.0 / square)
}

/// The exponent of time in the approach to saturation in m dimensions, −1/m: θ_∞ − θ(t) ~ t^{−1/m} (Feder 1980; Swendsen
/// 1981; Pomeau 1980).
///
/// # Panics
/// When m = 0.
#[must_use]
pub fn approach_exponent(dimensions: usize) -> f64 {
    assert!(dimensions > 0, "dimensions are 0, allowed: 1 or more");
    -1.0 / dimensions as f64
}
