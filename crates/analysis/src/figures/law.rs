//! Observed remaining lifetimes beside the two-body law.

use super::lifetimes::{colors, name_of};
use super::{column, subtitle};
use crate::draw::{Axis, Curves, Kind, Legend, Series, palette};
use crate::{AnalysisError, Summary, tables};
use polars::prelude::DataFrame;

/// A dot a cluster: what the law (or, where it does not apply, the fit) expects against what was observed.
pub(super) fn draw(summary: &Summary, sample: &DataFrame) -> Result<Curves, AnalysisError> {
    let applies = column(sample, "ln_law")?.iter().all(|value| value.is_finite());
    let expected = if applies { "ln_law" } else { "ln_fit" };
    let groups = tables::groups(sample, &summary.swept)?;
    let mut series = vec![];
    for ((_, part), color) in groups.iter().zip(colors(groups.len())) {
        let times = |name: &str| -> Result<Vec<f64>, AnalysisError> {
            Ok(column(part, name)?.into_iter().map(libm::exp).collect())
        };
        let label = if groups.len() == 1 { "clusters".to_owned() } else { name_of(part, &summary.swept)? };
        series.push(Series::new(&label, color, Kind::Dots, times(expected)?, times("ln_remaining")?));
    }
    let all = || series.iter().flat_map(|s: &Series| s.x.iter().chain(&s.y)).copied().filter(|t| t.is_finite());
    let (low, high) = all().fold((f64::INFINITY, 0.0_f64), |(a, b), t| (a.min(t), b.max(t)));
    let name = if applies { "two-body law" } else { "fit" };
    series.push(Series::new(name, palette::INK, Kind::Dashed, vec![low, high], vec![low, high]));
    let law = summary.notes.iter().find(|note| note.contains("two-body law")).map_or("", String::as_str);
    let dots = sample.height();
    Ok(Curves {
        title: "Remaining lifetimes and the two-body law".to_owned(),
        subtitle: subtitle(summary, ""),
        x: Axis::log(&format!("remaining lifetime expected from the {name}")).range(low, high),
        y: Axis::log("observed").range(low, high),
        legend: if series.len() > 4 { Legend::Right } else { Legend::Auto },
        series,
        caption: Some(format!(
            "{dots} of the clusters that were alive at the start of the observation and died. The law: a leader at its gap \
             falls onto m coincident earlier tokens in ∫ (e^{{β(1−cos φ)}} + m)/(m sin φ) dφ. {law}"
        )),
    })
}
