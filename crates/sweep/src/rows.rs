//! The rows of one run, in plain Rust columns, and the tables they become.

use crate::finding::Final;
use crate::lifetimes::{Lifetimes, alive};
use crate::manifest::{Observe, Record};
use crate::plan::{Plan, SweptValue};
use crate::watch::Drift;
use tokenpark_dataset::{Column, DatasetError, Table};
use tokenpark_dynamics::{Clusters, Life, Solution, Tokens, aligned_pairs};
use tokenpark_parking::Centers;

/// The rows of one run, by table.
pub type RunTables = Vec<(String, Table)>;

pub(crate) type Columns = Vec<(String, Column)>;

/// Which run of which plan: what every row begins with.
#[derive(Clone, Copy)]
pub(crate) struct RunSpec<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) point: usize,
    pub(crate) replica: u32,
}

impl RunSpec<'_> {
    /// A table of the columns `point`, `replica` and the swept parameters, and then `columns`.
    pub(crate) fn table(&self, columns: Columns) -> Result<Table, DatasetError> {
        let rows = columns.first().map_or(0, |(_, column)| column.len());
        let mut all = vec![
            named("point", Column::U32(vec![self.point as u32; rows])),
            named("replica", Column::U32(vec![self.replica; rows])),
        ];
        for (column, value) in self.plan.swept().into_iter().zip(self.plan.swept_values(self.point)) {
            let values = match value {
                SweptValue::U32(value) => Column::U32(vec![value; rows]),
                SweptValue::F64(value) => Column::F64(vec![value; rows]),
                SweptValue::Text(value) => Column::Text(vec![value; rows]),
            };
            all.push(named(column.name, values));
        }
        // A swept `method` or `kernel` is a column that both sides name; the swept one stands.
        all.extend(columns.into_iter().filter(|(name, _)| self.plan.swept().iter().all(|column| column.name != name)));
        Table::new(all)
    }
}

/// What a run says about itself. What a failed run has not is null.
#[derive(Default)]
pub(crate) struct Outcome {
    pub(crate) solution: Option<Solution>,
    pub(crate) method: Option<&'static str>,
    pub(crate) kernel: Option<&'static str>,
    pub(crate) final_clusters: Option<u32>,
    pub(crate) renyi_centers: Option<u32>,
    pub(crate) strong_centers: Option<u32>,
    pub(crate) lemma51_violations: Option<u32>,
    /// The separation δ of the centres in radians; infinite where beta = 0 makes it so.
    pub(crate) delta: Option<f64>,
    pub(crate) last: Final,
    pub(crate) error: Option<String>,
}

impl Outcome {
    fn columns(self, observe: &Observe) -> Columns {
        let last = if observe.records(Record::Configuration) { self.last.columns() } else { vec![] };
        let solution = self.solution.as_ref();
        let statistics = solution.map(|s| s.statistics);
        let termination = solution.map_or("failed", |s| s.termination.name());
        let count = |value: Option<u64>| Column::OptionU32(vec![value.map(|v| u32::try_from(v).unwrap_or(u32::MAX))]);
        let columns = vec![
            named("termination", Column::Text(vec![termination.to_owned()])),
            named("t_end", Column::OptionF64(vec![solution.map(|s| s.t_end)])),
            named("steps", count(statistics.map(|s| s.steps))),
            named("rejected", count(statistics.map(|s| s.rejected))),
            named("evaluations", count(statistics.map(|s| s.evaluations))),
            named("method", Column::OptionText(vec![self.method.map(str::to_owned)])),
            named("kernel", Column::OptionText(vec![self.kernel.map(str::to_owned)])),
            named("final_clusters", Column::OptionU32(vec![self.final_clusters])),
            named("renyi_centers", Column::OptionU32(vec![self.renyi_centers])),
            named("strong_centers", Column::OptionU32(vec![self.strong_centers])),
            named("lemma51_violations", Column::OptionU32(vec![self.lemma51_violations])),
            named("delta", Column::OptionF64(vec![self.delta])),
            named("error", Column::OptionText(vec![self.error])),
        ];
        columns.into_iter().chain(last).collect()
    }
}

/// The columns of a run's tables as they grow. A run without rows still has all tables and columns.
pub(crate) struct Rows<'a> {
    observe: &'a Observe,
    prefix: Vec<u32>,
    time: Vec<f64>,
    clusters: Vec<u32>,
    largest_cluster: Vec<u32>,
    aligned: Vec<f64>,
    tracked_clusters: Vec<u32>,
    /// Shares consumed: Rényi now, strong now, Rényi ever, strong ever.
    consumed: [Vec<f64>; 4],
    token_time: Vec<f64>,
    token: Vec<u32>,
    token_positions: Positions,
    radius: Vec<Option<f64>>,
    /// Whether some points of the plan, and whether all, have radii.
    radii: (bool, bool),
    center: Vec<u32>,
    center_kind: Vec<String>,
    center_positions: Positions,
    drift: Vec<f64>,
    merged_at: Vec<Option<f64>>,
    lifetimes: Lifetimes,
}

impl<'a> Rows<'a> {
    pub(crate) fn new(plan: &'a Plan) -> Self {
        Self {
            observe: &plan.manifest().observe,
            prefix: vec![],
            time: vec![],
            clusters: vec![],
            largest_cluster: vec![],
            aligned: vec![],
            tracked_clusters: vec![],
            consumed: Default::default(),
            token_time: vec![],
            token: vec![],
            token_positions: Positions::new(plan),
            radius: vec![],
            radii: plan.radii(),
            center: vec![],
            center_kind: vec![],
            center_positions: Positions::new(plan),
            drift: vec![],
            merged_at: vec![],
            lifetimes: Lifetimes::default(),
        }
    }

    /// The observables of the first tokens at a saved time.
    pub(crate) fn save(&mut self, time: f64, tokens: &Tokens, consumed: Option<[f64; 4]>) {
        self.time.push(time);
        self.prefix.push(tokens.len() as u32);
        if self.observe.records(Record::Clusters) {
            let clusters = Clusters::single_linkage(tokens, self.observe.cluster_gap);
            self.clusters.push(clusters.count() as u32);
            self.largest_cluster.push(clusters.largest() as u32);
        }
        if self.observe.records(Record::Aligned) {
            self.aligned.push(aligned_share(tokens, self.observe.aligned));
        }
        for (column, share) in self.consumed.iter_mut().zip(consumed.into_iter().flatten()) {
            column.push(share);
        }
    }

    /// The positions of all tokens at a saved time, and their radii where they have any.
    pub(crate) fn save_tokens(&mut self, time: f64, tokens: &Tokens, radii: &[f64]) {
        if self.observe.records(Record::Tokens) {
            for k in 0..tokens.len() {
                self.token_time.push(time);
                self.token.push(k as u32);
                self.token_positions.push(tokens, k);
                self.radius.push(radii.get(k).copied());
            }
        }
    }

    /// The centres of one kind, at the end of the run.
    pub(crate) fn save_centers(&mut self, kind: &str, drift: &Drift, start: &Tokens) {
        for &center in &drift.centers {
            self.center.push(center as u32);
            self.center_kind.push(kind.to_owned());
            self.center_positions.push(start, center);
        }
        self.drift.extend(drift.distances());
        self.merged_at.extend(&drift.merged_at);
    }

    /// The lives of the clusters among the first `prefix` tokens, at the end of the run; all prefixes in order.
    pub(crate) fn save_lives(&mut self, prefix: usize, lives: &[Life], centers: &Centers, end: f64) {
        self.lifetimes.save(prefix, lives, centers, end);
        let rows: Vec<usize> = (0..self.time.len()).filter(|&row| self.prefix[row] as usize == prefix).collect();
        let times: Vec<f64> = rows.iter().map(|&row| self.time[row]).collect();
        self.tracked_clusters.resize(self.time.len(), 0);
        rows.iter().zip(alive(lives, &times)).for_each(|(&row, count)| self.tracked_clusters[row] = count);
    }

    /// The tables that the manifest asks for; `runs` always.
    pub(crate) fn into_tables(self, spec: RunSpec<'_>, outcome: Outcome) -> Result<RunTables, DatasetError> {
        let records = |what| self.observe.records(what);
        let mut tables = vec![("runs".to_owned(), spec.table(outcome.columns(self.observe))?)];
        let observables = [Record::Clusters, Record::Aligned, Record::Consumption, Record::Lifetimes];
        if observables.into_iter().any(records) {
            let mut columns = vec![named("time", Column::F64(self.time))];
            if !self.observe.prefixes.is_empty() {
                columns.insert(0, named("prefix", Column::U32(self.prefix)));
            }
            if records(Record::Clusters) {
                columns.push(named("clusters", Column::U32(self.clusters)));
                columns.push(named("largest_cluster", Column::U32(self.largest_cluster)));
            }
            if records(Record::Aligned) {
                columns.push(named("aligned", Column::F64(self.aligned)));
            }
            if records(Record::Lifetimes) {
                columns.push(named("tracked_clusters", Column::U32(self.tracked_clusters)));
            }
            if records(Record::Consumption) {
                let names = ["consumed_renyi", "consumed_strong", "consumed_renyi_ever", "consumed_strong_ever"];
                columns.extend(names.into_iter().zip(self.consumed).map(|(n, shares)| named(n, Column::F64(shares))));
            }
            tables.push(("observables".to_owned(), spec.table(columns)?));
        }
        if records(Record::Tokens) {
            let mut columns =
                vec![named("time", Column::F64(self.token_time)), named("token", Column::U32(self.token))];
            columns.extend(self.token_positions.into_columns());
            match self.radii {
                (_, true) => columns.push(named("radius", Column::F64(self.radius.into_iter().flatten().collect()))),
                (true, false) => columns.push(named("radius", Column::OptionF64(self.radius))),
                (false, false) => {}
            }
            tables.push(("tokens".to_owned(), spec.table(columns)?));
        }
        if records(Record::Centers) {
            let mut columns =
                vec![named("token", Column::U32(self.center)), named("kind", Column::Text(self.center_kind))];
            columns.extend(self.center_positions.into_columns());
            columns.push(named("drift", Column::F64(self.drift)));
            columns.push(named("merged_at", Column::OptionF64(self.merged_at)));
            tables.push(("centers".to_owned(), spec.table(columns)?));
        }
        if records(Record::Lifetimes) {
            let columns = self.lifetimes.into_columns(!self.observe.prefixes.is_empty());
            tables.push(("lifetimes".to_owned(), spec.table(columns)?));
        }
        Ok(tables)
    }
}

/// Coordinate columns x0, x1, ...: where the dimension is swept, those that some points lack may be null.
struct Positions {
    always: usize,
    columns: Vec<Vec<Option<f64>>>,
}

impl Positions {
    fn new(plan: &Plan) -> Self {
        let (smallest, largest) = plan.dimensions();
        Self { always: smallest as usize, columns: vec![vec![]; largest as usize] }
    }

    fn push(&mut self, tokens: &Tokens, k: usize) {
        for (i, column) in self.columns.iter_mut().enumerate() {
            column.push((i < tokens.dimension()).then(|| tokens.coordinate(i)[k]));
        }
    }

    fn into_columns(self) -> impl Iterator<Item = (String, Column)> {
        self.columns.into_iter().enumerate().map(move |(i, values)| {
            let column = if i < self.always {
                Column::F64(values.into_iter().flatten().collect())
            } else {
                Column::OptionF64(values)
            };
            (format!("x{i}"), column)
        })
    }
}

/// The share of pairs of tokens whose inner product exceeds the threshold; 1 where a single token has none.
fn aligned_share(tokens: &Tokens, threshold: f64) -> f64 {
    let n = tokens.len() as u64;
    let pairs = n * (n - 1) / 2;
    if pairs == 0 { 1.0 } else { aligned_pairs(tokens, threshold) as f64 / pairs as f64 }
}

pub(crate) fn named(name: &str, column: Column) -> (String, Column) {
    (name.to_owned(), column)
}
