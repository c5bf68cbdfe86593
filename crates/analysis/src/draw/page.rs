//! What every figure has in common: the page it is for, type sizes, margins, the title above and the caption below.
//!
//! Figures are laid out in units of which 720 make the text width of NeurIPS, so that type has the size it says on paper:
//! titles 9 points, axis labels 7.7, tick labels and captions 7.15.

use super::colors::palette;
use super::style::TextStyle;
use super::svg::Svg;
use super::text::wrap;

/// Margin round every figure.
pub const MARGIN: f64 = 24.0;
/// Size of a figure's title.
pub const TITLE: f64 = 16.5;
/// Size of axis labels, panel titles and legends.
pub const LABEL: f64 = 14.0;
/// Size of tick labels and captions.
pub const SMALL: f64 = 13.0;
/// Units per inch of paper.
pub const PER_INCH: f64 = 720.0 / 5.5;

/// Margin that is left where the words are not on the figure.
const SLIM: f64 = 3.0;

/// Paper that a figure is drawn for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Page {
    /// Width of the column of text, in inches.
    inches: f64,
    /// Whether title, subtitle and caption are on the figure.
    words: bool,
}

impl Page {
    /// The text of NeurIPS, 5.5 inches wide.
    pub const NEURIPS: Self = Self { inches: 5.5, words: true };
    /// The text of the article classes of the AMS, 30 picas wide.
    pub const AMS: Self = Self { inches: 30.0 * 12.0 / 72.27, words: true };

    /// The same without title, subtitle and caption, and with next to no margin: a document sets them in its own type.
    pub fn bare(self) -> Self {
        Self { words: false, ..self }
    }

    /// What is cut from each side of the layout.
    pub(super) fn cut(self) -> f64 {
        if self.words { 0.0 } else { MARGIN - SLIM }
    }

    /// Width of the layout in units.
    pub(super) fn width(self) -> f64 {
        self.inches * PER_INCH + 2.0 * self.cut()
    }
}

const LEADING: f64 = 1.4;

/// A figure's words, broken into lines for its width.
pub struct Words {
    title: Vec<String>,
    subtitle: Vec<String>,
    caption: Vec<String>,
}

impl Words {
    /// Breaks title, subtitle and caption for a page; empty ones take no room.
    pub fn new(title: &str, subtitle: &str, caption: Option<&str>, page: Page) -> Self {
        let limit = page.width() - 2.0 * MARGIN;
        let lines = |text: &str, size| if text.is_empty() || !page.words { vec![] } else { wrap(text, size, limit) };
        Self {
            // Semibold runs about 4 % wider than the table of widths.
            title: lines(title, 1.05 * TITLE),
            subtitle: lines(subtitle, LABEL),
            caption: lines(caption.unwrap_or(""), SMALL),
        }
    }

    /// Where the drawing may begin, below title and subtitle.
    pub fn top(&self) -> f64 {
        let words = LEADING * (TITLE * self.title.len() as f64 + LABEL * self.subtitle.len() as f64);
        MARGIN + if words > 0.0 { words + 16.0 } else { 4.0 }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prop_type_is_seven_to_nine_points_on_paper() {
        let points = [SMALL, LABEL, TITLE].map(|size| 72.0 * size / PER_INCH);
        assert!(points.iter().all(|size| (7.0..9.1).contains(size)), "{points:?}");
    }

    #[test]
    fn stable_widths() {
        let size = |page: Page| Svg::page(page, 100.0).finish();
        assert!(size(Page::NEURIPS).contains("width=\"396pt\"") && size(Page::NEURIPS).contains("\"0 0 720 100\""));
        assert!(size(Page::AMS).contains("width=\"358.66pt\""), "{}", size(Page::AMS));
        assert!(
            size(Page::NEURIPS.bare()).contains("width=\"396pt\"")
                && size(Page::NEURIPS.bare()).contains("\"21 21 720 58\"")
        );
    }
}
