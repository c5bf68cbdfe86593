//! Methods and kernels that serve some models only: what each needs, as far as it can be read off the manifest.

use std::collections::BTreeSet;

use tokenpark_dynamics::{Kernel, Mask, Method, Normalization, Weights};

use super::consistency::whereabouts;
use super::key::Key;
use super::setting::Setting;
use crate::axis::{Grid, Slot};
use crate::diagnostics::Report;

/// A setting, whether a value of it will do, and what would.
type Need = (Key, fn(&Setting) -> bool, &'static str);

const CIRCLE: Need = (Key::Dimension, |d| *d == Setting::Count(2), "2");
const CAUSAL: Need = (Key::Mask, |mask| *mask == Setting::Mask(Mask::Causal), "\"causal\"");
const SOFTMAX: Need = (Key::Weights, |weights| *weights == Setting::Weights(Weights::Softmax), "\"softmax\"");
const NO_HEADS: Need = (Key::Heads, |heads| *heads == Setting::Heads(Vec::new()), "[]");
const ONE_HEAD: Need = (Key::Heads, |heads| matches!(heads, Setting::Heads(list) if list.len() < 2), "one head");
const POST_LN: Need = (
    Key::Normalization,
    |scheme| matches!(scheme, Setting::Normalization(Normalization::PostLn | Normalization::LnScaling)),
    "\"post-ln\" or \"ln-scaling\"",
);
const NO_PERCEPTRON: Need = (Key::Perceptron, |perceptron| *perceptron == Setting::Perceptron(None), "\"none\"");
const TRIANGULAR: Need = (
    Key::Mask,
    |mask| matches!(mask, Setting::Mask(Mask::Causal | Mask::Window(_) | Mask::Decay(_))),
    "\"causal\", a window or a decay",
);
const ANGLES: Need =
    (Key::Method, |method| matches!(method, Setting::Method(Method::Auto | Method::Ndf)), "\"auto\" or \"ndf\"");

/// Reports choices that do not serve the model at some point.
pub(crate) fn check(report: &mut Report<'_>, grid: &Grid) {
    let fourier = [CIRCLE, CAUSAL, SOFTMAX, NO_HEADS, POST_LN, NO_PERCEPTRON, ANGLES];
    let ndf = [CIRCLE, CAUSAL, SOFTMAX, ONE_HEAD, POST_LN, NO_PERCEPTRON];
    let rosenbrock = [TRIANGULAR, ONE_HEAD, POST_LN, NO_PERCEPTRON];
    needs(report, grid, (Key::Kernel, &Setting::Kernel(Kernel::Fourier)), &fourier);
    needs(report, grid, (Key::Method, &Setting::Method(Method::Ndf)), &ndf);
    for method in [Method::Rodas4, Method::Rodas5P] {
        needs(report, grid, (Key::Method, &Setting::Method(method)), &rosenbrock);
    }
}

/// Reports the choice where something that it needs is not so.
fn needs(report: &mut Report<'_>, grid: &Grid, (key, choice): (Key, &Setting), needs: &[Need]) {
    let slots: Option<Vec<Slot<'_>>> = needs.iter().map(|(key, ..)| grid.slot(*key)).collect();
    let (Some(chosen), Some(slots)) = (grid.slot(key), slots) else {
        return;
    };
    let mut seen = BTreeSet::new();
    let involved: Vec<&Slot<'_>> = slots.iter().chain([&chosen]).collect();
    for point in grid.combinations(&involved) {
        if chosen.at(point) != choice {
            continue;
        }
        let unmet = slots.iter().zip(needs).find(|(slot, (_, serves, _))| !serves(slot.at(point)));
        let Some((slot, (other, _, needs))) = unmet else { continue };
        let span = chosen.span(point);
        if seen.insert(span.start) {
            let (name, path, found) = (key.name(), other.path(), slot.at(point));
            let at = whereabouts(slot, point);
            let message = format!("{name} {choice} needs `{path}` = {needs}, which is {found}{at}");
            let others = if key == Key::Kernel { "\"auto\", \"direct\"" } else { "\"auto\", \"dormand-prince-5\"" };
            report.wrong(span, message, format!("allowed here: {others}"));
        }
    }
}
