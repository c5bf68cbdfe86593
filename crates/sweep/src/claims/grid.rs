//! Experiments on final states: triples Q, K, V, each with some starts.

use super::draw::{gaussian, toml};
use super::experiment::{Experiment, Sections};
use crate::seed::Stream;
use nalgebra::DMatrix;

/// What an experiment on final states varies.
pub(super) struct Grid {
    pub(super) name: String,
    pub(super) tokens: usize,
    pub(super) dimension: usize,
    pub(super) beta: f64,
    pub(super) until: f64,
    /// Starts for each triple.
    pub(super) replicas: u64,
    pub(super) triples: Vec<Triple>,
}

/// Q, K and V as TOML.
pub(super) struct Triple {
    query: String,
    key: String,
    value: String,
}

impl Triple {
    /// Q = K = I.
    pub(super) fn plain(value: &DMatrix<f64>) -> Self {
        let identity = "\"identity\"".to_owned();
        Self { query: identity.clone(), key: identity, value: toml(value) }
    }

    /// Random Q and K with scores of order 1, written out.
    pub(super) fn random(stream: &mut Stream, value: &DMatrix<f64>) -> Self {
        let d = value.nrows();
        let mut draw = || toml(&gaussian(stream, d, 1.0 / (d as f64).sqrt()));
        Self { query: draw(), key: draw(), value: toml(value) }
    }
}

impl Grid {
    pub(super) fn experiment(self) -> Experiment {
        let list = |of: fn(&Triple) -> &str| self.triples.iter().map(of).collect::<Vec<_>>().join(",\n    ");
        let (queries, keys, values) = (list(|t| &t.query), list(|t| &t.key), list(|t| &t.value));
        Experiment::new(Sections {
            name: self.name,
            replicas: self.replicas,
            model: format!("tokens = {}\ndimension = {}\nbeta = {:?}", self.tokens, self.dimension, self.beta),
            integrate: format!("until = {:?}\nrtol = 1e-6\natol = 1e-9", self.until),
            observe: ends(self.until),
            sweep: format!(
                "[[sweep.zip]]\n\"model.query\" = [\n    {queries}\n]\n\"model.key\" = [\n    {keys}\n]\n\
                 \"model.value\" = [\n    {values}\n]"
            ),
            ..Sections::default()
        })
    }
}

/// The first and the last state and its class, so that a run that is repeated shows what was seen.
pub(super) fn ends(until: f64) -> String {
    format!("times = [0.0, {until:?}]\nrecord = [\"tokens\", \"configuration\"]")
}
