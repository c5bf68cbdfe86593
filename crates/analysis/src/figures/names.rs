//! What swept parameters are called in figures, and how their values are coloured.

use crate::draw::{Axis, Color, palette, time_color};
use crate::source::short;
use crate::{AnalysisError, tables};
use polars::prelude::*;

/// "β = 64, d = 3" of a table's first row.
pub(super) fn name_of(part: &DataFrame, swept: &[String]) -> Result<String, AnalysisError> {
    let words = swept.iter().map(|name| {
        let value = part.column(name)?.get(0)?;
        let text = value.get_str().map_or_else(|| value.to_string(), str::to_owned);
        let number = text.parse::<f64>().map_or(text, short);
        Ok::<_, AnalysisError>(format!("{} = {number}", symbol(name)))
    });
    Ok(words.collect::<Result<Vec<_>, _>>()?.join(", "))
}

/// What a group of points along an axis is called: "median", or "median, d = 3" where other parameters are swept.
pub(super) fn group_name(part: &DataFrame, swept: &[String], axis: &str, what: &str) -> Result<String, AnalysisError> {
    let others: Vec<String> = swept.iter().filter(|name| *name != axis).cloned().collect();
    let name = name_of(part, &others)?;
    Ok(if name.is_empty() { what.to_owned() } else { format!("{what}, {name}") })
}

/// What a panel of one value of a swept parameter is called; masks are said in words.
pub(super) fn panel_title(label: &str) -> String {
    match label {
        "mask = causal" => "causal: tokens see earlier ones".to_owned(),
        "mask = full" => "full: tokens see all".to_owned(),
        other => other.to_owned(),
    }
}

/// The letter of a parameter.
fn symbol(name: &str) -> &str {
    match name {
        "beta" => "β",
        "tokens" | tables::PREFIX => "n",
        "dimension" => "d",
        other => other,
    }
}

/// Colours of ordered points: of time where there are many, else the palette's.
pub(super) fn colors(count: usize) -> Vec<Color> {
    let shade = |k: usize| if count > 3 { time_color(k as f64 / (count - 1) as f64) } else { palette::SERIES[k] };
    (0..count).map(shade).collect()
}

/// The swept parameter that a figure has on its x axis: the first whose values are two numbers or more.
pub(super) fn axis(table: &DataFrame, swept: &[String]) -> Result<Option<String>, AnalysisError> {
    for name in swept {
        let values = table.column(name)?;
        if values.dtype().is_primitive_numeric() && values.n_unique()? > 1 {
            return Ok(Some(name.clone()));
        }
    }
    Ok(None)
}

/// Label of the x axis of a parameter.
pub(super) fn parameter(name: &str) -> Axis {
    match name {
        "beta" => Axis::linear("inverse temperature β"),
        "tokens" | tables::PREFIX => Axis::linear("tokens n").whole(),
        "dimension" => Axis::linear("dimension d").whole(),
        other => Axis::linear(other),
    }
}
