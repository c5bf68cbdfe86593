//! Randomness keyed by content: every run draws from streams of its own, named by what they are for.
//!
//! A stream's ChaCha key is the SHA-256 of the manifest's seed, the point's draw key, the replica and the purpose. No
//! stream depends on a position in the grid, on threads or on what other runs draw: inserting a value into a sweep
//! changes no other run, and replica k can be made again alone.

use crate::manifest::{Bias, Distribution, Manifest, MatrixSpec, PerceptronSpec};
use crate::plan::Point;
use crate::random_matrix as random;
use crate::run::RunError;
use nalgebra::DMatrix;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha12Rng;
use sha2::{Digest, Sha256};
use tokenpark_dynamics::{Frozen, Head, Model, ModelError, Perceptron, Tokens, TokensError};

/// The random numbers of one replica at one point.
pub(crate) struct Draws {
    key: [u8; 32],
    /// Of what all runs of the same dimension share.
    shared: [u8; 32],
}

impl Draws {
    pub(crate) fn new(manifest: &Manifest, point: &Point, replica: u32) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"tokenpark run");
        hash.update(manifest.seed.to_le_bytes());
        hash.update(point.draw_key(manifest.initial.noise));
        hash.update(replica.to_le_bytes());
        let mut shared = Sha256::new();
        shared.update(b"tokenpark sweep");
        shared.update(manifest.seed.to_le_bytes());
        shared.update(point.dimension.to_le_bytes());
        Self { key: hash.finalize().into(), shared: shared.finalize().into() }
    }

    fn stream(&self, purpose: &str) -> Stream {
        Self::stream_of(self.key, purpose)
    }

    fn stream_of(key: [u8; 32], purpose: &str) -> Stream {
        let mut hash = Sha256::new();
        hash.update(key);
        hash.update(purpose.as_bytes());
        Stream { generator: ChaCha12Rng::from_seed(hash.finalize().into()), spare: None }
    }

    /// The tokens at time 0. Uniform ones are drawn in order, so that the first of n tokens are the start of fewer.
    pub(crate) fn start(&self, manifest: &Manifest, point: &Point) -> Result<Tokens, TokensError> {
        let (n, d) = (point.tokens as usize, point.dimension as usize);
        let mut state = vec![0.0; n * d];
        match &manifest.initial.distribution {
            Distribution::Uniform => {
                let mut stream = self.stream("initial");
                for k in 0..n {
                    if d == 2 {
                        let (sine, cosine) = libm::sincos(2.0 * std::f64::consts::PI * stream.uniform());
                        (state[k], state[n + k]) = (cosine, sine);
                    } else {
                        (0..d).for_each(|i| state[i * n + k] = stream.normal());
                    }
                }
            }
            Distribution::Points(rows) | Distribution::File(rows) => {
                for (k, row) in rows.iter().enumerate() {
                    (0..d).for_each(|i| state[i * n + k] = row[i]);
                }
            }
        }
        Tokens::new(d, state)
    }

    /// The matrices Q, K and V of every head.
    pub(crate) fn heads(&self, point: &Point) -> Vec<Head> {
        let d = point.dimension as usize;
        let head = |prefix: &str, [query, key, value]: [&MatrixSpec; 3]| Head {
            query: self.matrix(&format!("{prefix}query"), query, (d, d)),
            key: self.matrix(&format!("{prefix}key"), key, (d, d)),
            value: self.matrix(&format!("{prefix}value"), value, (d, d)),
        };
        match &point.heads[..] {
            [] => vec![head("", [&point.query, &point.key, &point.value])],
            several => {
                let each = several.iter().enumerate();
                each.map(|(h, spec)| head(&format!("heads.{h}."), spec.matrices.each_ref())).collect()
            }
        }
    }

    fn matrix(&self, purpose: &str, spec: &MatrixSpec, shape: (usize, usize)) -> DMatrix<f64> {
        let (rows, columns) = shape;
        match spec {
            MatrixSpec::Identity => DMatrix::identity(rows, columns),
            MatrixSpec::Diagonal(entries) => DMatrix::from_diagonal(&entries.clone().into()),
            MatrixSpec::Matrix(entries) => DMatrix::from_fn(rows, columns, |i, j| entries[i][j]),
            MatrixSpec::Rotation(angles) => rotation(angles, rows),
            MatrixSpec::File(file) => DMatrix::from_row_slice(rows, columns, &file.entries),
            MatrixSpec::Shared(inner) => drawn(inner, shape, &mut Self::stream_of(self.shared, purpose)),
            random => drawn(random, shape, &mut self.stream(purpose)),
        }
    }

    /// The whole model of a point.
    pub(crate) fn model(&self, manifest: &Manifest, point: &Point) -> Result<Model, RunError> {
        let (d, mask) = (point.dimension as usize, point.mask.clone());
        let mut model = Model::with_heads(d, point.beta, mask, point.weights, self.heads(point))?
            .with_normalization(point.normalization)?
            .with_radius(manifest.initial.radius)?;
        if let Some(frozen) = &point.frozen {
            model = model.with_frozen(Frozen::new(Tokens::new(d, frozen.coordinates(d))?, frozen.weights())?)?;
        }
        if let Some(perceptron) = &point.perceptron {
            model = model.with_perceptron(self.perceptron(perceptron, d)?)?;
        }
        Ok(model)
    }

    fn perceptron(&self, spec: &PerceptronSpec, d: usize) -> Result<Perceptron, ModelError> {
        let width = spec.width as usize;
        let matrix = |name: &str, spec: &MatrixSpec, shape| self.matrix(&format!("perceptron.{name}"), spec, shape);
        let bias = match &spec.bias {
            Bias::Zero => vec![0.0; width],
            Bias::Listed(entries) => entries.clone(),
            Bias::Normal(spec) => matrix("bias", spec, (width, 1)).as_slice().to_vec(),
        };
        let (first, second) = (matrix("first", &spec.first, (width, d)), matrix("second", &spec.second, (d, width)));
        Perceptron::new(&first, bias, &second, spec.activation)
    }
}

/// A random matrix from a stream of its own; all kinds but one are square.
fn drawn(spec: &MatrixSpec, (d, columns): (usize, usize), stream: &mut Stream) -> DMatrix<f64> {
    let mut normal = || stream.normal();
    match spec {
        MatrixSpec::Gaussian(deviation) => random::gaussian(d, columns, *deviation, &mut normal),
        MatrixSpec::Symmetric(deviation) => random::symmetric(d, *deviation, &mut normal),
        MatrixSpec::Orthogonal => random::orthogonal(d, &mut normal),
        MatrixSpec::Spectrum { eigenvalues, orthonormal: true } => {
            random::with_spectrum(eigenvalues, &random::orthogonal(d, &mut normal))
        }
        MatrixSpec::Spectrum { eigenvalues, orthonormal: false } => {
            random::with_spectrum(eigenvalues, &random::gaussian(d, d, 1.0, &mut normal))
        }
        fixed => unreachable!("{fixed} is not random"),
    }
}

/// Turns in the planes of coordinates 0 and 1, 2 and 3, and so on.
fn rotation(angles: &[f64], d: usize) -> DMatrix<f64> {
    let mut matrix = DMatrix::identity(d, d);
    for (plane, &angle) in angles.iter().enumerate() {
        let (i, (sine, cosine)) = (2 * plane, libm::sincos(angle));
        (matrix[(i, i)], matrix[(i, i + 1)]) = (cosine, -sine);
        (matrix[(i + 1, i)], matrix[(i + 1, i + 1)]) = (sine, cosine);
    }
    matrix
}

/// A stream of random numbers.
pub(crate) struct Stream {
    generator: ChaCha12Rng,
    spare: Option<f64>,
}

impl Stream {
    /// The stream of that name.
    pub(crate) fn named(name: &str) -> Self {
        Self { generator: ChaCha12Rng::from_seed(Sha256::digest(name.as_bytes()).into()), spare: None }
    }

    /// The words themselves.
    pub(crate) fn generator(&mut self) -> &mut ChaCha12Rng {
        &mut self.generator
    }

    /// Uniform in [0, 1), 53 bits.
    pub(crate) fn uniform(&mut self) -> f64 {
        (self.generator.next_u64() >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
    }

    /// Standard normal, in pairs by Box & Muller through `libm`: library samplers call the system's logarithm, whose
    /// bits differ between machines.
    pub(crate) fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        let radius = (-2.0 * libm::log(1.0 - self.uniform())).sqrt();
        let (sine, cosine) = libm::sincos(2.0 * std::f64::consts::PI * self.uniform());
        self.spare = Some(radius * sine);
        radius * cosine
    }
}
