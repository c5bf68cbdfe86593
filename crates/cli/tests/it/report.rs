//! `report`: what is on the page, how fresh it says things are, and that equal inputs give equal bytes.

use crate::{Lab, SMALL, contains, edited};
#[cfg(unix)]
use std::path::Path;

/// [`SMALL`] under another title, analyzed and drawn.
fn drawn() -> Lab {
    let lab = Lab::empty();
    lab.write("small.toml", format!("# Is 1 < 2? See `run`.\n{}", edited("A small", "A <small> & \\\"quoted\\\"")));
    lab.fine("run small.toml");
    lab.fine("analyze small.toml");
    contains(&lab.fine("figures small.toml").stderr, &["one page of all this: tokenpark report\n"]);
    lab
}

fn page(lab: &Lab, arguments: &str) -> String {
    let ran = lab.fine(&format!("report {arguments}"));
    assert_eq!(ran.stdout, "reports/index.html\n");
    lab.read("reports/index.html")
}

#[test]
fn regress_the_page_has_every_figure_with_what_made_it() {
    let lab = drawn();
    let page = page(&lab, "small.toml");
    let figures: Vec<String> = lab
        .files("reports/small")
        .keys()
        .filter_map(|path| path.to_str()?.strip_suffix(".svg").map(str::to_owned))
        .collect();
    assert!(figures.len() >= 3, "{figures:?}");
    for stem in &figures {
        contains(
            &page,
            &[&format!("<img src=\"small/{stem}.svg\" width=\"720\" height="), &format!("href=\"small/{stem}.pdf\"")],
        );
    }
    assert_eq!(page.matches("<img ").count(), figures.len());
    assert_eq!(page.matches(" alt=\"").count(), figures.len());
    assert!(!page.contains("alt=\"\"") && !page.contains("://"), "an address or an empty text");
    contains(
        &page,
        &[
            "<h3 id=\"title-of-small\">A &lt;small&gt; &amp; &quot;quoted&quot; experiment</h3>",
            "<p>Is 1 &lt; 2? See <code>run</code>.</p>",
            "<span class=\"badge fresh\">fresh</span>",
            "tokenpark run small.toml\ntokenpark analyze small.toml\ntokenpark figures small.toml",
            "replicas = 4",
            "href=\"small/curves.parquet\"",
            "Its tables are not in experiments.lock.",
            "<dt>Model version</dt>",
            "<code>tokenpark claims --reports</code> checks them",
        ],
    );
    assert!(!page.contains("<small>") && !page.contains("<!--"), "a title is not escaped, or a place is not filled");
}

/// The first rows of a table are those of its CSV file, digit by digit.
#[test]
fn val_the_numbers_are_those_of_the_tables() {
    let lab = drawn();
    let page = page(&lab, "small.toml");
    let (_, table) = page.split_once("<table data-csv=\"curves.csv\">").expect("the table");
    let (table, _) = table.split_once("</table>").expect("its end");
    let csv = lab.read("reports/small/curves.csv");
    let shown: Vec<String> = table.split("<tr>").skip(2).map(|row| cells(row).join(",")).collect();
    let written: Vec<&str> = csv.lines().skip(1).take(8).collect();
    assert_eq!((shown.len(), shown), (8, written.iter().map(|line| (*line).to_owned()).collect()));
    contains(&page, &["<code>curves.csv</code>, 12 rows; the first 8"]);
}

fn cells(row: &str) -> Vec<&str> {
    row.split("<td")
        .skip(1)
        .map(|cell| cell.split_once('>').map_or("", |(_, text)| &text[..text.find('<').unwrap_or(0)]))
        .collect()
}

#[test]
fn regress_a_changed_manifest_makes_a_stale_report() {
    let lab = drawn();
    lab.write("small.toml", edited("[4.0, 9.0]", "[4.0, 16.0]"));
    let page = page(&lab, "small.toml");
    let ran = lab.fine("report small.toml");
    assert_eq!(ran.stderr, "small: stale, changed since: sweep.model.beta = [4.0, 16.0], was [4.0, 9.0]\n1 stale\n");
    contains(
        &page,
        &[
            "<span class=\"badge stale\">stale</span>",
            "Changed since: sweep.model.beta = [4.0, 16.0], was [4.0, 9.0].",
            ", the manifest's is now <code>",
        ],
    );
    assert!(!page.contains("badge fresh"));
    // A title means nothing.
    lab.write("small.toml", edited("A small", "A renamed"));
    contains(&self::page(&lab, "small.toml"), &["badge fresh"]);
}

#[test]
fn regress_missing_and_orphaned() {
    let lab = Lab::small();
    contains(&page(&lab, "small.toml"), &["badge missing", "there is no <code>small/summary.toml</code>"]);
    let lab = drawn();
    let ran = lab.run("report");
    assert_eq!(ran.code, 2);
    contains(&ran.stderr, &["error: cannot list the manifests in experiments"]);
    std::fs::create_dir(lab.path("experiments")).expect("a writable folder");
    lab.write("experiments/other.toml", SMALL.replace("name = \"small\"", "name = \"other\""));
    let ran = lab.fine("report");
    assert_eq!(ran.stderr, "1 missing, 1 orphaned\n");
    contains(&lab.read("reports/index.html"), &["badge orphaned", "small/center-counts.svg", "id=\"other\""]);
}

#[test]
fn stable_bytes_of_the_report() {
    let lab = drawn();
    assert_eq!(page(&lab, "small.toml"), page(&lab, "small.toml"));
    let inline = page(&lab, "small.toml --inline");
    contains(&inline, &["<img src=\"data:image/svg+xml;base64,PHN2Zy", "tokenpark report small.toml --inline"]);
    assert!(!inline.contains("<img src=\"small/"));
    let machine = page(&lab, "small.toml --environment");
    contains(&machine, &["<dt>Commit</dt>", "<dt>Dataset small</dt><dd>fresh: 8 runs, finished "]);
    lab.write("small.toml", "schema = 1");
    assert_eq!(lab.run("report small.toml").code, 2);
}

#[test]
fn regress_the_lock_is_compared() {
    let lab = drawn();
    lab.fine("lock small.toml");
    contains(&page(&lab, "small.toml"), &["The tables behind the figures are those of experiments.lock."]);
    let table = lab.path("reports/small/curves.parquet");
    std::fs::remove_file(table).expect("the table");
    contains(&page(&lab, "small.toml"), &["Not as in experiments.lock: reports/small/curves.parquet is missing."]);
}

#[test]
fn regress_claims_are_on_the_page() {
    let lab = drawn();
    let claims = "claims --quick --only lemma-3-1 --only lemma-c-1-printed-d3 --reports reports";
    lab.fine(claims);
    let first = page(&lab, "small.toml");
    contains(
        &first,
        &[
            "2 claims, every verdict as expected; ",
            " runs, a tenth of all.",
            "<a href=\"claims.md#lemma-3-1\">lemma-3-1</a>",
            "<span class=\"verdict as-expected holds\">holds</span></td><td>holds</td><td class=\"number\">120</td>",
            "claims/lemma-c-1-printed-d3-1.toml",
        ],
    );
    lab.run(&format!("{claims} --expect holds"));
    contains(
        &page(&lab, "small.toml"),
        &["1 verdict not as expected", "<span class=\"verdict surprise fails\">fails</span> (not as expected)"],
    );
    lab.write("reports/claims.json", "{}");
    let ran = lab.run("report small.toml");
    assert_eq!(ran.code, 2);
    contains(&ran.stderr, &["reports/claims.json cannot be read", "`tokenpark claims --reports` writes it again"]);
}

/// An explorer or a moving picture of another dataset goes with its figures.
#[test]
fn regress_analyze_clears_what_moves() {
    let lab = Lab::empty();
    lab.write("small.toml", SMALL.replace("\"consumption\"]", "\"consumption\", \"tokens\"]"));
    lab.fine("run small.toml");
    lab.fine("analyze small.toml");
    lab.fine("explore small.toml");
    for format in ["svg", "apng"] {
        lab.fine(&format!("animate small.toml --format {format} --frames 2"));
    }
    lab.fine("figures small.toml");
    let link = |file: &str| format!("[{file}](small/{file})");
    let links = ["explore.html", "animation.apng", "animation.svg"].map(link).join(" · ");
    contains(&lab.read("reports/index.md"), &[&format!("\nMoving: {links}\n")]);
    assert!(!lab.read("reports/index.md").contains("animation.png"));
    let page = page(&lab, "small.toml");
    contains(&page, &["<a href=\"small/explore.html\">explorer", "<a href=\"small/animation.apng\">"]);
    assert!(!page.contains("<img src=\"small/animation"));
    lab.fine("analyze small.toml");
    for left in ["explore.html", "animation.apng", "animation.svg"] {
        assert!(!lab.path(&format!("reports/small/{left}")).exists(), "{left}");
    }
}

/// The committed page is the one that the committed manifests and reports give; what else was analyzed here is left out.
#[cfg(unix)]
#[test]
fn stable_the_committed_report_is_current() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let committed = std::fs::read_to_string(repository.join("reports/index.html")).expect("the committed page");
    let lab = Lab::empty();
    let link = |path: &str| {
        std::os::unix::fs::symlink(repository.join(path).canonicalize().expect("a path"), lab.path(path))
            .expect("a link");
    };
    link("experiments");
    std::fs::create_dir(lab.path("reports")).expect("a writable folder");
    for entry in std::fs::read_dir(repository.join("reports")).expect("the reports") {
        let name = entry.expect("an entry").file_name().into_string().expect("UTF-8");
        if name.starts_with("claims") || committed.contains(&format!("<img src=\"{name}/")) {
            link(&format!("reports/{name}"));
        }
    }
    assert!(page(&lab, "") == committed, "reports/index.html is of other reports: run `tokenpark report`");
}
