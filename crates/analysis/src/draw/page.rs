//! What every figure has in common: type sizes, margins, the title above and the caption below.

use super::colors::palette;
use super::style::TextStyle;
use super::svg::Svg;
use super::text::wrap;

/// Margin round every figure.
pub const MARGIN: f64 = 24.0;
/// Size of a figure's title.
pub const TITLE: f64 = 18.0;
/// Size of axis labels, panel titles and legends.
pub const LABEL: f64 = 13.0;
/// Size of tick labels and captions.
pub const SMALL: f64 = 12.0;

const LEADING: f64 = 1.4;

/// A figure's words, broken into lines for its width.
pub struct Words {
    title: Vec<String>,
    subtitle: Vec<String>,
    caption: Vec<String>,
}

impl Words {
    /// Breaks title, subtitle and caption for a page of the given width; empty ones take no room.
    pub fn new(title: &str, subtitle: &str, caption: Option<&str>, page_width: f64) -> Self {
        let limit = page_width - 2.0 * MARGIN;
        let lines = |text: &str, size| if text.is_empty() { Vec::new() } else { wrap(text, size, limit) };
        Self {
            // Semibold runs about 4 % wider than the table of widths.
            title: lines(title, 1.05 * TITLE),
            subtitle: lines(subtitle, LABEL),
            caption: lines(caption.unwrap_or(""), SMALL),
        }
    }

    /// Where the drawing may begin, below title and subtitle.
    pub fn top(&self) -> f64 {
        MARGIN + LEADING * (TITLE * self.title.len() as f64 + LABEL * self.subtitle.len() as f64) + 16.0
    }

    /// Room that caption and lower margin need below the drawing.
    pub fn bottom(&self) -> f64 {
        let caption = LEADING * SMALL * self.caption.len() as f64;
        MARGIN + if self.caption.is_empty() { 0.0 } else { caption + 14.0 }
    }

    /// Writes title and subtitle at the top, and the caption below a drawing that ends at `drawing_end`.
    pub fn draw(&self, svg: &mut Svg, drawing_end: f64) {
        let mut y = MARGIN - 4.0;
        for line in &self.title {
            y += LEADING * TITLE;
            svg.text([MARGIN, y - 6.0], line, TextStyle::new(TITLE, palette::INK).bold());
        }
        for line in &self.subtitle {
            y += LEADING * LABEL;
            svg.text([MARGIN, y - 3.0], line, TextStyle::new(LABEL, palette::SOFT));
        }
        y = drawing_end + 14.0;
        for line in &self.caption {
            y += LEADING * SMALL;
            svg.text([MARGIN, y - 4.0], line, TextStyle::new(SMALL, palette::SOFT));
        }
    }
}
