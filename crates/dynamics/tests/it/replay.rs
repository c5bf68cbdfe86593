//! The tracker against a brute-force one that looks at all pairs on a fine grid, over many small runs.

use crate::matrix;
use nalgebra::DMatrix;
use std::cell::RefCell;
use std::f64::consts::PI;
use std::ops::ControlFlow;
use tokenpark_dynamics::{
    Head, Hysteresis, Kernel, Life, Mask, Method, Model, Moment, Problem, SaveAt, Tokens, Tolerance, Tracker, Weights,
    follow, squared_chord,
};

/// States between two steps at which the slow tracker looks.
const GRID: u32 = 16;

/// Uniform numbers in 0..1 (splitmix64), the same on every machine.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / 9_007_199_254_740_992.0
    }
}

/// Leaders by repeated relabelling over all pairs.
struct Slow {
    leader: Vec<u32>,
    gap: f64,
    split: f64,
}

impl Slow {
    fn new(start: &Tokens, gap: f64, split: f64) -> Self {
        let mut slow = Self { leader: (0..start.len() as u32).collect(), gap, split };
        slow.merge(start);
        slow
    }

    fn merge(&mut self, tokens: &Tokens) {
        let n = tokens.len();
        for j in 0..n {
            for k in 0..n {
                let (a, b) = (self.leader[j], self.leader[k]);
                if a != b && tokens.squared_chord(j, k) < squared_chord(self.gap) {
                    self.leader.iter_mut().filter(|leader| **leader == a.max(b)).for_each(|leader| *leader = a.min(b));
                }
            }
        }
    }

    fn split(&mut self, tokens: &Tokens) {
        let n = tokens.len();
        let far = if self.split >= PI { f64::INFINITY } else { squared_chord(self.split) };
        let mut parts: Vec<u32> = (0..n as u32).collect();
        loop {
            let before = parts.clone();
            for j in 0..n {
                for k in 0..n {
                    if self.leader[j] == self.leader[k] && tokens.squared_chord(j, k) <= far {
                        parts[k] = parts[k].min(parts[j]);
                    }
                }
            }
            if parts == before {
                break;
            }
        }
        self.leader = parts;
    }

    fn see(&mut self, tokens: &Tokens) {
        self.merge(tokens);
        self.split(tokens);
    }
}

/// (leader, size) of the clusters alive at a time, from the rows alone.
fn replay(lives: &[Life], time: f64) -> Vec<(u32, u32)> {
    // Mergers before splits where times are equal.
    let mut events: Vec<(f64, bool, &Life)> = vec![];
    for life in lives {
        events.extend((life.birth > 0.0 && life.birth <= time).then_some((life.birth, true, life)));
        events.extend(life.death.filter(|death| death.time <= time).map(|death| (death.time, false, life)));
    }
    events.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut sizes = vec![1_u32; lives.iter().filter(|life| life.birth == 0.0).count()];
    for (_, is_birth, life) in events {
        let leader = life.leader as usize;
        if is_birth {
            assert_eq!(sizes[leader], 0);
            sizes[life.split_from.expect("it was torn off") as usize] -= life.size_at_birth;
            sizes[leader] = life.size_at_birth;
        } else if let Some(death) = life.death {
            assert_eq!(sizes[leader], death.size, "{life:?}");
            sizes[death.absorbed_by as usize] += death.size;
            sizes[leader] = 0;
        }
    }
    (0..).zip(sizes).filter(|(_, size)| *size > 0).collect()
}

fn sizes(leader: &[u32]) -> Vec<(u32, u32)> {
    let count = |l: u32| leader.iter().filter(|other| **other == l).count() as u32;
    (0..leader.len() as u32).map(|l| (l, count(l))).filter(|(_, size)| *size > 0).collect()
}

/// A model that moves its tokens about: identity, repulsive, or general matrices.
fn model(numbers: &mut Numbers, d: usize) -> Model {
    let beta = 1.0 + 30.0 * numbers.next() * numbers.next();
    let choice = numbers.next();
    let head = if choice < 0.4 {
        Head::identity(d)
    } else if choice < 0.5 {
        Head { value: -DMatrix::identity(d, d), ..Head::identity(d) }
    } else if choice < 0.75 {
        Head { value: matrix(d, numbers.next()), ..Head::identity(d) }
    } else {
        Head { query: matrix(d, numbers.next()), key: matrix(d, numbers.next()), value: matrix(d, numbers.next()) }
    };
    let mask = if numbers.next() < 0.9 { Mask::Causal } else { Mask::Full };
    Model::new(d, beta, mask, Weights::Softmax, head).expect("a valid model")
}

/// How often a run's partitions differed, and how many parts were torn off in it.
fn compare(numbers: &mut Numbers, most: f64) -> (u32, usize) {
    let d = 2 + (numbers.next() * 4.0) as usize;
    let n = 2 + (numbers.next() * most) as usize;
    let model = model(numbers, d);
    let start = Tokens::new(d, (0..n * d).map(|_| numbers.next() - 0.5).collect()).expect("tokens");
    let gap = 0.05 + 0.4 * numbers.next() * numbers.next();
    let split = gap * (1.1 + 2.0 * numbers.next());
    let until = libm::exp(6.0 * numbers.next());
    let tracker = RefCell::new(Tracker::new(&start, Hysteresis::new(gap, split), 1.0));
    let (mut slow, mut now) = (Slow::new(&start, gap, split), start.clone());
    let mut history = vec![(0.0, slow.leader.clone())];
    let (mut state_between, mut differences) = (start.state().to_vec(), 0);
    let tolerance = Tolerance { rtol: 1e-6, atol: 1e-6 };
    let problem = Problem { from: 0.0, start: start.state(), until, save_at: SaveAt(&[]), tolerance };
    follow(&model, Method::Auto, Kernel::Auto, problem, &mut |moment| {
        tracker.borrow_mut().see(moment);
        if let Moment::Step { from, time, state, between } = moment {
            for i in 1..GRID {
                between(from + (time - from) * f64::from(i) / f64::from(GRID), &mut state_between);
                now.copy_from(&state_between);
                slow.see(&now);
            }
            now.copy_from(state);
            slow.see(&now);
            let fast: Vec<u32> = (0..n).map(|k| tracker.borrow().leader(k)).collect();
            differences += u32::from(fast != slow.leader);
            // After a difference, which hysteresis keeps, both go on from the same partition.
            slow.leader.clone_from(&fast);
            history.push((time, fast));
        }
        ControlFlow::Continue(())
    })
    .expect("auto solves every model");
    let lives = tracker.borrow().lives();
    for (time, leader) in history.iter().step_by(1 + history.len() / 20) {
        let replayed = replay(&lives, *time);
        assert_eq!(replayed, sizes(leader), "t = {time}: {lives:?}");
        assert_eq!(replayed.iter().map(|(_, size)| *size).sum::<u32>(), n as u32);
    }
    (differences, lives.len() - n)
}

#[test]
fn prop_rows_replay_the_partition() {
    let (mut differences, mut torn, mut numbers) = (0, 0, Numbers(5));
    for (runs, most) in [(3000, 4.0), (300, 14.0)] {
        for _ in 0..runs {
            let (different, parts) = compare(&mut numbers, most);
            differences += different;
            torn += parts;
        }
    }
    assert!(torn > 100, "{torn} parts were torn off");
    assert!(differences == 0, "{differences} partitions differ; {torn} parts were torn off");
}
