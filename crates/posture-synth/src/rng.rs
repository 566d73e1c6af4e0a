//! Random numbers that are the same on every machine: integers only, seeded for each tenant.

pub(crate) struct Rng(fastrand::Rng);

impl Rng {
    /// The generator of the tenant at this index.
    pub(crate) fn of(seed: u64, index: u64) -> Self {
        let salt = fastrand::Rng::with_seed(seed).u64(..);
        let mut rng = fastrand::Rng::with_seed(salt ^ index.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        rng.u64(..);
        Self(rng)
    }

    /// An independent generator, whose draws do not shift those that follow here.
    pub(crate) fn fork(&mut self) -> Self {
        Self(fastrand::Rng::with_seed(self.0.u64(..)))
    }

    pub(crate) fn number(&mut self, range: std::ops::Range<u64>) -> u64 {
        self.0.u64(range)
    }

    pub(crate) fn seconds(&mut self, range: std::ops::Range<i64>) -> i64 {
        self.0.i64(range)
    }

    /// True in this many of 10,000 cases.
    pub(crate) fn in_ten_thousand(&mut self, times: u64) -> bool {
        self.0.u64(0..10_000) < times
    }

    /// One of these, in proportion to the weights.
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

    /// One of these, all equally likely.
    pub(crate) fn one_of<T: Copy + Default>(&mut self, choices: &[T]) -> T {
        // Always from 64 bits: `usize` has another width in a browser, and would draw other numbers.
        let drawn = (!choices.is_empty()).then(|| self.0.u64(0..choices.len() as u64));
        drawn.and_then(|place| choices.get(usize::try_from(place).ok()?)).copied().unwrap_or_default()
    }

    /// A number from this range, now and then a multiple of one: most are small, a few very large.
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
