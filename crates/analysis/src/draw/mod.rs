//! Figures from plain numbers: SVG text in memory, then SVG, PDF and PNG files.
//!
//! Every [`Figure`] is a struct of plain data with one method, `svg`, that lays it out for a [`Page`] and returns the whole
//! document as a string; [`save`] writes it in three formats. Equal inputs give equal bytes on every machine: numbers have two decimals,
//! transcendental functions come from `libm`, and the only fonts are the two compiled in.
//!
//! Text fields understand `_{...}` and `^{...}` (one level), for instance `"δ = 4β^{−1/2}"` or `"λ_{max} < 0"`.
//! What this layer does *not* do: read datasets, compute statistics, or decide what a figure claims.

mod apng;
mod atlas;
mod axes;
mod circle;
mod colors;
mod curves;
mod direct;
mod figure;
mod flags;
mod globe;
mod histogram;
mod key;
mod moving;
mod page;
mod panels;
mod pdf;
mod projection;
mod save;
mod smil;
mod sphere;
mod style;
mod svg;
mod text;

pub use apng::save_apng;
pub use atlas::{Atlas, AtlasPanel, AtlasRow, Verdict};
pub use axes::{Axis, Frame, Scale, decade};
pub use circle::{CirclePanel, CircleSnapshots};
pub use colors::{Color, palette, time_color};
pub use curves::{Curves, Kind, Legend, Series};
pub use figure::Figure;
pub use histogram::{Distribution, Histogram, HistogramPanel, Marker};
pub use moving::{Moment, Moving, moving_color};
pub use page::Page;
pub use panels::{Content, Panel, Panels};
pub use projection::View;
pub use save::{DrawError, save, save_text};
pub use sphere::{SpherePanel, SphereTrajectories};
pub use style::{Anchor, Style, TextStyle};
pub use svg::Svg;
