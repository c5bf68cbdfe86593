//! Moves files between a folder and an object store, for `tokenpark --out s3://…`, which starts this program.
//!
//! ```text
//! tokenpark-store list URL           length and path of every object below URL, a line each
//! tokenpark-store get  URL FOLDER    objects to files, for every path on stdin
//! tokenpark-store put  URL FOLDER    files to objects, one after the other
//! tokenpark-store delete URL         one after the other; a missing one is fine
//! ```
//!
//! Paths are relative to both. Keys and endpoint come from the usual variables: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,
//! AWS_REGION, AWS_ENDPOINT_URL, and AWS_ALLOW_HTTP=true for a server on this machine. Exit code 0, or 2 with the reason
//! on stderr. A failed `get` leaves no half-written file under its name.

use futures_util::TryStreamExt;
use object_store::path::Path as Key;
use object_store::{ObjectStore, ObjectStoreExt, WriteMultipart, parse_url_opts};
use std::fs::File;
use std::io::{self, BufRead, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use url::Url;

/// Bytes of one part of an upload; S3 takes 10,000 of them at most.
const PART: usize = 16 << 20;
/// Parts on their way at once.
const PARALLEL: usize = 4;

/// Why it cannot be done.
#[derive(Debug, thiserror::Error)]
enum StoreError {
    #[error("usage: tokenpark-store list URL | get URL FOLDER | put URL FOLDER | delete URL, with paths on stdin")]
    Usage,
    #[error("`{url}` is no address of an object store: {source}")]
    Url { url: String, source: url::ParseError },
    #[error("{0}")]
    Store(#[from] object_store::Error),
    #[error("`{path}` is no path of an object: {source}")]
    Key { path: String, source: object_store::path::Error },
    #[error("{}: {source}", path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("standard input or output: {0}")]
    Pipe(#[from] io::Error),
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let done = runtime.map_err(StoreError::Pipe).and_then(|runtime| runtime.block_on(run(&words)));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "tokenpark-store: {error}");
            ExitCode::from(2)
        }
    }
}

async fn run(words: &[&str]) -> Result<(), StoreError> {
    match *words {
        ["list", url] => list(&Place::new(url)?).await,
        ["get", url, folder] => {
            let place = Place::new(url)?;
            for path in paths()? {
                get(&place, &path, &Path::new(folder).join(&path)).await?;
            }
            Ok(())
        }
        ["put", url, folder] => {
            let place = Place::new(url)?;
            for path in paths()? {
                put(&place, &path, &Path::new(folder).join(&path)).await?;
            }
            Ok(())
        }
        ["delete", url] => {
            let place = Place::new(url)?;
            for path in paths()? {
                match place.store.delete(&place.key(&path)?).await {
                    Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                    Err(error) => return Err(error.into()),
                }
            }
            Ok(())
        }
        _ => Err(StoreError::Usage),
    }
}

/// The lines of standard input.
fn paths() -> Result<Vec<String>, StoreError> {
    io::stdin().lock().lines().map(|line| Ok(line?)).collect()
}

/// A store, and where in it.
struct Place {
    store: Box<dyn ObjectStore>,
    prefix: Key,
}

impl Place {
    fn new(url: &str) -> Result<Self, StoreError> {
        let parsed = Url::parse(url).map_err(|source| StoreError::Url { url: url.to_owned(), source })?;
        let variables = std::env::vars().map(|(name, value)| (name.to_ascii_lowercase(), value));
        let known = variables.filter(|(name, _)| name.starts_with("aws_"));
        let (store, prefix) = parse_url_opts(&parsed, known)?;
        Ok(Self { store, prefix })
    }

    fn key(&self, path: &str) -> Result<Key, StoreError> {
        let prefix = self.prefix.as_ref();
        let whole = if prefix.is_empty() { path.to_owned() } else { format!("{prefix}/{path}") };
        Key::parse(whole).map_err(|source| StoreError::Key { path: path.to_owned(), source })
    }
}

async fn list(place: &Place) -> Result<(), StoreError> {
    let mut found = Vec::new();
    let mut objects = place.store.list(Some(&place.prefix));
    while let Some(object) = objects.try_next().await? {
        let key = object.location.as_ref();
        let path = key.strip_prefix(place.prefix.as_ref()).unwrap_or(key).trim_start_matches('/');
        found.push(format!("{}\t{path}\n", object.size));
    }
    found.sort();
    Ok(io::stdout().lock().write_all(found.concat().as_bytes())?)
}

async fn get(place: &Place, path: &str, to: &Path) -> Result<(), StoreError> {
    let at = |source| StoreError::File { path: to.to_path_buf(), source };
    std::fs::create_dir_all(to.parent().unwrap_or(Path::new("."))).map_err(at)?;
    let name = to.file_name().unwrap_or_default().to_string_lossy();
    let temporary = to.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
    let mut file = File::create(&temporary).map_err(at)?;
    let mut pieces = place.store.get(&place.key(path)?).await?.into_stream();
    while let Some(piece) = pieces.try_next().await? {
        file.write_all(&piece).map_err(at)?;
    }
    file.sync_all().and_then(|()| std::fs::rename(&temporary, to)).map_err(at)
}

async fn put(place: &Place, path: &str, from: &Path) -> Result<(), StoreError> {
    let at = |source| StoreError::File { path: from.to_path_buf(), source };
    let mut file = File::open(from).map_err(at)?;
    let key = place.key(path)?;
    let mut piece = read_part(&mut file).map_err(at)?;
    if piece.len() < PART {
        place.store.put(&key, piece.into()).await?;
        return Ok(());
    }
    let mut upload = WriteMultipart::new_with_chunk_size(place.store.put_multipart(&key).await?, PART);
    while !piece.is_empty() {
        upload.wait_for_capacity(PARALLEL).await?;
        upload.put(piece.into());
        piece = read_part(&mut file).map_err(at)?;
    }
    // Until then nobody sees the object.
    upload.finish().await?;
    Ok(())
}

/// The next bytes of a file, as many as fit a part.
fn read_part(file: &mut File) -> io::Result<Vec<u8>> {
    let mut piece = Vec::new();
    file.take(PART as u64).read_to_end(&mut piece)?;
    Ok(piece)
}
