//! How shapes and texts look.

use super::colors::Color;
use super::svg::num;
use std::fmt::Write;

/// Fill and stroke of a shape.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Colour of the inside, if any.
    pub fill: Option<Color>,
    /// Colour and width of the outline, if any.
    pub stroke: Option<(Color, f64)>,
    /// Opacity of each, from 0 to 1.
    pub opacity: f64,
    /// Lengths of dash and gap, if the outline is dashed.
    pub dash: Option<(f64, f64)>,
}

impl Style {
    /// A filled shape without outline.
    pub fn fill(color: Color) -> Self {
        Self { fill: Some(color), stroke: None, opacity: 1.0, dash: None }
    }

    /// An outline without fill.
    pub fn stroke(color: Color, width: f64) -> Self {
        Self { fill: None, stroke: Some((color, width)), opacity: 1.0, dash: None }
    }

    /// The same with an outline.
    pub fn outlined(self, color: Color, width: f64) -> Self {
        Self { stroke: Some((color, width)), ..self }
    }

    /// The same at the given opacity.
    pub fn opacity(self, opacity: f64) -> Self {
        Self { opacity, ..self }
    }

    /// The same with a dashed outline.
    pub fn dashed(self, dash: f64, gap: f64) -> Self {
        Self { dash: Some((dash, gap)), ..self }
    }

    /// The SVG attributes, with a leading space.
    pub(super) fn attributes(&self) -> String {
        // Opacity of paint, not of the element: in PDF the latter costs an object group a shape.
        let faint = |paint: &str| match self.opacity < 1.0 {
            true => format!(" {paint}-opacity=\"{}\"", num(self.opacity)),
            false => String::new(),
        };
        let mut text = match self.fill {
            Some(color) => format!(" fill=\"{color}\"{}", faint("fill")),
            None => " fill=\"none\"".to_owned(),
        };
        if let Some((color, width)) = self.stroke {
            let _ = write!(text, " stroke=\"{color}\" stroke-width=\"{}\"{}", num(width), faint("stroke"));
        }
        if let Some((dash, gap)) = self.dash {
            let _ = write!(text, " stroke-dasharray=\"{} {}\"", num(dash), num(gap));
        }
        text
    }
}

/// Which part of a text stands at its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// The text begins there.
    Start,
    /// The text is centred there.
    Middle,
    /// The text ends there.
    End,
}

/// How a text is set.
#[derive(Clone, Copy, Debug)]
pub struct TextStyle {
    /// Font size in user units.
    pub size: f64,
    /// Colour.
    pub fill: Color,
    /// Which part stands at the given point.
    pub anchor: Anchor,
    /// Semibold instead of regular.
    pub bold: bool,
    /// Clockwise rotation about the point, in degrees.
    pub rotation: f64,
    /// A white rim that keeps text legible over lines.
    pub halo: bool,
}

impl TextStyle {
    /// Regular text that begins at its point.
    pub fn new(size: f64, fill: Color) -> Self {
        Self { size, fill, anchor: Anchor::Start, bold: false, rotation: 0.0, halo: false }
    }

    /// The same with another anchor.
    pub fn anchor(self, anchor: Anchor) -> Self {
        Self { anchor, ..self }
    }

    /// The same in semibold.
    pub fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    /// The same turned clockwise by degrees.
    pub fn rotated(self, rotation: f64) -> Self {
        Self { rotation, ..self }
    }

    /// The same with a white rim.
    pub fn halo(self) -> Self {
        Self { halo: true, ..self }
    }
}
