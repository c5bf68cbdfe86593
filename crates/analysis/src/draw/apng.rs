//! Moving pictures as APNG: the first picture whole, of every other one the rectangle that differs from the one before,
//! transparent where it does not, so that a shaded ball is stored once.

use super::moving::Moving;
use super::save::{DrawError, options, pixels, write};
use png::{BitDepth, BlendOp, ColorType, Compression, DisposeOp, Encoder, EncodingError, FilterType, Writer};
use resvg::usvg::{Options, Tree};
use std::path::{Path, PathBuf};

/// Pixels a unit of the page.
const SCALE: f32 = 1.5;
/// How much longer the last picture stays, in seconds.
const REST: f64 = 1.5;

/// Draws all pictures and writes them to a file that repeats for ever, under a temporary name first.
///
/// # Errors
/// If a picture cannot be drawn or the file cannot be written.
pub fn save_apng(moving: &Moving, path: &Path) -> Result<PathBuf, DrawError> {
    let options = options();
    let fail = |error: EncodingError| DrawError::Png { path: path.to_owned(), reason: error.to_string() };
    let mut bytes = vec![];
    let first = picture(moving, 0, &options, path)?;
    let mut film = Film::begin(&mut bytes, first, moving).map_err(fail)?;
    for at in 1..moving.moments.len() {
        let next = picture(moving, at, &options, path)?;
        film = film.next(next, delay(moving, at)).map_err(fail)?;
    }
    drop(film);
    write(path, &bytes)?;
    Ok(path.to_owned())
}

/// Red, green and blue of a picture's pixels, row by row.
struct Picture {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

fn picture(moving: &Moving, at: usize, options: &Options<'_>, path: &Path) -> Result<Picture, DrawError> {
    let tree = Tree::from_str(&moving.picture(at), options)
        .map_err(|source| DrawError::Parse { path: path.to_owned(), source })?;
    let pixmap = pixels(&tree, SCALE, path)?;
    let pixels = pixmap.data().chunks_exact(4).flat_map(|pixel| pixel[..3].to_vec()).collect();
    Ok(Picture { width: pixmap.width() as usize, height: pixmap.height() as usize, pixels })
}

/// How long a picture stays, in milliseconds.
fn delay(moving: &Moving, at: usize) -> u16 {
    let rest = if at + 1 == moving.moments.len() { REST } else { 0.0 };
    let share = moving.seconds / moving.moments.len() as f64;
    libm::round(1000.0 * (share + rest)).clamp(1.0, f64::from(u16::MAX)) as u16
}

/// Pictures so far.
struct Film<'a> {
    writer: Writer<&'a mut Vec<u8>>,
    before: Picture,
}

impl<'a> Film<'a> {
    fn begin(bytes: &'a mut Vec<u8>, picture: Picture, moving: &Moving) -> Result<Self, EncodingError> {
        let mut encoder = Encoder::new(bytes, picture.width as u32, picture.height as u32);
        encoder.set_color(ColorType::Rgba);
        encoder.set_depth(BitDepth::Eight);
        encoder.set_compression(Compression::Best);
        encoder.set_filter(FilterType::NoFilter);
        encoder.set_animated(moving.moments.len() as u32, 0)?;
        encoder.set_frame_delay(delay(moving, 0), 1000)?;
        encoder.set_dispose_op(DisposeOp::None)?;
        encoder.set_blend_op(BlendOp::Over)?;
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&opaque(&picture.pixels))?;
        Ok(Self { writer, before: picture })
    }

    fn next(mut self, picture: Picture, delay: u16) -> Result<Self, EncodingError> {
        let [left, top, right, bottom] = changed(&self.before.pixels, &picture.pixels, picture.width);
        self.writer.reset_frame_position()?;
        self.writer.set_frame_dimension((right - left) as u32, (bottom - top) as u32)?;
        self.writer.set_frame_position(left as u32, top as u32)?;
        self.writer.set_frame_delay(delay, 1000)?;
        let rows = (top..bottom).map(|y| 3 * (y * picture.width + left)..3 * (y * picture.width + right));
        let patches = rows.map(|row| patch(&self.before.pixels[row.clone()], &picture.pixels[row]));
        self.writer.write_image_data(&patches.collect::<Vec<_>>().concat())?;
        Ok(Self { before: picture, ..self })
    }
}

/// Pixels with an opacity.
fn opaque(pixels: &[u8]) -> Vec<u8> {
    pixels.chunks_exact(3).flat_map(|pixel| [pixel[0], pixel[1], pixel[2], 255]).collect()
}

/// What makes the pixels `after` of those `before`: transparent where they are the same.
fn patch(before: &[u8], after: &[u8]) -> Vec<u8> {
    let pairs = before.chunks_exact(3).zip(after.chunks_exact(3));
    pairs.flat_map(|(a, b)| if a == b { [0; 4] } else { [b[0], b[1], b[2], 255] }).collect()
}

/// The rectangle (left, top, right, bottom, the last two exclusive) outside of which two pictures are the same; one
/// pixel where they are.
fn changed(before: &[u8], after: &[u8], width: usize) -> [usize; 4] {
    let mut found: Option<[usize; 4]> = None;
    for (y, (a, b)) in before.chunks_exact(3 * width).zip(after.chunks_exact(3 * width)).enumerate() {
        if a == b {
            continue;
        }
        let differs = |x: &usize| a[3 * x..3 * x + 3] != b[3 * x..3 * x + 3];
        let (first, last) = ((0..width).find(differs).unwrap_or(0), (0..width).rfind(differs).unwrap_or(0));
        let [left, top, right, _] = found.unwrap_or([first, y, last + 1, y + 1]);
        found = Some([left.min(first), top, right.max(last + 1), y + 1]);
    }
    found.unwrap_or([0, 0, 1, 1])
}

#[cfg(test)]
mod tests {
    use super::super::moving::tests::moving;
    use super::*;

    #[test]
    fn stable_apng_bytes_that_decode_to_the_pictures() {
        let folder = std::env::temp_dir().join(format!("tokenpark-apng-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let moving = moving(true);
        let read = |name: &str| std::fs::read(save_apng(&moving, &folder.join(name)).unwrap()).unwrap();
        let bytes = read("a.apng");
        assert_eq!(bytes, read("b.apng"));
        std::fs::remove_dir_all(&folder).unwrap();
        let mut reader = png::Decoder::new(&bytes[..]).read_info().unwrap();
        let width = reader.info().width as usize;
        assert_eq!(reader.info().animation_control().unwrap().num_frames, 5);
        let mut canvas = vec![0; reader.output_buffer_size()];
        let mut part = canvas.clone();
        for at in 0..5 {
            let size = reader.next_frame(&mut part).unwrap().buffer_size();
            let control = *reader.info().frame_control().unwrap();
            for (at, pixel) in part[..size].chunks_exact(4).enumerate().filter(|(_, pixel)| pixel[3] == 255) {
                let (x, y) = (at % control.width as usize, at / control.width as usize);
                let place = (control.y_offset as usize + y) * width + control.x_offset as usize + x;
                canvas[4 * place..4 * place + 4].copy_from_slice(pixel);
            }
            let wanted = picture(&moving, at, &options(), &folder).unwrap();
            assert!(canvas == opaque(&wanted.pixels), "picture {at}");
            assert_eq!(control.delay_num, if at == 4 { 2300 } else { 800 });
        }
    }

    #[test]
    fn prop_only_what_changes_is_kept() {
        let before = vec![0; 3 * 4 * 3];
        let mut after = before.clone();
        assert_eq!(changed(&before, &after, 4), [0, 0, 1, 1]);
        after[3 * (4 + 2)] = 1;
        assert_eq!(changed(&before, &after, 4), [2, 1, 3, 2]);
        after[3 * (2 * 4 + 1) + 2] = 1;
        assert_eq!(changed(&before, &after, 4), [1, 1, 3, 3]);
    }
}
