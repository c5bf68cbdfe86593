//! The nearest token before each token.

use crate::cluster::order_on_circle;
use crate::tokens::Tokens;

/// The squared chord of every token to the nearest of those before it; `None` for token 0.
pub(super) fn nearest_earlier(tokens: &Tokens) -> Vec<Option<f64>> {
    if tokens.dimension() == 2 { on_circle(tokens) } else { all_pairs(tokens) }
}

fn all_pairs(tokens: &Tokens) -> Vec<Option<f64>> {
    let nearest = |k: usize| (0..k).map(|j| tokens.squared_chord(j, k)).reduce(f64::min);
    (0..tokens.len()).map(nearest).collect()
}

/// Takes the tokens off the circle from the last to the first: the nearest one that is left is a neighbour.
fn on_circle(tokens: &Tokens) -> Vec<Option<f64>> {
    let order = order_on_circle(tokens);
    let n = order.len();
    let (mut next, mut before) = (vec![0; n], vec![0; n]);
    for (i, &k) in order.iter().enumerate() {
        (next[k], before[k]) = (order[(i + 1) % n], order[(i + n - 1) % n]);
    }
    let mut nearest = vec![None; n];
    for k in (1..n).rev() {
        nearest[k] = Some(tokens.squared_chord(k, next[k]).min(tokens.squared_chord(k, before[k])));
        next[before[k]] = next[k];
        before[next[k]] = before[k];
    }
    nearest
}

#[cfg(test)]
mod tests {
    use super::{all_pairs, on_circle};
    use crate::tokens::Tokens;

    #[test]
    fn val_neighbours_are_the_nearest() {
        for n in [1, 2, 3, 50] {
            let angles: Vec<f64> = (0..n).map(|k| 6.3 * (f64::from(k) * 0.618_034).fract()).collect();
            let tokens = Tokens::from_angles(&angles).expect("tokens");
            assert_eq!(on_circle(&tokens), all_pairs(&tokens), "{n} tokens");
        }
    }
}
