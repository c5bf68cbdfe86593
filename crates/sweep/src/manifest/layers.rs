//! What a layer has beside attention must fit the rest of [model]: frozen centres, perceptrons, and radii.

use std::collections::BTreeSet;

use tokenpark_dynamics::Weights;

use super::consistency::{count, whereabouts};
use super::initial::Initial;
use super::key::Key;
use super::setting::Setting;
use crate::axis::Grid;
use crate::diagnostics::Report;

/// Reports whatever does not fit together. Settings that are missing from the grid are not checked.
pub(crate) fn check(report: &mut Report<'_>, grid: &Grid, initial: &Initial) {
    frozen(report, grid);
    perceptrons(report, grid);
    radius(report, grid, initial);
}

/// Centres are points of the same sphere and terms of Z_k.
fn frozen(report: &mut Report<'_>, grid: &Grid) {
    let slots = [Key::Frozen, Key::Dimension, Key::Weights].map(|key| grid.slot(key));
    let [Some(frozen), Some(dimension), Some(weights)] = &slots else {
        return;
    };
    let mut seen = BTreeSet::new();
    for point in grid.combinations(&[frozen, dimension, weights]) {
        let Setting::Frozen(Some(spec)) = frozen.at(point) else { continue };
        let d = count(dimension.at(point));
        let (message, help) = if spec.dimension() != d {
            let at = whereabouts(dimension, point);
            let message = format!("`model.frozen` has points of dimension {}, but it is {d}{at}", spec.dimension());
            (message, format!("points with {d} coordinates; evenly spaced ones where the dimension is 2"))
        } else if *weights.at(point) != Setting::Weights(Weights::Softmax) {
            let message = "`model.frozen` needs `model.weights` = \"softmax\": others have no Z_k".to_owned();
            (message, "softmax".to_owned())
        } else {
            continue;
        };
        let span = frozen.span(point);
        if seen.insert(span.start) {
            report.wrong(span, message, format!("allowed: {help}"));
        }
    }
}

/// The outer sides of a perceptron's matrices are the dimension.
fn perceptrons(report: &mut Report<'_>, grid: &Grid) {
    let (Some(perceptron), Some(dimension)) = (grid.slot(Key::Perceptron), grid.slot(Key::Dimension)) else {
        return;
    };
    let mut seen = BTreeSet::new();
    for point in grid.combinations(&[&perceptron, &dimension]) {
        let Setting::Perceptron(Some(spec)) = perceptron.at(point) else { continue };
        let (d, span) = (count(dimension.at(point)), perceptron.span(point));
        let odd = spec.dimensions().find(|(_, found)| *found != d);
        if let Some((matrix, found)) = odd.filter(|_| seen.insert(span.start)) {
            let at = whereabouts(&dimension, point);
            let message = format!("`model.perceptron.{matrix}` is for the dimension {found}, but it is {d}{at}");
            report.wrong(span, message, format!("allowed: first with {d} columns, second with {d} rows"));
        }
    }
}

/// A radius needs a scheme with radii.
fn radius(report: &mut Report<'_>, grid: &Grid, initial: &Initial) {
    let Some(schemes) = grid.slot(Key::Normalization) else { return };
    let has = |scheme: &Setting| matches!(scheme, Setting::Normalization(scheme) if scheme.has_radii());
    if initial.radius != Initial::default().radius && !schemes.values().iter().any(has) {
        let message = "`initial.radius` has no meaning where lengths are not part of the state";
        let help = "allowed with `model.normalization` = \"pre-ln\", { mix-ln = switch time } or \"peri-ln\"";
        report.wrong(initial.radius_span.clone(), message, help);
    }
}
