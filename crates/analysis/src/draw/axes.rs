//! Axes: the range of the data, sensible ticks, and the frame that turns values into places on the page.

use super::colors::palette;
use super::page::{LABEL, SMALL};
use super::style::{Anchor, Style, TextStyle};
use super::svg::Svg;
use super::text::width;
use libm::{exp10, log10};

/// How values are spaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Equal steps for equal differences.
    Linear,
    /// Equal steps for equal ratios; values at or below zero are not drawn.
    Log,
}

/// One axis of a chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// Name and unit.
    pub label: String,
    /// How values are spaced.
    pub scale: Scale,
    /// First and last value shown; taken from the data and rounded outward to ticks if absent.
    pub range: Option<(f64, f64)>,
    /// Whether values are percentages (0 to 100), so that ticks carry the sign.
    pub percent: bool,
    /// Whether values are whole numbers, so that no tick stands between two of them.
    pub whole: bool,
}

impl Axis {
    /// A linear axis whose range follows the data.
    pub fn linear(label: &str) -> Self {
        Self { label: label.to_owned(), scale: Scale::Linear, range: None, percent: false, whole: false }
    }

    /// A logarithmic axis whose range follows the data.
    pub fn log(label: &str) -> Self {
        Self { scale: Scale::Log, ..Self::linear(label) }
    }

    /// The same with a fixed range.
    pub fn range(self, first: f64, last: f64) -> Self {
        Self { range: Some((first, last)), ..self }
    }

    /// The same with ticks at whole numbers only.
    pub fn whole(self) -> Self {
        Self { whole: true, ..self }
    }

    /// The same with a per cent sign at every tick.
    pub fn percent(self) -> Self {
        Self { percent: true, ..self }
    }

    /// The axis fitted to data, about `ticks` ticks long.
    pub(super) fn fit(&self, values: impl Iterator<Item = f64>, ticks: f64) -> Fitted {
        let log = self.scale == Scale::Log;
        let place = |v: f64| if log { log10(v) } else { v };
        let usable = values.filter(|v| v.is_finite() && (!log || *v > 0.0)).map(place);
        let (low, high) = usable.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(v), b.max(v)));
        let (low, high) = match self.range {
            Some((first, last)) => (place(first), place(last)),
            None if low > high => (0.0, 1.0),
            None if low == high => (low - 0.5, high + 0.5),
            None => (low, high),
        };
        let round = self.range.is_none();
        let ticks = if self.whole { ticks.min(high - low).max(1.0) } else { ticks };
        let mut fitted = if log { fit_log(low, high, ticks, round) } else { fit_linear(low, high, ticks, round) };
        if self.percent {
            fitted.ticks.iter_mut().for_each(|tick| tick.1.push('%'));
        }
        fitted
    }
}

/// An axis with its final range and ticks, all in plotted units: decimal logarithms on a log axis.
#[derive(Clone, Debug)]
pub struct Fitted {
    pub low: f64,
    pub high: f64,
    pub log: bool,
    /// Place and label of each labelled tick.
    pub ticks: Vec<(f64, String)>,
    /// Places of the small ticks between decades.
    pub minor: Vec<f64>,
}

impl Fitted {
    /// Where a value lies: 0 at the low end, 1 at the high end; not a number if it cannot be shown.
    pub fn share(&self, value: f64) -> f64 {
        let place = match (self.log, value > 0.0) {
            (false, _) => value,
            (true, true) => log10(value),
            (true, false) => f64::NAN,
        };
        (place - self.low) / (self.high - self.low)
    }
}

/// The step of 1, 2 or 5 times a power of ten that cuts `span` into about `ticks` pieces.
pub fn nice_step(span: f64, ticks: f64) -> f64 {
    let raw = span / ticks;
    let decade = exp10(log10(raw).floor());
    let lead = raw / decade;
    decade
        * if lead < 1.5 {
            1.0
        } else if lead < 3.5 {
            2.0
        } else if lead < 7.5 {
            5.0
        } else {
            10.0
        }
}

fn fit_linear(low: f64, high: f64, ticks: f64, round: bool) -> Fitted {
    let step = nice_step(high - low, ticks);
    let (low, high) = if round { ((low / step).floor() * step, (high / step).ceil() * step) } else { (low, high) };
    let (first, last) = ((low / step - 1e-9).ceil() as i64, (high / step + 1e-9).floor() as i64);
    let decimals = (-log10(step * 1.0001).floor()).max(0.0) as usize;
    let ticks = (first..=last).map(|k| (k as f64 * step, plain(k as f64 * step, decimals))).collect();
    Fitted { low, high, log: false, ticks, minor: Vec::new() }
}

fn fit_log(low: f64, high: f64, ticks: f64, round: bool) -> Fitted {
    let (low, high) = if round { ((low + 1e-9).floor(), (high - 1e-9).ceil()) } else { (low, high) };
    let (first, last) = ((low - 1e-9).ceil() as i32, (high + 1e-9).floor() as i32);
    let stride = decades(first, last, ticks);
    let mut labelled: Vec<(f64, String)> =
        (first..=last).filter(|k| k.rem_euclid(stride) == 0).map(|k| (f64::from(k), decade(k))).collect();
    let inside = |place: &f64| (low - 1e-9..=high + 1e-9).contains(place);
    let between = |k: i32, m: f64| f64::from(k) + log10(m);
    let minor: Vec<f64> =
        (first - 1..=last).flat_map(|k| (2..10).map(move |m| between(k, f64::from(m)))).filter(inside).collect();
    if stride == 1 && labelled.len() < 3 {
        let extra = (first - 1..=last).flat_map(|k| [2.0, 5.0].map(|m| (between(k, m), m * exp10(f64::from(k)), k)));
        labelled.iter_mut().for_each(|tick| tick.1 = plain(exp10(tick.0), (-tick.0).max(0.0) as usize));
        labelled.extend(extra.filter(|e| inside(&e.0)).map(|(at, value, k)| (at, plain(value, (-k).max(0) as usize))));
        labelled.sort_by(|a, b| a.0.total_cmp(&b.0));
    }
    Fitted {
        low,
        high,
        log: true,
        ticks: labelled,
        minor: if stride > 1 { between_labels(first, last, stride) } else { minor },
    }
}

/// The decades with small ticks between labels that are several decades apart.
fn between_labels(first: i32, last: i32, stride: i32) -> Vec<f64> {
    let step = [1, 2, 5, 10].into_iter().rev().find(|step| stride % step == 0 && stride / step > 3).unwrap_or(1);
    (first..=last).filter(|k| k.rem_euclid(step) == 0 && k.rem_euclid(stride) != 0).map(f64::from).collect()
}

/// The smallest round number of decades between labels that leaves no more than about `ticks` of them, or the largest that
/// leaves three.
fn decades(first: i32, last: i32, ticks: f64) -> i32 {
    let least = (f64::from(last - first) / ticks).ceil() as i32;
    let strides = [1, 2, 3, 4, 5, 10, 20, 25, 50, 100];
    let three = |stride: &i32| last.div_euclid(*stride) - (first - 1).div_euclid(*stride) >= 3;
    let fewest = strides.into_iter().rev().find(three).unwrap_or(1);
    strides.into_iter().find(|stride| *stride >= least).unwrap_or(100).min(fewest)
}

/// A number with a true minus sign and thousands apart.
pub fn plain(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = text.split_once('.').map_or((text.as_str(), ""), |(w, f)| (w, f));
    let mut grouped = String::new();
    for (k, digit) in whole.chars().enumerate() {
        if k > 0 && whole.len() > 4 && (whole.len() - k).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let sign = if value < 0.0 && text.chars().any(|c| ('1'..='9').contains(&c)) { "−" } else { "" };
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{grouped}{point}{fraction}")
}

/// A power of ten: 1, 10, then with a superscript.
pub fn decade(exponent: i32) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let raised = |c: char| c.to_digit(10).map_or('⁻', |d| DIGITS[d as usize]);
    match exponent {
        0 => "1".to_owned(),
        1 => "10".to_owned(),
        _ => std::iter::once("10".to_owned())
            .chain(exponent.to_string().chars().map(|c| raised(c).to_string()))
            .collect(),
    }
}

/// A rectangle on the page with an axis along its foot and one along its left side.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Upper left corner.
    pub corner: [f64; 2],
    /// Width and height.
    pub size: [f64; 2],
    pub(super) x: Fitted,
    pub(super) y: Fitted,
}

impl Frame {
    /// Room that the y axis needs on its left for tick labels, and for a turned label if it has one.
    pub(super) fn left(y: &Fitted, label: &str) -> f64 {
        let widest = y.ticks.iter().map(|tick| width(&tick.1, SMALL)).fold(0.0, f64::max);
        widest + 10.0 + if label.is_empty() { 0.0 } else { LABEL + 8.0 }
    }

    /// The same frame with its upper edge at the given height.
    pub(super) fn lowered(&self, top: f64) -> Self {
        Self { corner: [self.corner[0], top], ..self.clone() }
    }

    /// Place of a pair of values on the page.
    pub fn at(&self, x: f64, y: f64) -> [f64; 2] {
        [self.corner[0] + self.x.share(x) * self.size[0], self.corner[1] + (1.0 - self.y.share(y)) * self.size[1]]
    }

    /// Draws hairlines at the y ticks, the axis at the foot, tick labels and axis labels.
    pub fn draw(&self, svg: &mut Svg, x_label: &str, y_label: &str) {
        let ([left, top], [w, h]) = (self.corner, self.size);
        let foot = top + h;
        for (place, label) in &self.y.ticks {
            let y = foot - (place - self.y.low) / (self.y.high - self.y.low) * h;
            svg.line([left, y], [left + w, y], Style::stroke(palette::GRID, 0.75));
            let style = TextStyle::new(SMALL, palette::SOFT).anchor(Anchor::End);
            svg.text([left - 8.0, y + 4.0], label, style);
        }
        svg.line([left, foot], [left + w, foot], Style::stroke(palette::AXIS, 1.0));
        let across = |place: f64| left + (place - self.x.low) / (self.x.high - self.x.low) * w;
        for place in &self.x.minor {
            svg.line([across(*place), foot], [across(*place), foot + 3.0], Style::stroke(palette::AXIS, 0.75));
        }
        for (place, label) in &self.x.ticks {
            let x = across(*place);
            svg.line([x, foot], [x, foot + 5.0], Style::stroke(palette::AXIS, 1.0));
            svg.text([x, foot + 19.0], label, TextStyle::new(SMALL, palette::SOFT).anchor(Anchor::Middle));
        }
        let style = TextStyle::new(LABEL, palette::INK).anchor(Anchor::Middle);
        if !x_label.is_empty() {
            svg.text([left + w / 2.0, foot + 40.0], x_label, style);
        }
        if !y_label.is_empty() {
            let x = left - Self::left(&self.y, y_label) + LABEL - 2.0;
            svg.text([x, top + h / 2.0], y_label, style.rotated(-90.0));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis, values: &[f64]) -> Vec<String> {
        axis.fit(values.iter().copied(), 5.0).ticks.into_iter().map(|tick| tick.1).collect()
    }

    #[test]
    fn stable_linear_ticks() {
        assert_eq!(labels(&Axis::linear(""), &[0.0, 200.0]), ["0", "50", "100", "150", "200"]);
        assert_eq!(labels(&Axis::linear(""), &[-0.31, 0.5]), ["−0.4", "−0.2", "0.0", "0.2", "0.4", "0.6"]);
        assert_eq!(labels(&Axis::linear("").whole(), &[2.0, 4.0]), ["2", "3", "4"]);
        assert_eq!(labels(&Axis::linear("").percent(), &[21.0, 99.0]), ["20%", "40%", "60%", "80%", "100%"]);
        assert_eq!(labels(&Axis::linear("").range(0.0, 20000.0), &[]).last().map(String::as_str), Some("20,000"));
    }

    #[test]
    fn stable_log_ticks() {
        assert_eq!(labels(&Axis::log(""), &[0.012, 900.0]), ["10⁻²", "10⁻¹", "1", "10", "10²", "10³"]);
        assert_eq!(labels(&Axis::log(""), &[2.0, 70.0]), ["1", "10", "10²"]);
        assert_eq!(labels(&Axis::log("").range(2.0, 60.0), &[]), ["2", "5", "10", "20", "50"]);
        assert_eq!(labels(&Axis::log("").range(0.02, 0.3), &[]), ["0.02", "0.05", "0.1", "0.2"]);
        assert_eq!(labels(&Axis::log("").range(1.0, 1e90), &[]), ["1", "10²⁰", "10⁴⁰", "10⁶⁰", "10⁸⁰"]);
        assert_eq!(labels(&Axis::log("").range(3.0, 1e56), &[]), ["10¹⁰", "10²⁰", "10³⁰", "10⁴⁰", "10⁵⁰"]);
    }

    #[test]
    fn prop_steps_are_one_two_or_five() {
        for k in 1..200 {
            let step = nice_step(0.037 * f64::from(k), 5.0);
            let lead = step / exp10((log10(step) + 1e-9).floor());
            assert!([1.0, 2.0, 5.0].iter().any(|m| (lead - m).abs() < 1e-9), "{step}");
        }
    }

    #[test]
    fn prop_unshowable_values_are_not_numbers() {
        let fitted = Axis::log("").range(1.0, 100.0).fit(std::iter::empty(), 5.0);
        assert!(fitted.share(-1.0).is_nan());
        assert!((fitted.share(10.0) - 0.5).abs() < 1e-12);
    }
}
