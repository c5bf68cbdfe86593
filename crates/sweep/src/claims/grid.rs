//! Experiments on final states: a product of pairs Q, K and of matrices V.

use super::draw::{gaussian, toml};
use super::experiment::{Experiment, Sections};
use crate::seed::Stream;
use nalgebra::DMatrix;

/// What an experiment on final states varies; the sweep is the product of all.
pub(super) struct Grid {
    pub(super) name: String,
    pub(super) tokens: usize,
    pub(super) dimension: usize,
    pub(super) beta: f64,
    pub(super) until: f64,
    pub(super) replicas: u64,
    /// Q and K together, as TOML.
    pub(super) heads: Vec<(String, String)>,
    pub(super) values: Vec<DMatrix<f64>>,
}

impl Grid {
    pub(super) fn experiment(self) -> Experiment {
        let values: Vec<String> = self.values.iter().map(toml).collect();
        let list = |items: Vec<&str>| items.join(",\n    ");
        let queries = list(self.heads.iter().map(|(query, _)| query.as_str()).collect());
        let keys = list(self.heads.iter().map(|(_, key)| key.as_str()).collect());
        Experiment::new(Sections {
            name: self.name,
            replicas: self.replicas,
            model: format!("tokens = {}\ndimension = {}\nbeta = {:?}", self.tokens, self.dimension, self.beta),
            integrate: format!("until = {:?}\nrtol = 1e-6\natol = 1e-9", self.until),
            observe: "times = [0.0]".to_owned(),
            sweep: format!(
                "\"model.value\" = [\n    {}\n]\n[[sweep.zip]]\n\"model.query\" = [\n    {queries}\n]\n\
                 \"model.key\" = [\n    {keys}\n]",
                values.join(",\n    ")
            ),
            ..Sections::default()
        })
    }
}

/// Q = K = I.
pub(super) fn identity() -> Vec<(String, String)> {
    let identity = "\"identity\"".to_owned();
    vec![(identity.clone(), identity)]
}

/// Random Q and K with scores of order 1, written out.
pub(super) fn heads(stream: &mut Stream, d: usize, count: u64) -> Vec<(String, String)> {
    let deviation = 1.0 / (d as f64).sqrt();
    (0..count).map(|_| (toml(&gaussian(stream, d, deviation)), toml(&gaussian(stream, d, deviation)))).collect()
}
