//! Coefficients of the numerical differentiation formulas on points that are not evenly spaced.

/// The highest order.
pub(super) const ORDERS: usize = 5;
/// Increments that are kept: order 5 predicts from 5 of them, and the error of a step behind is told from 6.
pub(super) const KEPT: usize = ORDERS + 1;
/// Klopfenstein's kappa_k.
const KAPPA: [f64; ORDERS + 1] = [0.0, -0.1850, -1.0 / 9.0, -0.0823, -0.0415, 0.0];
/// gamma_k = 1 + 1/2 + ... + 1/k.
const GAMMA: [f64; ORDERS + 1] = [0.0, 1.0, 1.5, 11.0 / 6.0, 25.0 / 12.0, 137.0 / 60.0];

/// What multiplies the increments of the past, the latest first.
pub(super) type Weights = [f64; KEPT];

/// The formula of one order for a step that ends at the point `end`.
///
/// The predictor P is the polynomial through the present state and `order` states before it; the formula asks that
/// P'(end) + `lead` (y - P(end)) be the slope at y, the new state. With lead = sum 1/(end - s_i) over the latest `order`
/// points that is the differentiation formula of variable step; Klopfenstein's change takes kappa_k gamma_k (k + 1) /
/// (end - s_k) from it, which for even steps is his kappa_k gamma_k / h.
#[derive(Debug, Clone, Copy)]
pub(super) struct Formula {
    /// What P(end) less the present state is.
    pub(super) value: Weights,
    /// What P'(end) is.
    pub(super) slope: Weights,
    /// What a correction adds to the slope.
    pub(super) lead: f64,
    /// The error of the step in units of its correction.
    pub(super) error: f64,
}

impl Formula {
    /// From `points`, the present one first.
    pub(super) fn new(order: usize, points: &[f64], end: f64) -> Self {
        let nodes = &points[..=order];
        let (value, slope) = lagrange(nodes, end);
        let span = end - nodes[order];
        let change = KAPPA[order] * GAMMA[order] * (order as f64 + 1.0);
        let lead = nodes[..order].iter().map(|s| 1.0 / (end - s)).sum::<f64>() - change / span;
        Self { value, slope, lead, error: (1.0 + change) / (span * lead) }
    }
}

/// Value and slope at `at` of the polynomial through `nodes`, the present one first and at 0, as sums of increments: a
/// state of the past is the present one less all increments since. `at` is not a node.
pub(super) fn lagrange(nodes: &[f64], at: f64) -> (Weights, Weights) {
    let (mut value, mut slope) = (Weights::default(), Weights::default());
    let (mut values, mut slopes) = (0.0, 0.0);
    for (i, node) in nodes.iter().enumerate().skip(1).rev() {
        let (mut weight, mut inverse) = (1.0, 0.0);
        for (j, other) in nodes.iter().enumerate() {
            if j != i {
                weight *= (at - other) / (node - other);
                inverse += 1.0 / (at - other);
            }
        }
        values -= weight;
        slopes -= weight * inverse;
        (value[i - 1], slope[i - 1]) = (values, slopes);
    }
    (value, slope)
}

#[cfg(test)]
mod tests {
    use super::{Formula, GAMMA, KAPPA, ORDERS, lagrange};

    /// On even points these are the published formulas: lead (1 - kappa) gamma / h, error (kappa gamma + 1/(k + 1)) of
    /// the residual.
    #[test]
    fn val_even_points_give_the_published_formulas() {
        let h = 0.3;
        let points: Vec<f64> = (0..=ORDERS).map(|i| -h * i as f64).collect();
        for order in 1..=ORDERS {
            let formula = Formula::new(order, &points, h);
            let lead = (1.0 - KAPPA[order]) * GAMMA[order] / h;
            let error = KAPPA[order] * GAMMA[order] + 1.0 / (order as f64 + 1.0);
            assert!((formula.lead / lead - 1.0).abs() < 1e-14, "order {order}: {}", formula.lead);
            assert!((formula.error * lead * h / error - 1.0).abs() < 1e-14, "order {order}: {}", formula.error);
        }
    }

    /// Polynomials come out exactly, on uneven points.
    #[test]
    fn val_polynomials_are_followed() {
        let nodes = [0.0, -0.7, -0.9, -2.0, -2.5, -4.0];
        let (f, slope) = (|s: f64| libm::pow(s + 1.2, 5.0), |s: f64| 5.0 * libm::pow(s + 1.2, 4.0));
        let (value, change) = lagrange(&nodes, 0.6);
        let sum = |weights: [f64; 6]| -> f64 {
            weights.iter().zip(nodes.windows(2)).map(|(w, pair)| w * (f(pair[0]) - f(pair[1]))).sum()
        };
        assert!((f(0.0) + sum(value) - f(0.6)).abs() < 1e-10, "{}", sum(value));
        assert!((sum(change) - slope(0.6)).abs() < 1e-10, "{}", sum(change));
    }
}
