//! Ordinary least squares with intervals.

use super::quantile::student_quantile;

/// One coefficient of a fit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Term {
    /// The estimate.
    pub estimate: f64,
    /// Its standard error, for independent errors of equal variance.
    pub standard_error: f64,
    /// Lower end of the t-interval.
    pub low: f64,
    /// Upper end of the t-interval.
    pub high: f64,
}

/// A linear fit y = a + b₁x₁ + … + b_k x_k.
#[derive(Clone, Debug, PartialEq)]
pub struct LeastSquares {
    /// The constant a.
    pub intercept: Term,
    /// The slopes b₁ … b_k.
    pub slopes: Vec<Term>,
    /// The share of the variance of y that the fit explains.
    pub r_squared: f64,
    /// The estimated standard deviation of the errors.
    pub deviation: f64,
}

/// Predictors are dependent when so small a share of one's variance is not explained by the others.
const DEPENDENT: f64 = 1e-12;

impl LeastSquares {
    /// Fits a response to predictors of the same length, with t-intervals at a confidence. Nothing when rows are too few
    /// to leave a degree of freedom, or when a predictor is a linear function of the others.
    ///
    /// # Panics
    /// When lengths differ.
    pub fn new(predictors: &[&[f64]], response: &[f64], confidence: f64) -> Option<Self> {
        assert!(predictors.iter().all(|x| x.len() == response.len()), "predictors and response differ in length");
        let (rows, k) = (response.len(), predictors.len());
        let freedom = rows.checked_sub(k + 1).filter(|freedom| *freedom > 0)? as f64;
        let mean = |values: &[f64]| values.iter().sum::<f64>() / rows as f64;
        let (centers, center) = (predictors.iter().map(|x| mean(x)).collect::<Vec<_>>(), mean(response));
        let product = |x: &[f64], x0: f64, y: &[f64], y0: f64| x.iter().zip(y).map(|(x, y)| (x - x0) * (y - y0)).sum();
        let gram = |i: usize, j: usize| product(predictors[i], centers[i], predictors[j], centers[j]);
        let inverse = invert(&(0..k).map(|i| (0..k).map(|j| gram(i, j)).collect()).collect::<Vec<Vec<f64>>>())?;
        let moments: Vec<f64> = (0..k).map(|i| product(predictors[i], centers[i], response, center)).collect();
        let slopes: Vec<f64> = inverse.iter().map(|row| row.iter().zip(&moments).map(|(a, b)| a * b).sum()).collect();
        let error = |row: usize| {
            let fitted = (0..k).map(|i| slopes[i] * (predictors[i][row] - centers[i])).sum::<f64>();
            response[row] - center - fitted
        };
        let squares: f64 = (0..rows).map(|row| error(row) * error(row)).sum();
        let total: f64 = product(response, center, response, center);
        let variance = squares / freedom;
        let quantile = student_quantile(0.5 + 0.5 * confidence, freedom);
        let term = |estimate: f64, share: f64| {
            let standard_error = (variance * share).sqrt();
            let (low, high) = (estimate - quantile * standard_error, estimate + quantile * standard_error);
            Term { estimate, standard_error, low, high }
        };
        let shift: f64 = (0..k).map(|i| slopes[i] * centers[i]).sum();
        let spread: f64 = (0..k).map(|i| (0..k).map(|j| centers[i] * inverse[i][j] * centers[j]).sum::<f64>()).sum();
        Some(Self {
            intercept: term(center - shift, 1.0 / rows as f64 + spread),
            slopes: (0..k).map(|i| term(slopes[i], inverse[i][i])).collect(),
            r_squared: 1.0 - squares / total,
            deviation: variance.sqrt(),
        })
    }

    /// The fitted value at given predictors.
    pub fn at(&self, predictors: &[f64]) -> f64 {
        self.intercept.estimate + self.slopes.iter().zip(predictors).map(|(b, x)| b.estimate * x).sum::<f64>()
    }
}

/// The inverse of a symmetric positive matrix by Gauss-Jordan elimination, scaled to a unit diagonal first; nothing when
/// it is singular.
fn invert(matrix: &[Vec<f64>]) -> Option<Vec<Vec<f64>>> {
    let k = matrix.len();
    let scale: Vec<f64> = (0..k).map(|i| matrix[i][i].sqrt()).collect();
    if scale.iter().any(|s| !(*s > 0.0 && s.is_finite())) {
        return None;
    }
    let mut rows: Vec<Vec<f64>> = (0..k)
        .map(|i| {
            (0..2 * k)
                .map(|j| if j < k { matrix[i][j] / (scale[i] * scale[j]) } else { f64::from(u8::from(j - k == i)) })
                .collect()
        })
        .collect();
    for i in 0..k {
        if rows[i][i] < DEPENDENT {
            return None;
        }
        let pivot: Vec<f64> = rows[i].iter().map(|value| value / rows[i][i]).collect();
        for (j, row) in rows.iter_mut().enumerate() {
            let factor = row[i];
            row.iter_mut().zip(&pivot).for_each(|(value, p)| *value = if j == i { *p } else { *value - factor * p });
        }
    }
    Some((0..k).map(|i| (0..k).map(|j| rows[i][k + j] / (scale[i] * scale[j])).collect()).collect())
}
