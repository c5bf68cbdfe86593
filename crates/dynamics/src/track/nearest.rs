//! The nearest token before each token, and the nearest tokens of two sets.

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

/// The squared chord between the nearest tokens of two sets; `None` if one is empty.
pub(super) fn nearest_apart(
    tokens: &Tokens,
    set: impl Fn(usize) -> bool,
    other: impl Fn(usize) -> bool,
) -> Option<f64> {
    let n = tokens.len();
    if tokens.dimension() > 2 {
        let others = |k: usize| (0..n).filter(|&j| other(j)).map(move |j| tokens.squared_chord(j, k));
        return (0..n).filter(|&k| set(k)).flat_map(others).reduce(f64::min);
    }
    // Among the tokens of both sets, the nearest are neighbours.
    let order: Vec<usize> = order_on_circle(tokens).into_iter().filter(|&k| set(k) || other(k)).collect();
    let next = order.iter().cycle().skip(1);
    let apart = order.iter().zip(next).filter(|(j, k)| set(**j) != set(**k));
    apart.map(|(&j, &k)| tokens.squared_chord(j, k)).reduce(f64::min)
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
