[private]
default:
    @{{ just_executable() }} --list

# Run the paper's manifests and draw all figures into reports/
figures *ARGS:
    cargo run --release -p tokenpark -- reproduce {{ARGS}}

# One page of all figures, claims and benchmarks: reports/index.html
report *ARGS:
    cargo run --release -p tokenpark -- report {{ARGS}}

# All tests
test *ARGS:
    cargo test --release --workspace {{ARGS}}

# Formatting, lints and documentation; warnings are errors
check: fmt clippy docs

# Formatting
[private]
fmt:
    cargo fmt --all --check && cargo fmt --check --manifest-path store/Cargo.toml

# Lints
[private]
clippy:
    cargo clippy --release --workspace --all-targets -- -D warnings

# Documentation
[private]
docs:
    RUSTDOCFLAGS="-D warnings" cargo doc --release --workspace --no-deps

# Time the field, whole solves and, side by side, those of others; PYTHON names an interpreter with diffrax and NumPy
bench: bench-field bench-peers
    cargo run --release -p tokenpark --example work_precision

# Evaluations of the field against their floors
[private]
bench-field *ARGS:
    cargo bench --profile release -p tokenpark-dynamics --bench field -- {{ARGS}}

# Our methods and their peers on the same starts
[private]
bench-peers:
    cargo bench --profile release -p tokenpark-dynamics --bench peers

# Summarise ten million made-up lifetimes: time and memory
bench-lifetimes:
    cargo bench --profile release --workspace --bench lifetimes

# Megabytes of token rows a second through the Parquet writer
bench-writing:
    cargo bench --profile release --workspace --bench writing

# What a sweep costs beside its runs, and what a second core gives
bench-sweep:
    cargo bench --profile release --workspace --bench overhead

# A thousand kills at random moments; every dataset compared afterwards
torture KILLS="1000":
    TOKENPARK_KILLS={{KILLS}} cargo test --release --workspace --test it stat_random_kills -- --nocapture

# Check every claim and write reports/claims.md
claims *ARGS:
    cargo run --release -p tokenpark -- claims --reports reports {{ARGS}}

# Everything that CI does
ci:
    .ci/run

# Compute the missing runs of a manifest
run MANIFEST *ARGS:
    cargo run --release -p tokenpark -- run {{MANIFEST}} {{ARGS}}

# Which datasets are fresh, stale, partial, failed or missing, and why
status *MANIFESTS:
    cargo run --release -p tokenpark -- status {{MANIFESTS}}

# Delete all computed datasets; data/reference and data/README.md stay
[confirm('Delete all computed datasets in data/? [y/N]')]
clean-data:
    git clean -fdX -- data

# Figure 3: share of tokens consumed by Rényi centres
consumption: (figure "consumption")

# Figure 2: metastable clusters on the circle
circle-snapshots: (figure "circle-snapshots")

# Figure 1: trajectories on the sphere for five value matrices
sphere-trajectories: (figure "sphere-trajectories")

# Numbers of Rényi centres against parking theory
center-counts: (figure "center-counts")

# Cars parked until nothing fits, against parking theory
parking-saturation: (figure "parking-saturation")

# Rényi and strong Rényi centres of the first n tokens, against parking theory
parking-arrivals: (figure "parking-arrivals")

# How long clusters last, against the inverse temperature
lifetimes-beta: (figure "lifetimes-beta")

# How long clusters last, against the number of tokens
lifetimes-tokens: (figure "lifetimes-tokens")

# How long clusters last in two, three and four dimensions
lifetimes-dimension: (figure "lifetimes-dimension")

# The number of clusters until all tokens are in one place
collapse-forty-decades: (figure "collapse-forty-decades")

# The number of metastable clusters against the inverse temperature
plateau: (figure "plateau")

# The atlas of final configurations, the phase diagram, and causal against full attention
atlas: (figure "atlas") (figure "phase-diagram") (figure "causal-and-full") (figure "causal-and-full-sphere")

# Run, analyze and draw one manifest of experiments/
figure NAME: (run "experiments/" + NAME + ".toml") (tokenpark "analyze" "experiments/" + NAME + ".toml") (tokenpark "figures" "experiments/" + NAME + ".toml")

# Any command of the binary
tokenpark *ARGS:
    cargo run --release -p tokenpark -- {{ARGS}}

# Other people's readers and validators on our files; CACHE keeps their Python packages
readers *CACHE:
    .ci/readers-test {{CACHE}}

# Every snippet of the guide and the README; --write renews what the binary generates, --patches tries the worked examples
guide *ARGS:
    .ci/guide-test {{ARGS}}

# The explorer, the moving pictures and the report in a real browser; FOLDER keeps pages and screenshots
browser *FOLDER:
    .ci/browser-test "${TOKENPARK:-${CARGO_TARGET_DIR:-target}/release/tokenpark}" {{FOLDER}}

# A page to explore and a moving picture of one manifest
explore NAME: (run "experiments/" + NAME + ".toml") (tokenpark "explore" "experiments/" + NAME + ".toml") (tokenpark "animate" "experiments/" + NAME + ".toml")

# Write schemas/manifest.schema.json again, after a change of the manifest's keys
schema:
    cargo run --release -p tokenpark -- schema > schemas/manifest.schema.json

# Job arrays on a real Slurm of two nodes on this machine, a killed node and a time limit included (needs root)
slurm *BINARY:
    .ci/slurm-test {{BINARY}}

# Datasets in an object store, against a server on this machine
store *ARGS:
    .ci/store-test {{ARGS}}
