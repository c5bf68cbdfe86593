//! `tokenpark check`: all mistakes of all manifests.

use super::{CommandError, End, manifests, open};
use crate::args::Read;
use crate::console;
use serde_json::json;
use tokenpark_sweep::fingerprint;

pub fn check(args: &Read) -> Result<End, CommandError> {
    let mut end = End::Fine;
    let mut rows = vec![];
    for path in manifests(&args.manifests)? {
        match open(&path) {
            Ok(plan) => {
                let (points, runs, fingerprint) = (plan.points(), plan.runs(), fingerprint(plan.manifest()));
                if !args.json {
                    let path = path.display();
                    console::data(&format!("{path}: valid, {points} points, {runs} runs, fingerprint {fingerprint}"));
                }
                rows.push(json!({
                    "manifest": path, "valid": true, "points": points, "runs": runs, "fingerprint": fingerprint,
                    "errors": [],
                }));
            }
            Err(diagnostics) => {
                end = End::Refused;
                if !args.json {
                    console::note(&diagnostics.to_string());
                }
                let errors = diagnostics.iter().map(|mistake| {
                    let place = mistake.place.as_ref();
                    json!({
                        "line": place.map(|p| p.line), "column": place.map(|p| p.column),
                        "message": mistake.message, "help": mistake.help,
                    })
                });
                let errors: Vec<_> = errors.collect();
                rows.push(json!({ "manifest": path, "valid": false, "errors": errors }));
            }
        }
    }
    if args.json {
        console::data(&json!({ "version": 1, "manifests": rows }).to_string());
    }
    Ok(end)
}
