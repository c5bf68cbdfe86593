//! From SVG text to files, each with what it needs: SVG with our fonts as data, PDF with the glyphs that it uses, PNG on white.

use super::page::PER_INCH;
use super::pdf::stable_pdf;
use crate::base64::base64;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{self, Options, Tree, fontdb};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};
use thiserror::Error;

const REGULAR: &[u8] = include_bytes!("../../assets/Inter-Regular.otf");
const SEMIBOLD: &[u8] = include_bytes!("../../assets/Inter-SemiBold.otf");
/// The same for browsers, with fewer characters.
const WEB: [(u16, &[u8]); 2] = [
    (400, include_bytes!("../../assets/Inter-Regular.woff2")),
    (600, include_bytes!("../../assets/Inter-SemiBold.woff2")),
];
/// Pixels of a PNG per pixel of the SVG, of which there are 96 an inch: two for each unit of the layout.
const PNG_SCALE: f32 = (2.0 * PER_INCH / 96.0) as f32;

/// Why a figure could not be written.
#[derive(Debug, Error)]
pub enum DrawError {
    /// The text is not an SVG document.
    #[error("cannot parse the SVG of {}: {source}", path.display())]
    Parse {
        /// Where the figure was to be saved.
        path: PathBuf,
        /// What the parser says.
        source: usvg::Error,
    },
    /// The page has no pixels or too many.
    #[error("cannot allocate {width} x {height} pixels for {}", path.display())]
    Size {
        /// Where the picture was to be saved.
        path: PathBuf,
        /// Pixels across.
        width: u32,
        /// Pixels down.
        height: u32,
    },
    /// The pixels could not be encoded.
    #[error("cannot encode {}: {reason}", path.display())]
    Png {
        /// Where the picture was to be saved.
        path: PathBuf,
        /// What the encoder says.
        reason: String,
    },
    /// The document could not be converted.
    #[error("cannot convert {}: {reason}", path.display())]
    Pdf {
        /// Where the document was to be saved.
        path: PathBuf,
        /// What the converter says.
        reason: String,
    },
    /// A file could not be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// Writes `stem.svg`, `stem.pdf` and `stem.png`, each under a temporary name first, and returns their paths.
///
/// The folder must exist. A dot in the stem is part of the name: `fig.1` gives `fig.1.svg`.
///
/// # Errors
/// If the text is not SVG, a conversion fails, or a file cannot be written; earlier files then stay.
pub fn save(svg: &str, stem: &Path) -> Result<Vec<PathBuf>, DrawError> {
    let tree = parse(svg, stem)?;
    let path = |extension: &str| {
        let mut name = stem.as_os_str().to_owned();
        name.push(extension);
        PathBuf::from(name)
    };
    let paths = vec![path(".svg"), path(".pdf"), path(".png")];
    write(&paths[0], with_fonts(svg).as_bytes())?;
    write(&paths[1], &pdf(&tree, &paths[1])?)?;
    write(&paths[2], &png(&tree, &paths[2])?)?;
    Ok(paths)
}

/// Writes a text under a temporary name first, and returns its path.
///
/// # Errors
/// If the file cannot be written.
pub fn save_text(text: &str, path: &Path) -> Result<PathBuf, DrawError> {
    write(path, text.as_bytes())?;
    Ok(path.to_owned())
}

/// Options that read our fonts; worth keeping for many pictures.
pub(super) fn options() -> Options<'static> {
    let mut fonts = fontdb::Database::new();
    fonts.load_font_data(REGULAR.to_vec());
    fonts.load_font_data(SEMIBOLD.to_vec());
    Options { font_family: "Inter".to_owned(), fontdb: Arc::new(fonts), ..Options::default() }
}

/// The document with the fonts that it uses, so that it looks the same where they are not installed.
fn with_fonts(svg: &str) -> String {
    let face = |(weight, bytes): &(u16, &[u8])| {
        format!(
            "@font-face{{font-family:Inter;font-weight:{weight};src:url(data:font/woff2;base64,{}) format(\"woff2\")}}\n",
            base64(bytes)
        )
    };
    let used = WEB.iter().filter(|(weight, _)| *weight == 400 || svg.contains("font-weight=\"600\""));
    let faces: String = used.map(face).collect();
    // The first line is the opening tag alone.
    svg.replacen(">\n", &format!(">\n<style>\n{faces}</style>\n"), 1)
}

fn parse(svg: &str, stem: &Path) -> Result<Tree, DrawError> {
    Tree::from_str(svg, &options()).map_err(|source| DrawError::Parse { path: stem.to_owned(), source })
}

fn pdf(tree: &Tree, path: &Path) -> Result<Vec<u8>, DrawError> {
    stable_pdf(tree).map_err(|error| DrawError::Pdf { path: path.to_owned(), reason: error.to_string() })
}

fn png(tree: &Tree, path: &Path) -> Result<Vec<u8>, DrawError> {
    pixels(tree, PNG_SCALE, path)?
        .encode_png()
        .map_err(|error| DrawError::Png { path: path.to_owned(), reason: error.to_string() })
}

/// The picture on white, at so many pixels a unit.
pub(super) fn pixels(tree: &Tree, scale: f32, path: &Path) -> Result<Pixmap, DrawError> {
    let pixels = |units: f32| (units * scale).round().max(1.0) as u32;
    let (width, height) = (pixels(tree.size().width()), pixels(tree.size().height()));
    let mut pixmap =
        Pixmap::new(width, height).ok_or_else(|| DrawError::Size { path: path.to_owned(), width, height })?;
    pixmap.fill(resvg::tiny_skia::Color::WHITE);
    resvg::render(tree, Transform::from_scale(scale, scale), &mut pixmap.as_mut());
    Ok(pixmap)
}

pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), DrawError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".tmp");
    let temporary = PathBuf::from(name);
    fs::write(&temporary, bytes)
        .and_then(|()| fs::rename(&temporary, path))
        .map_err(|source| DrawError::Write { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::super::{Svg, TextStyle, palette};
    use super::*;

    fn page() -> String {
        let mut svg = Svg::new(200.0, 40.0);
        svg.text([5.0, 15.0], "β δ λ ξ ² √ ≤ ± – − × 10⁻⁴, x_{i}", TextStyle::new(12.0, palette::INK));
        svg.text([5.0, 35.0], "Semibold", TextStyle::new(12.0, palette::INK).bold());
        svg.finish()
    }

    #[test]
    fn stable_bytes_in_every_format() {
        let folder = std::env::temp_dir().join(format!("tokenpark-draw-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let read = |stem: &str| {
            save(&page(), &folder.join(stem)).unwrap().iter().map(|p| fs::read(p).unwrap()).collect::<Vec<_>>()
        };
        let first = read("a.1");
        assert!((0..8).all(|_| read("b") == first));
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 6);
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn prop_an_svg_carries_the_fonts_that_it_uses() {
        let faces = |svg: &str| with_fonts(svg).matches("@font-face").count();
        assert_eq!(faces(&page()), 2);
        assert_eq!(faces(&page().replace(" font-weight=\"600\"", "")), 1);
        assert!(Tree::from_str(&with_fonts(&page()), &options()).is_ok());
    }

    #[test]
    fn prop_errors_carry_the_path() {
        let error = save("not an svg", Path::new("figures/fig3")).unwrap_err();
        assert!(error.to_string().contains("figures/fig3"));
        let missing = save(&page(), Path::new("/nonexistent/folder/fig")).unwrap_err();
        assert!(matches!(missing, DrawError::Write { ref path, .. } if path.ends_with("fig.svg")));
    }
}
