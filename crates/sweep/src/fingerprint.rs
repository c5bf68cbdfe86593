//! What a manifest means, as text and as a hash.
//!
//! The canonical form is TOML in a fixed order. It has no title and no comments, and no key that equals its default, so
//! that a key added later leaves the fingerprints of older manifests alone. A base value that a sweep replaces is left
//! out as well. The order of the axes stays, since it numbers the points. A start read from a file is represented by
//! the hash of its vectors. All else can be parsed again, and gives the same canonical form.
//!
//! It is written by hand rather than by serde: its bytes must not change with a library's taste in layout.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};
use tokenpark_dynamics::MODEL_VERSION;

use crate::axis::{Axis, Column};
use crate::manifest::{Distribution, Experiment, Initial, Key, Manifest, Noise, Observe, ParkingSpec, SCHEMA};
use crate::plan::Point;

impl Manifest {
    /// The meaning of the manifest as TOML.
    pub fn canonical(&self) -> String {
        let mut text = format!("schema = {SCHEMA}\nname = {:?}\nseed = {}\n", self.name, self.seed);
        if self.kind != Experiment::default() {
            line(&mut text, "kind", format!("{:?}", self.kind.name()));
        }
        if self.replicas != 1 {
            line(&mut text, "replicas", self.replicas);
        }
        section(&mut text, "model", &self.settings("model"));
        section(&mut text, "initial", &self.initial());
        section(&mut text, "integrate", &self.settings("integrate"));
        section(&mut text, "observe", &observe(&self.observe));
        section(&mut text, "centers", &self.settings("centers"));
        section(&mut text, "parking", &(self.settings("parking") + &parking(&self.parking)));
        let (zips, alone): (Vec<&Axis>, Vec<&Axis>) = self.axes().iter().partition(|axis| axis.zipped);
        let alone: String = alone.iter().flat_map(|axis| axis.columns()).map(column).collect();
        section(&mut text, "sweep", &alone);
        for zip in zips {
            text.push_str("\n[[sweep.zip]]\n");
            text.extend(zip.columns().iter().map(column));
        }
        text
    }

    /// The settings of a section that are neither swept nor equal to their defaults.
    fn settings(&self, section: &str) -> String {
        let swept = |key: Key| self.axes().iter().any(|axis| axis.columns().iter().any(|column| column.key() == key));
        let mut text = String::new();
        for key in Key::ALL.into_iter().filter(|key| key.section() == section && !swept(*key)) {
            match self.base(key) {
                Some(setting) if key.default().as_ref() != Some(setting) => line(&mut text, key.name(), setting),
                _ => {}
            }
        }
        text
    }

    fn initial(&self) -> String {
        let mut text = String::new();
        match &self.initial.distribution {
            Distribution::Uniform => {}
            Distribution::Points(rows) => line(&mut text, "distribution", format!("{{ points = {rows:?} }}")),
            Distribution::File(rows) => {
                let digest = hex(&Sha256::digest(format!("{rows:?}")));
                line(&mut text, "distribution", format!("{{ file = \"sha256:{digest}\" }}"));
            }
        }
        if self.initial.noise != Noise::default() {
            line(&mut text, "noise", format!("{:?}", self.initial.noise.name()));
        }
        if self.initial.radius != Initial::default().radius {
            line(&mut text, "radius", format!("{:?}", self.initial.radius));
        }
        text
    }
}

fn observe(observe: &Observe) -> String {
    let default = Observe::default();
    let mut text = String::new();
    if observe.times != default.times {
        line(&mut text, "times", &observe.times);
    }
    if observe.record != default.record {
        let words: Vec<&str> = observe.record.iter().map(|record| record.name()).collect();
        line(&mut text, "record", format!("{words:?}"));
    }
    if observe.aligned != default.aligned {
        line(&mut text, "aligned", format!("{:?}", observe.aligned));
    }
    if observe.cluster_gap != default.cluster_gap {
        line(&mut text, "cluster_gap", format!("{:?}", observe.cluster_gap));
    }
    if !observe.prefixes.is_empty() {
        line(&mut text, "prefixes", format!("{:?}", observe.prefixes));
    }
    if let Some(split) = observe.cluster_split {
        line(&mut text, "cluster_split", format!("{split:?}"));
    }
    if observe.lifetimes_from != default.lifetimes_from {
        line(&mut text, "lifetimes_from", format!("{:?}", observe.lifetimes_from));
    }
    text
}

fn parking(parking: &ParkingSpec) -> String {
    let default = ParkingSpec::default();
    let mut text = String::new();
    if parking.record != default.record {
        let words: Vec<&str> = parking.record.iter().map(|record| record.name()).collect();
        line(&mut text, "record", format!("{words:?}"));
    }
    if parking.bins != default.bins {
        line(&mut text, "bins", parking.bins);
    }
    if parking.range != default.range {
        line(&mut text, "range", format!("{:?}", parking.range));
    }
    if parking.times != default.times {
        line(&mut text, "times", parking.times);
    }
    text
}

fn column(column: &Column) -> String {
    let values = match &column.progression {
        Some(ends) if column.key().is_count() => ends.to_string().replace(".0", ""),
        Some(ends) => ends.to_string(),
        None => {
            let values: Vec<String> = column.values().iter().map(ToString::to_string).collect();
            format!("[{}]", values.join(", "))
        }
    };
    format!("{:?} = {values}\n", column.key().path())
}

fn line(text: &mut String, key: &str, value: impl std::fmt::Display) {
    writeln!(text, "{key} = {value}").expect("a string takes any text");
}

fn section(text: &mut String, name: &str, body: &str) {
    if !body.is_empty() {
        write!(text, "\n[{name}]\n{body}").expect("a string takes any text");
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The 16 lowercase hexadecimal digits that name what a manifest computes with this version of the model.
pub fn fingerprint(manifest: &Manifest) -> String {
    fingerprint_at(manifest, MODEL_VERSION)
}

/// The fingerprint with another version of the model, e.g. to say why a dataset is stale.
pub fn fingerprint_at(manifest: &Manifest, model_version: u32) -> String {
    let meaning = format!("{}\nschema {SCHEMA}\nmodel version {model_version}\n", manifest.canonical());
    hex(&Sha256::digest(meaning)[..8])
}

impl Point {
    /// What the random draws of the runs at this point depend on, apart from seed and replica: the whole model, or only
    /// the dimension when the points of a sweep share their noise. Solver, times and centres never enter.
    pub fn draw_key(&self, noise: Noise) -> [u8; 32] {
        let mut text = format!("tokenpark draws\ndimension = {}\n", self.dimension);
        if noise == Noise::Independent {
            for (key, value) in self.model() {
                line(&mut text, key.name(), value);
            }
        }
        Sha256::digest(text).into()
    }
}
