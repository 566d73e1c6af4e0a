//! Chance that falls the same on every machine: whole numbers alone, drawn for each tenant anew.

use fastrand::Rng;

pub(crate) struct Chance(Rng);

impl Chance {
    /// What falls for the tenant at this place.
    pub(crate) fn of(seed: u64, index: u64) -> Self {
        let salt = Rng::with_seed(seed).u64(..);
        let mut rng = Rng::with_seed(salt ^ index.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        rng.u64(..);
        Self(rng)
    }

    /// A chance of its own, whose draws do not shift those that follow.
    pub(crate) fn fork(&mut self) -> Self {
        Self(Rng::with_seed(self.0.u64(..)))
    }

    pub(crate) fn number(&mut self, range: std::ops::Range<u64>) -> u64 {
        self.0.u64(range)
    }

    pub(crate) fn seconds(&mut self, range: std::ops::Range<i64>) -> i64 {
        self.0.i64(range)
    }

    /// Whether something happens that happens so many times in 10,000.
    pub(crate) fn in_ten_thousand(&mut self, times: u64) -> bool {
        self.0.u64(0..10_000) < times
    }

    /// One of these, each as likely as its weight.
    pub(crate) fn weighted<T: Copy>(&mut self, choices: &[(u64, T)], otherwise: T) -> T {
        let total = choices.iter().map(|(weight, _)| weight).sum::<u64>().max(1);
        let mut drawn = self.0.u64(0..total);
        for (weight, choice) in choices {
            if drawn < *weight {
                return *choice;
            }
            drawn -= weight;
        }
        otherwise
    }

    /// One of these, each as likely as any.
    pub(crate) fn one_of<T: Copy + Default>(&mut self, choices: &[T]) -> T {
        // Drawn from 64 bits wherever it runs: a machine's own width would fall otherwise in a browser.
        let drawn = (!choices.is_empty()).then(|| self.0.u64(0..choices.len() as u64));
        drawn.and_then(|place| choices.get(usize::try_from(place).ok()?)).copied().unwrap_or_default()
    }

    /// A number from this range, and now and then one of a multiple: most are small, a few very large.
    pub(crate) fn skewed(&mut self, range: std::ops::Range<u64>, most: u64) -> u64 {
        let mut number = self.number(range);
        while number < most && self.in_ten_thousand(2_200) {
            number = number * 2 + self.number(0..7);
        }
        number.min(most)
    }

    /// A GUID.
    pub(crate) fn guid(&mut self) -> String {
        let bits = self.0.u128(..);
        let hex = format!("{bits:032x}");
        let part = |range| hex.get(range).unwrap_or_default();
        format!("{}-{}-4{}-a{}-{}", part(0..8), part(8..12), part(13..16), part(17..20), part(20..32))
    }
}
