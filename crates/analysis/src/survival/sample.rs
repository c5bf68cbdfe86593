//! Lifetimes with late entry and right censoring, and the Kaplan-Meier curve through them.
//!
//! With d(t) deaths at t among r(t) at risk, the survival is S(t) = prod_{u <= t} (1 - d(u)/r(u)) (Kaplan & Meier 1958),
//! and the variance of ln S(t) is estimated by sum_{u <= t} d(u) / (r(u) (r(u) - d(u))) (Greenwood 1926). A lifetime is
//! at risk in (entry, exit]: one censored at t is at risk of a death at t, one that enters at t is not.

use crate::AnalysisError;
use libm::{exp, log};

/// One observed lifetime.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lifetime {
    /// When it came under observation.
    pub entry: f64,
    /// When it died, or when the observation ended.
    pub exit: f64,
    /// Whether it died.
    pub died: bool,
}

/// Lifetimes, sorted so that risk sets are counted in one pass.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sample {
    entries: Vec<f64>,
    deaths: Vec<f64>,
    censored: Vec<f64>,
}

impl Sample {
    /// A sample of lifetimes in any order.
    ///
    /// # Errors
    /// When an entry is not before its exit, or either is not finite.
    pub fn new(lifetimes: impl IntoIterator<Item = Lifetime>) -> Result<Self, AnalysisError> {
        let mut sample = Self::default();
        for Lifetime { entry, exit, died } in lifetimes {
            if !(entry.is_finite() && exit.is_finite() && entry < exit) {
                return Err(AnalysisError::Lifetime { entry, exit });
            }
            sample.entries.push(entry);
            if died { &mut sample.deaths } else { &mut sample.censored }.push(exit);
        }
        for times in [&mut sample.entries, &mut sample.deaths, &mut sample.censored] {
            times.sort_unstable_by(f64::total_cmp);
        }
        Ok(sample)
    }

    /// The number of lifetimes.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The number of deaths.
    pub fn deaths(&self) -> usize {
        self.deaths.len()
    }

    /// The last time at which a lifetime was observed.
    pub fn last_exit(&self) -> Option<f64> {
        let ends = [self.deaths.last(), self.censored.last()];
        ends.into_iter().flatten().copied().max_by(f64::total_cmp)
    }

    /// The Kaplan-Meier curve: one step at every distinct time of death, in order.
    ///
    /// With late entry the first risk sets can be so small that all of them die; the curve then stays at 0 whatever
    /// comes later, as the estimator demands.
    pub fn steps(&self) -> Steps<'_> {
        Steps { risk: Risk::new(self), survival: 1.0, variance: 0.0, high: None }
    }
}

/// A pass through a sample that counts who is at risk.
#[derive(Clone, Debug)]
pub(super) struct Risk<'a> {
    sample: &'a Sample,
    entered: usize,
    dead: usize,
    left: usize,
}

impl<'a> Risk<'a> {
    pub(super) fn new(sample: &'a Sample) -> Self {
        Self { sample, entered: 0, dead: 0, left: 0 }
    }

    /// The time of the next death.
    pub(super) fn next_death(&self) -> Option<f64> {
        self.sample.deaths.get(self.dead).copied()
    }

    /// How many are at risk at a time and how many die then. Times must ascend from call to call and none may skip a
    /// death.
    pub(super) fn advance(&mut self, time: f64) -> (u64, u64) {
        let before = |times: &[f64], from: usize| times[from..].iter().take_while(|t| **t < time).count();
        self.entered += before(&self.sample.entries, self.entered);
        self.left += before(&self.sample.censored, self.left);
        let at_risk = self.entered - self.dead - self.left;
        let deaths = self.sample.deaths[self.dead..].iter().take_while(|t| **t == time).count();
        self.dead += deaths;
        (at_risk as u64, deaths as u64)
    }
}

/// The survival curve after one time of death, until the next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// The time of death.
    pub time: f64,
    /// Lifetimes at risk then.
    pub at_risk: u64,
    /// Deaths at this very time.
    pub deaths: u64,
    /// The estimated share that survives this time.
    pub survival: f64,
    /// Greenwood's estimate of the variance of ln S; infinite once S is 0.
    pub variance: f64,
    /// The step's survival before it fell to 0, with its variance.
    last_positive: Option<(f64, f64)>,
}

impl Step {
    /// The standard error of the survival (Greenwood); 0 once nobody survives.
    pub fn standard_error(&self) -> f64 {
        if self.survival == 0.0 { 0.0 } else { self.survival * self.variance.sqrt() }
    }

    /// The band S^{exp(±z se / ln S)} that is symmetric in ln(−ln S) (Kalbfleisch & Prentice 1980), for the normal
    /// quantile z. Once nobody survives it is undefined; then it reaches from 0 to the last upper limit.
    pub fn band(&self, z: f64) -> (f64, f64) {
        let limits = |survival: f64, variance: f64| {
            let hazard = -log(survival);
            let spread = exp(z * variance.sqrt() / hazard);
            (exp(-hazard * spread), exp(-hazard / spread))
        };
        match self.last_positive {
            None => limits(self.survival, self.variance),
            Some((survival, variance)) if survival < 1.0 => (0.0, limits(survival, variance).1),
            Some(_) => (0.0, 1.0),
        }
    }
}

/// Iterator over the steps of a Kaplan-Meier curve.
#[derive(Clone, Debug)]
pub struct Steps<'a> {
    risk: Risk<'a>,
    survival: f64,
    variance: f64,
    /// Survival and variance before the survival fell to 0.
    high: Option<(f64, f64)>,
}

impl Iterator for Steps<'_> {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        let time = self.risk.next_death()?;
        let (at_risk, deaths) = self.risk.advance(time);
        let (r, d) = (at_risk as f64, deaths as f64);
        if at_risk == deaths && self.high.is_none() {
            self.high = Some((self.survival, self.variance));
        }
        self.survival *= (r - d) / r;
        self.variance += d / (r * (r - d));
        Some(Step { time, at_risk, deaths, survival: self.survival, variance: self.variance, last_positive: self.high })
    }
}
