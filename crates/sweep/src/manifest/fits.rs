//! What must fit together when cars park: space, separation and arrivals, and what is recorded of them.

use std::collections::BTreeSet;

use tokenpark_parking::{Parking, ParkingError, Space};

use super::key::Key;
use super::parking::{ParkingRecord, ParkingSpec};
use super::setting::Setting;
use crate::axis::Grid;
use crate::diagnostics::Report;
use crate::parking::{ParkError, Question};

/// Reports whatever does not fit together. Settings that are missing from the grid are not checked.
pub(crate) fn check(report: &mut Report<'_>, grid: &Grid, spec: &ParkingSpec) {
    let slots = [Key::Space, Key::CarSeparation, Key::Arrivals].map(|key| grid.slot(key));
    let [Some(space), Some(separation), Some(arrivals)] = slots else {
        return;
    };
    let (mut seen, mut defined) = (BTreeSet::new(), BTreeSet::new());
    for point in grid.combinations(&[&space, &separation, &arrivals]) {
        let (Setting::Space(place), Setting::Number(apart)) = (space.at(point), separation.at(point)) else {
            continue;
        };
        let tokens = if let Setting::Count(n) = arrivals.at(point) { Some(u64::from(*n)) } else { None };
        defined.extend(of(*place, tokens.is_none()));
        let problem = Parking::new(*place, *apart)
            .map_err(ParkError::from)
            .and_then(|parking| Question { parking, arrivals: tokens, replicas: 1, seed: 0 }.check());
        let Err(error) = problem else { continue };
        let slot = match &error {
            ParkError::Parking(ParkingError::CarLength(_) | ParkingError::Separation(_)) => &separation,
            ParkError::Tokens { .. } => &arrivals,
            _ => &space,
        };
        let text = error.to_string();
        let (message, help) = text.split_once(", allowed").unwrap_or((&text, ""));
        if seen.insert((slot.span(point).start, message.to_owned())) {
            report.wrong(slot.span(point), format!("no car parks: {message}"), format!("allowed{help}"));
        }
    }
    for record in spec.record.iter().filter(|record| !defined.contains(record)) {
        let message = format!("`parking.record` has \"{}\", which no point has", record.name());
        let allowed = match record {
            ParkingRecord::Gaps => "allowed where an interval or a circle is saturated",
            _ => "allowed where parking goes on until nothing fits: arrivals = \"saturated\"",
        };
        report.wrong(spec.record_span.clone(), message, allowed);
    }
}

/// What there is to be recorded.
fn of(space: Space, saturated: bool) -> impl Iterator<Item = ParkingRecord> {
    let line = !matches!(space, Space::Sphere { .. });
    let gaps = (saturated && line).then_some(ParkingRecord::Gaps);
    let approach = saturated.then_some(ParkingRecord::Approach);
    [Some(ParkingRecord::Pairs), gaps, approach].into_iter().flatten()
}
