//! Datasets with made-up lifetimes that follow a known law, as the sweep would write them.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha12Rng;
use std::path::Path;
use tokenpark_analysis::survival::TwoBody;
use tokenpark_dataset::{Column, Dataset, Provenance, RunLog, Staging, Table};

/// What to make up.
pub struct MadeUp {
    /// A point each.
    pub betas: Vec<f64>,
    pub replicas: u32,
    /// Rows of the lifetimes table in every run.
    pub tokens: u32,
    /// Clusters alive at t = 100 in every run.
    pub alive: u32,
    pub until: f64,
    /// Saved times of observables; none are written if 0.
    pub times: u32,
    /// Numbers of first tokens whose lifetimes are written; all tokens, without that column, if there are none.
    pub prefixes: Vec<u32>,
}

/// ln(remaining lifetime) = LAW[0] + ln(two-body law) + LAW[1] × a standard normal variable.
pub const LAW: [f64; 2] = [0.3, 0.8];
/// The start of the observation.
pub const START: f64 = 100.0;
const MERGE: f64 = 0.07;

/// Columns of one run's table of lifetimes.
#[derive(Default)]
struct Rows {
    leader: Vec<u32>,
    death: Vec<Option<f64>>,
    gap: Vec<Option<f64>>,
    earlier: Vec<Option<u32>>,
    kind: Vec<String>,
}

impl MadeUp {
    /// Publishes the dataset `made-up` under a folder.
    pub fn publish(&self, root: &Path) -> Dataset {
        let dataset = Dataset::new(root, "made-up", "0123456789abcdef").expect("a valid name");
        let manifest = self.manifest();
        let provenance = Provenance {
            fingerprint: dataset.fingerprint().to_owned(),
            schema_version: 1,
            model_version: 1,
            manifest: manifest.clone(),
        };
        let mut staging = Staging::open(&dataset, &provenance).expect("a fresh staging area");
        for (point, beta) in self.betas.iter().enumerate() {
            // A part of some 100,000 rows at a time.
            let size = (100_000 / self.tokens).max(1);
            for first in (0..self.replicas).step_by(size as usize) {
                let (mut runs, mut observables, mut lifetimes) = (Table::default(), Table::default(), Table::default());
                for replica in first..(first + size).min(self.replicas) {
                    let tables = self.run(point as u32, replica, *beta);
                    for (all, table) in [&mut runs, &mut observables, &mut lifetimes].into_iter().zip(tables) {
                        all.append(table).expect("equal columns");
                    }
                }
                let mut tables = vec![("runs".to_owned(), runs), ("lifetimes".to_owned(), lifetimes)];
                if self.times > 0 {
                    tables.push(("observables".to_owned(), observables));
                }
                staging.write(tables).expect("room on the disk");
            }
        }
        let runs = u64::from(self.replicas) * self.betas.len() as u64;
        staging.publish(runs, &manifest, RunLog::default()).expect("room on the disk");
        dataset
    }

    fn manifest(&self) -> String {
        format!(
            "schema = 1\nname = \"made-up\"\ntitle = \"Made-up lifetimes\"\nseed = 1\nreplicas = {}\n\
             [model]\ntokens = {}\ndimension = 2\nbeta = 1.0\n[integrate]\nuntil = {:e}\n\
             [observe]\nrecord = [\"clusters\", \"lifetimes\"]\ncluster_gap = {MERGE}\n\
             [sweep]\n\"model.beta\" = {:?}\n",
            self.replicas, self.tokens, self.until, self.betas
        )
    }

    /// The tables runs, observables and lifetimes of one run.
    fn run(&self, point: u32, replica: u32, beta: f64) -> [Table; 3] {
        let rows = self.rows(beta, u64::from(point) << 32 | u64::from(replica));
        let table = |columns: Vec<(&str, Column)>| {
            let rows = columns[0].1.len();
            let common = vec![
                ("point", Column::U32(vec![point; rows])),
                ("replica", Column::U32(vec![replica; rows])),
                ("beta", Column::F64(vec![beta; rows])),
            ];
            let named = common.into_iter().chain(columns).map(|(name, column)| (name.to_owned(), column));
            Table::new(named.collect()).expect("columns of one length")
        };
        let delta = 4.0 / beta.sqrt();
        let runs = table(vec![
            ("termination", Column::Text(vec!["reached".to_owned()])),
            ("t_end", Column::OptionF64(vec![Some(self.until)])),
            ("delta", Column::OptionF64(vec![Some(delta)])),
        ]);
        let times: Vec<f64> = (0..self.times).map(|k| self.time(k)).collect();
        let alive = |t: f64| rows.death.iter().filter(|death| death.is_none_or(|death| death > t)).count() as u32;
        let observables = table(vec![
            ("time", Column::F64(times.clone())),
            ("tracked_clusters", Column::U32(times.iter().map(|t| alive(*t)).collect())),
        ]);
        // The rows of all tokens, or of the first ones for each prefix.
        let all = if self.prefixes.is_empty() { vec![self.tokens] } else { self.prefixes.clone() };
        let picked: Vec<(u32, usize)> =
            all.iter().flat_map(|prefix| (0..*prefix as usize).map(|row| (*prefix, row))).collect();
        let death: Vec<Option<f64>> = picked.iter().map(|(_, row)| rows.death[*row]).collect();
        let mut columns = vec![
            ("leader", Column::U32(picked.iter().map(|(_, row)| rows.leader[*row]).collect())),
            ("birth", Column::F64(vec![0.0; picked.len()])),
            ("censored", Column::Bool(death.iter().map(Option::is_none).collect())),
            ("death", Column::OptionF64(death)),
            ("leader_kind", Column::Text(picked.iter().map(|(_, row)| rows.kind[*row].clone()).collect())),
            ("gap_at_start", Column::OptionF64(picked.iter().map(|(_, row)| rows.gap[*row]).collect())),
            ("earlier_at_start", Column::OptionU32(picked.iter().map(|(_, row)| rows.earlier[*row]).collect())),
        ];
        if !self.prefixes.is_empty() {
            columns.insert(0, ("prefix", Column::U32(picked.iter().map(|(prefix, _)| *prefix).collect())));
        }
        let lifetimes = table(columns);
        [runs, observables, lifetimes]
    }

    /// Times equally spaced in their logarithms from 0.1 to the end.
    fn time(&self, k: u32) -> f64 {
        libm::exp10(-1.0 + (libm::log10(self.until) + 1.0) * f64::from(k) / f64::from(self.times - 1))
    }

    fn rows(&self, beta: f64, seed: u64) -> Rows {
        let mut rng = ChaCha12Rng::seed_from_u64(seed);
        let law = TwoBody::new(beta, MERGE);
        let mut rows = Rows::default();
        let every = self.tokens / self.alive;
        for leader in 0..self.tokens {
            let lasts = leader % every == 0 && leader / every < self.alive;
            let strong = rng.random::<f64>() < 0.6;
            let kind = if lasts { ["renyi", "strong"][usize::from(strong)] } else { "none" };
            let (spread, far) = (rng.random::<f64>(), 0.4 * f64::from(u8::from(strong)));
            let gap = (3.0 / beta.sqrt() + 1.2 * spread * spread + far).min(3.0);
            let earlier = 1 + (f64::from(leader) * rng.random::<f64>()) as u32;
            let death = match (leader, lasts) {
                (0, _) => f64::INFINITY,
                (_, true) => {
                    let ln = law.ln_time(1.0 - libm::cos(gap), libm::log(f64::from(earlier)));
                    START + libm::exp(LAW[0] + ln + LAW[1] * normal(&mut rng))
                }
                (_, false) => libm::exp10(-2.0 + 3.7 * rng.random::<f64>().sqrt()),
            };
            let known = lasts && leader > 0;
            rows.leader.push(leader);
            rows.death.push((death < self.until).then_some(death));
            rows.gap.push(known.then_some(gap));
            rows.earlier.push(known.then_some(earlier));
            rows.kind.push(kind.to_owned());
        }
        rows
    }
}

/// Box and Muller's.
fn normal(rng: &mut ChaCha12Rng) -> f64 {
    let (radius, angle) = (1.0 - rng.random::<f64>(), std::f64::consts::TAU * rng.random::<f64>());
    (-2.0 * libm::log(radius)).sqrt() * libm::cos(angle)
}
