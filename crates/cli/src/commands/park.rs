//! `tokenpark park`: Rényi parking on its own, beside what is known exactly.

use super::{CommandError, End};
use crate::args::{Park, ParkSpace};
use crate::console::{self, count};
use crate::edge;
use serde_json::{Map, Value, json};
use std::path::Path;
use tokenpark_parking::statistics::Counts;
use tokenpark_parking::theory::{self, RSA_COVERAGE};
use tokenpark_parking::{Parking, Space};
use tokenpark_sweep::{ParkError, Parked, Question, park};

pub fn command(args: &Park) -> Result<End, CommandError> {
    let parking = parking(args)?;
    let question = Question { parking, arrivals: args.arrivals, replicas: args.replicas, seed: args.seed };
    if let Some(path) = &args.out {
        writable(path)?;
    }
    let parked = park(&question, edge::threads(args.threads))?;
    if let Some(path) = &args.out {
        parked.write(path)?;
        console::note(&format!("{} rows in {}", count(u64::from(args.replicas)), path.display()));
    }
    if args.json {
        console::data(&document(args, &question, &parked).to_string());
    } else {
        table(&question, &parked).iter().for_each(|line| console::data(line));
    }
    Ok(End::Fine)
}

/// Where cars park, and how far apart.
fn parking(args: &Park) -> Result<Parking, CommandError> {
    let usage = |message: String| Err(CommandError::ParkUsage(message));
    let only = |name: &str, value: String, space: &str| {
        usage(format!("--{name} is {value}, allowed: only with --space {space}"))
    };
    match args.space {
        ParkSpace::Interval => {}
        ParkSpace::Circle | ParkSpace::Sphere => {
            if let Some(length) = args.length {
                return only("length", length.to_string(), "interval");
            }
        }
    }
    if let Some(dimension) = args.dimension.filter(|_| args.space != ParkSpace::Sphere) {
        return only("dimension", dimension.to_string(), "sphere");
    }
    let (space, separation) = match args.space {
        ParkSpace::Interval => match args.length {
            Some(length) => (Space::Interval { length }, args.separation.or(Some(1.0))),
            None => {
                return usage("--length is missing, allowed: a finite number of at least a car's length".to_owned());
            }
        },
        ParkSpace::Circle => (Space::Circle, args.separation),
        ParkSpace::Sphere => (Space::Sphere { dimension: args.dimension.unwrap_or(3) }, args.separation),
    };
    match separation {
        Some(separation) => Ok(Parking::new(space, separation).map_err(ParkError::from)?),
        None => usage("--separation is missing, allowed: above 0 and below pi = 3.141592653589793".to_owned()),
    }
}

/// Refuses what cannot become a file before anything is computed.
fn writable(path: &Path) -> Result<(), CommandError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let problem = if path.is_dir() || path.file_name().is_none() {
        "is a folder"
    } else if !folder.is_dir() {
        "is in no folder that exists"
    } else {
        return Ok(());
    };
    Err(CommandError::ParkUsage(format!("--out is {}, which {problem}; allowed: a file's path", path.display())))
}

/// The document that `--json` prints.
fn document(args: &Park, question: &Question, parked: &Parked) -> Value {
    let counts = parked.counts();
    let space = match args.space {
        ParkSpace::Interval => "interval",
        ParkSpace::Circle => "circle",
        ParkSpace::Sphere => "sphere",
    };
    let mut document = json!({
        "version": 1,
        "space": space,
        "replicas": question.replicas,
        "count_mean": counts.mean(),
        "count_variance": counts.variance(),
        "count_standard_error": counts.standard_error(),
        "coverage_mean": parked.coverage(),
        "theory": known(question).into_iter().map(|(key, value)| (key.to_owned(), json!(value))).collect::<Map<_, _>>(),
    });
    if let Some(strong) = parked.strong() {
        document["strong_mean"] = json!(strong.mean());
        document["strong_variance"] = json!(strong.variance());
    }
    document
}

/// What is known of the question, by the name of what was sampled.
fn known(question: &Question) -> Vec<(&'static str, f64)> {
    let (parking, saturated) = (question.parking, question.arrivals.is_none());
    let separation = parking.separation();
    let [mean, variance, coverage] = if saturated {
        ["count_mean", "count_variance", "coverage_mean"]
    } else {
        ["saturated_count_mean", "saturated_count_variance", "saturated_coverage_mean"]
    };
    let mut known = match parking.space() {
        Space::Interval { length } => {
            let cars = length / separation;
            let exact = (theory::interval_mean(cars), theory::interval_variance(cars));
            let asymptote = theory::RENYI_CONSTANT * (cars + 1.0) - 1.0;
            vec![
                (mean, exact.0),
                (variance, exact.1),
                (coverage, exact.0 * parking.car()),
                ("long_interval_count_mean", asymptote),
            ]
        }
        Space::Circle => {
            let exact = theory::saturated_on_circle(separation);
            vec![(mean, exact.0), (variance, exact.1), (coverage, exact.0 * parking.car())]
        }
        Space::Sphere { dimension } => match RSA_COVERAGE.get(dimension - 2) {
            Some((flat, error)) => vec![
                ("small_separation_count_mean", flat / parking.car()),
                ("small_separation_coverage", *flat),
                ("small_separation_coverage_standard_error", *error),
            ],
            None => vec![],
        },
    };
    let dimension = match parking.space() {
        Space::Interval { .. } => None,
        Space::Circle => Some(2),
        Space::Sphere { dimension } => Some(dimension),
    };
    if let (Some(dimension), Some(tokens)) = (dimension, question.arrivals) {
        known.insert(0, ("strong_mean", theory::mean_strong_centers(dimension, separation, tokens)));
    }
    known
}

/// What people read.
fn table(question: &Question, parked: &Parked) -> Vec<String> {
    let process = match question.arrivals {
        Some(tokens) => format!("{} tokens", count(tokens)),
        None => "saturated".to_owned(),
    };
    let replicas = count(u64::from(question.replicas));
    let mut lines = vec![
        format!(
            "{}, separation {}, {process}, {replicas} replicas",
            question.parking.space(),
            question.parking.separation()
        ),
        format!("{:24}{:>14}{:>12}{:>14}", "", "mean", "± s.e.", "variance"),
    ];
    let row = |name: &str, counts: &Counts| {
        let numbers = [(counts.mean(), 14), (counts.standard_error(), 12), (counts.variance(), 14)];
        let cells = numbers.map(|(value, width)| cell(value, width));
        format!("{name:24}{}", cells.concat())
    };
    lines.push(row("Rényi centres", &parked.counts()));
    lines.extend(parked.strong().map(|strong| row("strong Rényi centres", &strong)));
    lines.push(format!("{:24}{}", "coverage", cell(parked.coverage(), 14)));
    let known = known(question);
    if !known.is_empty() {
        lines.push("theory".to_owned());
    }
    for (name, value) in known {
        lines.push(format!("  {:42}{}", name.replace('_', " "), number(value)));
    }
    lines
}

/// A number right-aligned, "-" where there is none.
fn cell(value: f64, width: usize) -> String {
    format!("{:>width$}", number(value))
}

fn number(value: f64) -> String {
    if value.is_finite() { format!("{value:.6}") } else { "-".to_owned() }
}
