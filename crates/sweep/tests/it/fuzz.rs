//! Mutated manifests: never a panic, never a hang, and every accepted one has a stable canonical form.

use tokenpark_sweep::{Manifest, Plan};

/// Knuth's linear congruential generator.
struct Lcg(u64);

impl Lcg {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound.max(1)
    }
}

const PIECES: [&str; 24] = [
    "[",
    "]",
    "{",
    "}",
    "=",
    "\"",
    "\n",
    ",",
    ".",
    "-",
    "0",
    "9",
    "1e999",
    "nan",
    "[[sweep.zip]]\n",
    "[sweep]\n",
    "zip",
    "\"model.beta\" = ",
    "ü",
    "\u{0}",
    "'''",
    "#",
    "{ linear = 3, from = 1, to = 2 }",
    "\"(\"",
];

fn mutate(text: &str, random: &mut Lcg) -> String {
    let mut text = text.to_owned();
    for _ in 0..=random.below(4) {
        let at = text.floor_char_boundary(random.below(text.len() + 1));
        let end = text.floor_char_boundary((at + random.below(12)).min(text.len())).max(at);
        match random.below(4) {
            0 => text.replace_range(at..end, ""),
            1 => text.insert_str(at, PIECES[random.below(PIECES.len())]),
            2 => {
                let copy = text[at..end].to_owned();
                let to = text.floor_char_boundary(random.below(text.len() + 1));
                text.insert_str(to, &copy);
            }
            _ => text.replace_range(at..end, PIECES[random.below(PIECES.len())]),
        }
    }
    text
}

#[test]
fn prop_no_text_makes_it_panic() {
    let mut random = Lcg(1);
    let mut accepted = 0;
    for name in ["everything", "sphere-trajectories", "swept-only", "from-file", "parking", "layers"] {
        let path = format!("tests/good/{name}.toml");
        let good = std::fs::read_to_string(&path).unwrap();
        for _ in 0..4000 {
            let text = mutate(&good, &mut random);
            match Manifest::parse(&text, &path).and_then(Plan::new) {
                Ok(plan) => {
                    accepted += 1;
                    plan.point(random.below(plan.points()));
                    plan.swept_values(random.below(plan.points()));
                }
                Err(mistakes) => assert!(mistakes.to_string().starts_with("error: "), "{text}"),
            }
        }
    }
    assert!((100..19_000).contains(&accepted), "{accepted} accepted");
}
