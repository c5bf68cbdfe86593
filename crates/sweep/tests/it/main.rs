//! Manifests through the public API.

mod corpus;
mod expressions;
mod finals;
mod fingerprints;
mod fuzz;
mod layers;
mod lifetimes;
mod messages;
mod models;
mod parking;
mod plans;
mod runs;
mod samples;
mod shards;

use tokenpark_sweep::{Manifest, Plan};

/// A plan from the lines of [model] and the sections after it.
fn plan(model: &str, rest: &str) -> Plan {
    let text = format!("schema = 1\nname = \"test\"\nseed = 1\n[model]\n{model}\n{rest}");
    let manifest = Manifest::parse(&text, "test.toml").unwrap_or_else(|mistakes| panic!("{mistakes}"));
    Plan::new(manifest).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}
