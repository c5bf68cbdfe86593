//! What each kind of figure shows, beside the code that draws it: captions and alternative texts.

/// What a kind of figure shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Caption {
    /// A short name.
    pub(crate) title: &'static str,
    /// What is drawn, for those who do not see it.
    pub(crate) drawn: &'static str,
    /// What to look for.
    pub(crate) look: &'static str,
    /// The summary tables it is drawn from.
    pub(crate) tables: &'static [&'static str],
}

impl Caption {
    /// Of a figure's file name without extension; `NAME-2`, one of several points, is of the kind NAME.
    pub(crate) fn of(stem: &str) -> Option<Self> {
        KINDS.iter().find(|(name, _)| *name == split(stem).0).map(|(_, caption)| *caption)
    }

    /// Where a figure stands among those of a report: what it is about first, then by number.
    pub(crate) fn order(stem: &str) -> (usize, u32) {
        let (kind, number) = split(stem);
        (KINDS.iter().position(|(name, _)| *name == kind).unwrap_or(KINDS.len()), number.unwrap_or(0))
    }

    /// The alternative text of the figure in a report of that title.
    pub(crate) fn alternative(self, report: &str) -> String {
        format!("{}, of “{report}”. {}", self.title, self.drawn)
    }
}

/// The kind of a figure and its number, if it has one.
pub(crate) fn split(stem: &str) -> (&str, Option<u32>) {
    let numbered = stem.rsplit_once('-').and_then(|(kind, number)| Some((kind, number.parse().ok()?)));
    numbered.map_or((stem, None), |(kind, number)| (kind, Some(number)))
}

const fn caption(
    title: &'static str,
    drawn: &'static str,
    look: &'static str,
    tables: &'static [&'static str],
) -> Caption {
    Caption { title, drawn, look, tables }
}

/// By the stem that the drawing code gives, in the order of a report: what moves, how long it lasts, where it began.
const KINDS: [(&str, Caption); 28] = [
    (
        "consumption",
        caption(
            "Share of tokens consumed",
            "Mean share of tokens consumed by Rényi centres (blue) and by strong ones (green) over time: solid so \
             far, dashed at the moment, with bands from the 10th to the 90th percentile; published values, where \
             there are any, as circles.",
            "Strong centres are some of the Rényi centres, so that their curve is the lower one.",
            &["curves"],
        ),
    ),
    (
        "consumption-log",
        caption(
            "Share of tokens consumed, on a logarithmic clock",
            "Mean share of tokens consumed by Rényi centres (blue) and by strong ones (green) from t = 1 on, over \
             logarithmic time: solid so far, dashed at the moment, with bands from the 10th to the 90th percentile; \
             published values, where there are any, as circles.",
            "Most of it happens before t = 20.",
            &["curves"],
        ),
    ),
    (
        "clusters",
        caption(
            "Number of clusters over time",
            "Mean number of clusters over logarithmic time, with a band from the 10th to the 90th percentile.",
            "Where the line is nearly level the clusters are metastable: far tokens attract each other \
             exponentially weakly.",
            &["curves"],
        ),
    ),
    (
        "snapshots",
        caption(
            "Tokens on the circle at saved times",
            "One circle a saved time with its tokens in grey, strong Rényi centres as green circles, other Rényi \
             centres as blue diamonds, ticks where centres started, and the number of tokens at every place.",
            "Tokens gather at centres that their first positions determine; the ticks tell how far a centre has \
             moved.",
            &["positions", "centers"],
        ),
    ),
    (
        "trajectories",
        caption(
            "Paths on the sphere",
            "One sphere a setting with the path of every token coloured by time, open circles at the start, and \
             red circles at the end with the number of tokens there.",
            "Where tokens end depends on the largest eigenvalue of V and its multiplicity, and on who sees whom.",
            &["positions"],
        ),
    ),
    (
        "space-time",
        caption(
            "Angles over time",
            "The angle of every token over time, a panel for each setting, lines coloured by the order of \
             arrival.",
            "Lines that join are clusters; follow the dark lines, which came first, to see who leads.",
            &["positions"],
        ),
    ),
    (
        "atlas",
        caption(
            "Where tokens end",
            "Rows of spheres, one row for each setting and one sphere for each start, with paths, final \
             positions, what theory predicts, and how many starts ended so.",
            "A filled blue mark is a final state as predicted; an open one was not at rest before the end.",
            &["configurations", "finals", "positions"],
        ),
    ),
    (
        "phase-diagram",
        caption(
            "Share of aligned pairs",
            "Cells over time and a swept parameter coloured by the mean share of aligned pairs of tokens, from \
             dark (none) to bright (all), a panel for each of the other settings.",
            "Bright cells have all tokens in one place; a shade between that stays over time is several clusters \
             that last.",
            &["curves"],
        ),
    ),
    (
        "aligned",
        caption(
            "Share of aligned pairs over time",
            "Mean share of aligned pairs of tokens over time, a curve for each setting.",
            "At 100 % all tokens are in one place.",
            &["curves"],
        ),
    ),
    (
        "cluster-number",
        caption(
            "Number of clusters until the collapse",
            "Mean number of tracked clusters over time, both on logarithmic axes, with bands from the 10th to the \
             90th percentile.",
            "Where a line is level on this clock, nothing happens for many times as long as all that came before.",
            &["curves"],
        ),
    ),
    (
        "survival",
        caption(
            "Survival of clusters",
            "Kaplan-Meier curves of the share of clusters still alive over logarithmic time, with 95 % bands: by \
             what their leaders were, or one for each value of a swept parameter.",
            "Nearly straight falls over many decades are lifetimes spread evenly in their logarithm.",
            &["survival"],
        ),
    ),
    (
        "lifetimes",
        caption(
            "Remaining lifetimes",
            "Median remaining lifetime of clusters against a swept parameter on a logarithmic axis, with a band \
             from the 10th to the 90th percentile.",
            "The width of the band tells how different clusters at the same setting are.",
            &["lifetime-percentiles"],
        ),
    ),
    (
        "lifetimes-by-kind",
        caption(
            "Remaining lifetimes by kind of leader",
            "Median remaining lifetimes, with 95 % intervals, of clusters led by strong Rényi centres (green), by \
             other Rényi centres (blue) and by other tokens (orange), against a swept parameter on a logarithmic \
             axis.",
            "Compare the three: what a leader was at the start is known before anything moves.",
            &["lifetime-percentiles", "log-rank"],
        ),
    ),
    (
        "plateau",
        caption(
            "Height of the plateau",
            "Mean number of clusters at the start of the plateau with its 95 % interval, mean numbers of Rényi \
             and strong Rényi centres (dashed), and fitted laws, against a swept parameter.",
            "Compare the solid line with the dashed ones: how many centres still lead a cluster.",
            &["plateau", "fit"],
        ),
    ),
    (
        "collapse",
        caption(
            "Time of final collapse",
            "Median time at which the last cluster but one dies, with a band from the 10th to the 90th \
             percentile, and fitted laws (dashed), against a swept parameter on a logarithmic axis.",
            "A straight line would be a time exponential in the parameter.",
            &["collapse", "fit"],
        ),
    ),
    (
        "lifetime-law",
        caption(
            "Lifetimes and the two-body law",
            "A dot for each cluster that died: its observed remaining lifetime against the expected one, both on \
             logarithmic axes, with the line on which both are equal (dashed).",
            "Dots on the line are clusters that fell onto their neighbour as two bodies do; those above outlived \
             the law.",
            &["fit-sample", "fit"],
        ),
    ),
    (
        "lifetime-residuals",
        caption(
            "Lifetimes in units of the expected ones",
            "A dot for each cluster that died: observed over expected remaining lifetime, against the expected \
             one, both on logarithmic axes; 1 is dashed.",
            "Read here what the many decades of the figure before hide: by what factor the law is missed.",
            &["fit-sample", "fit-points"],
        ),
    ),
    (
        "center-counts",
        caption(
            "Numbers of centres",
            "Histograms of the number of strong (green) and of all Rényi centres (blue) over the runs, with means \
             of the sample and of theory as vertical lines.",
            "The mean of strong centres is known exactly; that of all Rényi centres grows with the tokens to the \
             saturated one.",
            &["center-counts", "center-means"],
        ),
    ),
    (
        "arrivals",
        caption(
            "Centres of the first tokens",
            "Mean numbers of Rényi centres (dashed) and of strong ones (circles, exact means solid) among the \
             first n tokens, on logarithmic axes, for the circle and spheres; in grey the number of the saturated circle.",
            "Strong centres stop increasing early; Rényi centres go on until nothing fits.",
            &["parking-means"],
        ),
    ),
    (
        "interval-means",
        caption(
            "Cars on an interval",
            "Mean number of unit cars that saturate an interval against its length: measured (circles), exact \
             (line), and the straight asymptote (dashed).",
            "The exact mean meets its asymptote within a few lengths of a car.",
            &["parking-means"],
        ),
    ),
    (
        "sphere-coverage",
        caption(
            "Coverage of the sphere",
            "Mean share of the sphere that saturated caps cover against the separation, with 95 % intervals, a \
             fit, and the coverage of the plane by discs (dashed).",
            "Towards small caps the sphere is flat: there the fit should meet the plane's value.",
            &["parking-means"],
        ),
    ),
    (
        "central-limit",
        caption(
            "Central limit of the number of cars",
            "Distribution functions of the standardised number of cars (circles) on the circle and spheres beside \
             the normal one.",
            "Where circles lie on the line the number of cars is normal.",
            &["parking-counts"],
        ),
    ),
    (
        "gaps",
        caption(
            "Gaps between parked cars",
            "Density of the gaps between neighbouring cars on the saturated circle (circles) and the exact one of \
             the line.",
            "Small gaps are the most frequent; none is as long as a car.",
            &["parking-gaps"],
        ),
    ),
    (
        "pair-correlation",
        caption(
            "Pair correlation of parked cars",
            "Pair correlation against distance in separations, a curve each for the circle and spheres.",
            "Nothing is nearer than one separation, where each curve has its peak.",
            &["parking-pairs"],
        ),
    ),
    (
        "approach",
        caption(
            "Approach to saturation",
            "Missing coverage over time on logarithmic axes for the circle and spheres (circles), with the power \
             laws that theory predicts (dashed) and the exact approach on the line (solid).",
            "In more dimensions saturation is approached more slowly.",
            &["parking-approach"],
        ),
    ),
    ("work-precision", caption("Work and precision to t = 200", WORK, LOWER_LEFT, &["work-precision"])),
    ("work-precision-late", caption("Work and precision to t = 10¹²", WORK, LOWER_LEFT, &["work-precision"])),
    (
        "work-precision-mergers",
        caption(
            "Work and precision of merging times to t = 10⁴⁰",
            "Time of one solve against the relative error of the times at which clusters merge, on logarithmic \
             axes, a line for each method and a point for each tolerance.",
            LOWER_LEFT,
            &["work-precision"],
        ),
    ),
];

const WORK: &str = "Time of one solve against its error at the end, on logarithmic axes, a line for each method (ours solid, \
                    others dashed) and a point for each tolerance.";
const LOWER_LEFT: &str = "Lower is faster, further left more accurate.";

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn prop_every_committed_figure_has_a_caption() {
        let reports = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../reports");
        let mut stems = vec![];
        for folder in std::fs::read_dir(reports).unwrap().filter_map(Result::ok).filter(|entry| entry.path().is_dir()) {
            for file in std::fs::read_dir(folder.path()).unwrap() {
                let name = file.unwrap().file_name().into_string().unwrap();
                stems.extend(name.strip_suffix(".svg").map(str::to_owned));
            }
        }
        stems.retain(|stem| stem != "animation");
        assert!(stems.len() > 50, "{}", stems.len());
        let without: Vec<&String> = stems.iter().filter(|stem| Caption::of(stem).is_none()).collect();
        assert!(without.is_empty(), "say in captions.rs what these show: {without:?}");
    }

    #[test]
    fn prop_numbered_figures_are_of_their_kind() {
        assert_eq!(Caption::of("snapshots-12"), Caption::of("snapshots"));
        assert_ne!(Caption::of("lifetimes-by-kind"), Caption::of("lifetimes"));
        assert_eq!(Caption::of("nothing"), None);
        let mut stems = ["snapshots-10", "center-counts", "snapshots-2", "nothing", "consumption"];
        stems.sort_by_key(|stem| Caption::order(stem));
        assert_eq!(stems, ["consumption", "snapshots-2", "snapshots-10", "center-counts", "nothing"]);
    }
}
