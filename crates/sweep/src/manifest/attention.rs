//! What of [model] must fit together: masks and the number of tokens, heads and matrices.

use std::collections::BTreeSet;

use tokenpark_dynamics::{Mask, Weights};

use super::consistency::{count, whereabouts};
use super::key::Key;
use super::setting::Setting;
use crate::axis::Grid;
use crate::diagnostics::Report;

/// Why the first tokens are no system of their own.
pub(crate) fn open(mask: &Mask) -> &'static str {
    match mask {
        Mask::Decay(_) => "weights depend on the number of tokens",
        Mask::Prefix(_) | Mask::Segments(_) => "it cuts a block, whose early tokens see later ones",
        _ => "early tokens see later ones",
    }
}

/// Blocks against the number of tokens, sinks against the weights, heads against single matrices.
pub(crate) fn masks(report: &mut Report<'_>, grid: &Grid) {
    let slots = [Key::Mask, Key::Tokens, Key::Weights].map(|key| grid.slot(key));
    let [Some(mask), Some(tokens), Some(weights)] = &slots else {
        return;
    };
    let mut seen = BTreeSet::new();
    for point in grid.combinations(&[mask, tokens, weights]) {
        let Setting::Mask(kind) = mask.at(point) else { continue };
        let n = count(tokens.at(point));
        let (message, help) = match kind {
            Mask::Prefix(length) if *length > n => {
                let at = whereabouts(tokens, point);
                (
                    format!("`model.mask` has a prefix of {length} tokens, but `model.tokens` is {n}{at}"),
                    format!("1 to {n}"),
                )
            }
            Mask::Segments(lengths) if lengths.iter().sum::<usize>() > n => {
                let sum: usize = lengths.iter().sum();
                let at = whereabouts(tokens, point);
                (
                    format!("`model.mask` has segments of {sum} tokens, but `model.tokens` is {n}{at}"),
                    format!("up to {n} in all"),
                )
            }
            Mask::Sink { .. } if *weights.at(point) != Setting::Weights(Weights::Softmax) => {
                ("a sink needs `model.weights` = \"softmax\": others have no Z_k".to_owned(), "softmax".to_owned())
            }
            _ => continue,
        };
        let span = mask.span(point);
        if seen.insert(span.start) {
            report.wrong(span, message, format!("allowed: {help}"));
        }
    }
}

/// Heads bring their own matrices.
pub(crate) fn heads(report: &mut Report<'_>, grid: &Grid) {
    let (Some(dimension), Some(heads)) = (grid.slot(Key::Dimension), grid.slot(Key::Heads)) else {
        return;
    };
    let mut seen = BTreeSet::new();
    for point in grid.combinations(&[&dimension, &heads]) {
        let Setting::Heads(list) = heads.at(point) else { continue };
        let (d, span) = (count(dimension.at(point)), heads.span(point));
        let odd =
            list.iter().flat_map(|head| &head.matrices).map(|matrix| matrix.nearest_size(d)).find(|size| *size != d);
        if let Some(size) = odd.filter(|_| seen.insert(span.start)) {
            let at = whereabouts(&dimension, point);
            let message = format!("`model.heads` has a matrix for the dimension {size}, but it is {d}{at}");
            report.wrong(span, message, format!("allowed: {d} × {d}"));
        }
    }
    let several = heads.values().iter().position(|heads| *heads != Setting::Heads(Vec::new()));
    for key in [Key::Query, Key::KeyMatrix, Key::Value].into_iter().filter(|_| several.is_some()) {
        let Some(slot) = grid.slot(key) else { continue };
        if slot.values().iter().any(|matrix| Some(matrix) != key.default().as_ref()) {
            let message = format!("`{}` has no meaning beside `model.heads`", key.path());
            report.wrong(slot.span(0), message, "allowed: one of the two");
        }
    }
}
