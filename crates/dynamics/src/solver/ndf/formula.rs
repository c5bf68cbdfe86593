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
