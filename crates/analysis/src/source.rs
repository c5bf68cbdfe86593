//! A published dataset, opened for reading.

use crate::draw::decade;
use crate::{AnalysisError, Summary, tables};
use polars::prelude::*;
use std::path::PathBuf;
use tokenpark_dataset::{Dataset, DatasetError, Provenance, State};

/// What analysis needs to know of a dataset, all of it from its files.
pub(crate) struct Source {
    dataset: Dataset,
    manifest: toml::Table,
    provenance: Provenance,
    /// Columns of the swept parameters.
    pub(crate) swept: Vec<String>,
    /// The `runs` table without failed runs.
    pub(crate) runs: DataFrame,
    failed: usize,
}

impl Source {
    pub(crate) fn open(dataset: &Dataset) -> Result<Self, AnalysisError> {
        match dataset.state()? {
            State::Complete(_) => {}
            State::Damaged { path, reason } => return Err(DatasetError::Damaged { path, reason }.into()),
            _ => return Err(DatasetError::NotPublished { path: dataset.folder() }.into()),
        }
        let path = dataset.manifest();
        let text = std::fs::read_to_string(&path).map_err(|error| AnalysisError::io("read", &path, error))?;
        let manifest = text.parse().map_err(|error: toml::de::Error| AnalysisError::Toml {
            path: path.clone(),
            reason: error.message().to_owned(),
        })?;
        let provenance = Provenance::read(&dataset.table("runs"))?;
        let all = tables::read(&dataset.table("runs"))?;
        let names: Vec<String> = all.get_column_names().iter().map(|name| name.to_string()).collect();
        let swept = names.iter().skip(2).take_while(|name| *name != "termination").cloned().collect();
        let rows = all.height();
        let runs = all.lazy().filter(col("termination").neq(lit("failed"))).collect()?;
        let failed = rows - runs.height();
        Ok(Self { dataset: dataset.clone(), manifest, provenance, swept, runs, failed })
    }

    /// A table of the dataset, if it was recorded.
    pub(crate) fn table(&self, name: &str) -> Result<Option<DataFrame>, AnalysisError> {
        tables::read_if_present(&self.path(name))
    }

    fn has(&self, table: &str) -> bool {
        self.path(table).is_file()
    }

    /// True when something was recorded along the runs, not only at their start.
    fn follows_time(&self) -> bool {
        self.has("observables") || self.has("tokens")
    }

    /// The file of a table.
    pub(crate) fn path(&self, table: &str) -> PathBuf {
        self.dataset.table(table)
    }

    /// The `point` and swept parameters of a point, one row.
    pub(crate) fn key(&self, point: u32) -> Result<DataFrame, AnalysisError> {
        let columns = [vec!["point".to_owned()], self.swept.clone()].concat();
        let points = self.runs.column("point")?.u32()?;
        let row = points.iter().position(|other| other == Some(point)).unwrap_or(0);
        Ok(self.runs.select(columns)?.slice(row as i64, 1))
    }

    /// What a reader of the figures must know first.
    pub(crate) fn warnings(&self) -> Result<Vec<String>, AnalysisError> {
        let mut lines = vec![];
        if self.failed > 0 {
            lines.push(format!(
                "{} of {} runs failed and are left out.",
                self.failed,
                self.failed + self.runs.height()
            ));
        }
        let reached = self.runs.clone().lazy().filter(col("termination").eq(lit("reached"))).collect()?.height();
        if reached < self.runs.height() {
            lines.push(format!("{} runs ended before their time; see `termination`.", self.runs.height() - reached));
        }
        let broken = tables::has(&self.runs, "lemma51_violations")
            .then(|| self.runs.column("lemma51_violations")?.as_materialized_series().sum::<u64>())
            .transpose()?;
        if let Some(count @ 1..) = broken {
            lines.push(format!("{count} strong centres moved farther than Lemma 5.1 allows."));
        }
        Ok(lines)
    }

    /// A manifest value as written, unless it is swept: `value("model", "beta")`.
    pub(crate) fn value(&self, section: &str, key: &str) -> Option<&toml::Value> {
        let swept = self.swept.iter().any(|name| name == key);
        self.manifest.get(section).and_then(|section| section.get(key)).filter(|_| !swept)
    }

    /// The same as a number.
    pub(crate) fn number(&self, section: &str, key: &str) -> Option<f64> {
        let value = self.value(section, key)?;
        value.as_float().or_else(|| value.as_integer().map(|integer| integer as f64))
    }

    /// True when the manifest leaves the key at its default or writes that default.
    pub(crate) fn is_default(&self, section: &str, key: &str, default: &str) -> bool {
        let swept = self.swept.iter().any(|name| name == key);
        let value = self.value(section, key);
        !swept && value.is_none_or(|value| value.as_str() == Some(default))
    }

    /// True when there is nothing beside attention: post-LN, no frozen centre and no perceptron.
    pub(crate) fn is_attention_alone(&self) -> bool {
        self.layers().is_empty()
    }

    /// What a layer has beside attention, in words.
    fn layers(&self) -> Vec<String> {
        let mut words = vec![];
        if !self.is_default("model", "normalization", "post-ln") {
            let scheme = match self.value("model", "normalization") {
                None => "several normalizations",
                Some(scheme) => scheme.as_str().unwrap_or("another normalization"),
            };
            words.push(scheme.to_owned());
        }
        if !self.is_default("model", "frozen", "none") {
            words.push("frozen centres".to_owned());
        }
        if !self.is_default("model", "perceptron", "none") {
            words.push("a perceptron".to_owned());
        }
        words
    }

    /// The separation of the centres in radians, where all runs have the same.
    pub(crate) fn delta(&self) -> Result<Option<f64>, AnalysisError> {
        let values = tables::numbers(&self.runs, "delta")?;
        let first = values.first().copied();
        Ok(first.filter(|first| values.iter().all(|value| value == first)))
    }

    /// The parameters in one line: n = 200, d = 2, beta = 64, ...
    pub(crate) fn parameters(&self) -> Result<String, AnalysisError> {
        if self.manifest.get("kind").and_then(toml::Value::as_str) == Some("parking") {
            return self.parking_parameters();
        }
        let (moves, centers) = (self.follows_time(), self.has("centers") || self.has("observables"));
        let numbers = [
            ("model", "tokens", "n", true),
            ("model", "dimension", "d", true),
            ("model", "beta", "β", true),
            ("integrate", "until", "T", moves),
        ];
        let mut words = vec![];
        for (section, key, symbol, matters) in numbers {
            if let Some(value) = self.number(section, key).filter(|_| matters) {
                words.push(format!("{symbol} = {}", round(value)));
            }
        }
        let single = self.is_default("model", "heads", "");
        let plain = ["query", "key", "value"].map(|key| single && self.is_default("model", key, "identity"));
        match plain {
            [true, true, true] => words.push("Q = K = V = I".to_owned()),
            [true, true, false] => words.push("Q = K = I".to_owned()),
            _ => {}
        }
        match self.value("model", "mask").map(|mask| mask.as_str()) {
            None | Some(Some("causal")) => {}
            Some(Some(word)) => words.push(format!("{word} attention")),
            Some(None) => words.push("another mask".to_owned()),
        }
        words.extend(self.layers());
        if let Some(delta) = self.delta()?.filter(|delta| centers && delta.is_finite()) {
            words.push(format!("δ = {}", short(delta)));
        }
        Ok(words.join(", "))
    }

    /// The parameters of parking: δ = 0.5, 1000 runs at each of 25 points.
    fn parking_parameters(&self) -> Result<String, AnalysisError> {
        let delta = self.delta()?.map(|delta| format!("δ = {}, ", short(delta))).unwrap_or_default();
        let points = self.runs.column("point")?.n_unique()?.max(1);
        Ok(format!("{delta}{} runs at each point", self.runs.height() / points))
    }

    pub(crate) fn title(&self) -> String {
        let title = self.manifest.get("title").and_then(toml::Value::as_str);
        title.unwrap_or(self.dataset.name()).to_owned()
    }

    pub(crate) fn name(&self) -> &str {
        self.dataset.name()
    }

    pub(crate) fn fingerprint(&self) -> &str {
        &self.provenance.fingerprint
    }

    pub(crate) fn model_version(&self) -> u32 {
        self.provenance.model_version
    }

    /// The resolved manifest.
    pub(crate) fn canonical(&self) -> &str {
        &self.provenance.manifest
    }

    /// The dataset's folder.
    pub(crate) fn folder(&self) -> PathBuf {
        self.dataset.folder()
    }

    /// The inner product above which pairs are aligned, where their share was recorded; the default is left out of manifests.
    fn aligned(&self) -> Option<f64> {
        let recorded = self.value("observe", "record")?.as_array()?.iter().any(|word| word.as_str() == Some("aligned"));
        recorded.then(|| self.number("observe", "aligned").unwrap_or(0.999))
    }

    pub(crate) fn summary(&self, notes: Vec<String>) -> Result<Summary, AnalysisError> {
        Ok(Summary {
            name: self.name().to_owned(),
            title: self.title(),
            fingerprint: self.fingerprint().to_owned(),
            model_version: self.provenance.model_version,
            runs: self.runs.height() as u64,
            failed: self.failed as u64,
            parameters: self.parameters()?,
            swept: self.swept.clone(),
            aligned: self.aligned(),
            notes,
            manifest: self.canonical().to_owned(),
        })
    }
}

/// A number as people write it: whole powers of ten from a million on with an exponent.
fn round(value: f64) -> String {
    let exponent = libm::log10(value).round();
    if value < 1e6 {
        return value.to_string();
    }
    if libm::exp10(exponent) == value { decade(exponent as i32) } else { format!("{value:e}") }
}

/// At most four digits after the point.
pub(crate) fn short(value: f64) -> String {
    let text = format!("{value:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
