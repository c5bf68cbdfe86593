//! Any of the figures.

use super::{Atlas, CircleSnapshots, Curves, Histogram, Page, Panels, SphereTrajectories};

/// A figure, ready to be laid out for a page.
#[derive(Clone, Debug, PartialEq)]
pub enum Figure {
    /// Spheres, a row for every model.
    Atlas(Atlas),
    /// Snapshots on the circle.
    Circle(CircleSnapshots),
    /// Curves over one pair of axes.
    Curves(Curves),
    /// Histograms of counts.
    Histogram(Histogram),
    /// Fields of cells or lines.
    Panels(Panels),
    /// Trajectories on spheres.
    Sphere(SphereTrajectories),
}

impl Figure {
    /// The figure as an SVG document.
    pub fn svg(&self, page: Page) -> String {
        match self {
            Self::Atlas(figure) => figure.svg(page),
            Self::Circle(figure) => figure.svg(page),
            Self::Curves(figure) => figure.svg(page),
            Self::Histogram(figure) => figure.svg(page),
            Self::Panels(figure) => figure.svg(page),
            Self::Sphere(figure) => figure.svg(page),
        }
    }

    /// Title, subtitle and caption, for a page that leaves them to the document.
    pub fn words(&self) -> [&str; 3] {
        let (title, subtitle, caption) = match self {
            Self::Atlas(f) => (&f.title, &f.subtitle, &f.caption),
            Self::Circle(f) => (&f.title, &f.subtitle, &f.caption),
            Self::Curves(f) => (&f.title, &f.subtitle, &f.caption),
            Self::Histogram(f) => (&f.title, &f.subtitle, &f.caption),
            Self::Panels(f) => (&f.title, &f.subtitle, &f.caption),
            Self::Sphere(f) => (&f.title, &f.subtitle, &f.caption),
        };
        [title, subtitle, caption.as_deref().unwrap_or("")]
    }
}
