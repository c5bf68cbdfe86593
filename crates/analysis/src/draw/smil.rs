//! A run as one SVG that animates itself (SMIL): every browser plays it, at any size.
//!
//! On the circle tokens turn about the middle; on the sphere they move across the page, faint while they are behind.

use super::colors::palette;
use super::moving::{CENTRE, CHART, Moment, Moving, RADIUS, color, diamond};
use super::style::Style;
use super::svg::{num, polyline_data};
use libm::atan2;
use std::f64::consts::TAU;
use std::fmt::Write;

impl Moving {
    /// The whole as one SVG with SMIL animations that repeat for ever.
    pub fn svg(&self) -> String {
        let mut svg = self.page();
        let mut order: Vec<usize> = (0..self.moments[0].tokens.len()).collect();
        order.reverse();
        for k in order {
            svg.raw(&self.moving_token(k));
        }
        for (k, strong) in self.renyi.iter().map(|k| (*k, false)).chain(self.strong.iter().map(|k| (*k, true))) {
            svg.raw(&self.moving_center(k, strong));
        }
        for at in 0..self.moments.len() {
            let display = self.only_at(at);
            svg.moving_group(&display, |svg| self.draw_clock(svg, at));
        }
        let cursor =
            |axis: usize| (0..self.moments.len()).map(|at| num(self.chart_place(at)[axis])).collect::<Vec<_>>();
        let (top, bottom) = (CHART[1], CHART[1] + CHART[3]);
        svg.raw(&format!(
            "<line y1=\"{top}\" y2=\"{bottom}\" stroke=\"{}\" stroke-width=\"1.2\">{}{}</line>",
            palette::RENYI,
            self.animate("x1", &cursor(0)),
            self.animate("x2", &cursor(0))
        ));
        svg.finish()
    }

    /// An animation of an attribute through values at all moments.
    fn animate(&self, attribute: &str, values: &[String]) -> String {
        if values.iter().all(|value| *value == values[0]) {
            return format!("<set attributeName=\"{attribute}\" to=\"{}\"/>", values[0]);
        }
        format!("<animate attributeName=\"{attribute}\" values=\"{}\"{}/>", values.join(";"), self.clock())
    }

    fn clock(&self) -> String {
        format!(" dur=\"{}s\" repeatCount=\"indefinite\"", num(self.seconds))
    }

    /// An animation that shows something during one picture only.
    fn only_at(&self, at: usize) -> String {
        let count = self.moments.len() as f64;
        let (from, to) = (at as f64 / count, (at + 1) as f64 / count);
        let (values, times) = match at {
            0 => ("1;0".to_owned(), format!("0;{to:.5}")),
            _ if to >= 1.0 => ("0;1".to_owned(), format!("0;{from:.5}")),
            _ => ("0;1;0".to_owned(), format!("0;{from:.5};{to:.5}")),
        };
        let clock = self.clock();
        format!(
            "<animate attributeName=\"opacity\" calcMode=\"discrete\" values=\"{values}\" keyTimes=\"{times}\"{clock}/>"
        )
    }

    /// How something moves with a token: round the middle on the circle, across the page on the sphere.
    fn motion(&self, k: usize) -> String {
        let mut text = String::new();
        if self.circle {
            let mut angle = 0.0;
            let turns = self.moments.iter().map(|moment| {
                let now = -atan2(moment.tokens[k][1], moment.tokens[k][0]);
                angle = now - TAU * libm::round((now - angle) / TAU);
                format!("{} {} {}", num(angle * 360.0 / TAU), CENTRE[0], CENTRE[1])
            });
            let values = turns.collect::<Vec<_>>().join(";");
            let clock = self.clock();
            let _ = write!(
                text,
                "<animateTransform attributeName=\"transform\" type=\"rotate\" values=\"{values}\"{clock}/>"
            );
        } else {
            let places = self.moments.iter().map(|moment| self.place(moment.tokens[k]).map(|c| format!("{c:.1}")));
            let values = places.map(|[x, y]| format!("{x} {y}")).collect::<Vec<_>>().join(";");
            let clock = self.clock();
            let _ = write!(
                text,
                "<animateTransform attributeName=\"transform\" type=\"translate\" values=\"{values}\"{clock}/>"
            );
            let opacity = |moment: &Moment| if self.is_near(moment.tokens[k]) { "1" } else { "0.35" };
            let values: Vec<String> = self.moments.iter().map(|moment| opacity(moment).to_owned()).collect();
            text.push_str(&self.animate("opacity", &values));
        }
        text
    }

    /// Where a shape stands before its motion.
    fn origin(&self) -> [f64; 2] {
        if self.circle { [CENTRE[0] + RADIUS, CENTRE[1]] } else { [0.0, 0.0] }
    }

    fn moving_token(&self, k: usize) -> String {
        let [x, y] = self.origin();
        let (mut colors, mut times) = (vec![], vec![]);
        for (at, moment) in self.moments.iter().enumerate() {
            if colors.last() != Some(&moment.colors[k]) {
                colors.push(moment.colors[k]);
                times.push(format!("{:.5}", at as f64 / self.moments.len() as f64));
            }
        }
        let mut change = String::new();
        if colors.len() > 1 {
            let values = colors.iter().map(|index| color(*index).to_string()).collect::<Vec<_>>().join(";");
            let (times, clock) = (times.join(";"), self.clock());
            let _ = write!(
                change,
                "<animate attributeName=\"fill\" calcMode=\"discrete\" values=\"{values}\" keyTimes=\"{times}\"{clock}/>"
            );
        }
        let (radius, fill) = (num(self.token_radius()), color(colors[0]));
        format!("<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\" fill=\"{fill}\">{}{change}</circle>", self.motion(k))
    }

    fn moving_center(&self, k: usize, strong: bool) -> String {
        let [x, y] = self.origin();
        let style = Style::stroke(palette::INK, 1.4).attributes();
        let motion = self.motion(k);
        if strong {
            let data = polyline_data(&diamond([x, y]));
            format!("<path d=\"{data}Z\"{style}>{motion}</path>")
        } else {
            format!("<circle cx=\"{x}\" cy=\"{y}\" r=\"6.5\"{style}>{motion}</circle>")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::moving::tests::moving;

    #[test]
    fn prop_every_token_and_centre_moves() {
        for circle in [true, false] {
            let svg = moving(circle).svg();
            assert_eq!(svg, moving(circle).svg());
            assert_eq!(svg.matches("<animateTransform").count(), 4, "two tokens and their marks");
            assert_eq!(svg.matches("calcMode=\"discrete\"").count(), 5, "one clock a moment");
            assert!(svg.contains("repeatCount=\"indefinite\"") && svg.contains("dur=\"4s\"") && !svg.contains("NaN"));
        }
    }
}
