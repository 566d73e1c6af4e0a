//! Random draws that depend only on the input.

/// A random generator whose seed depends on every byte. It draws chunk boundaries and instants.
pub(super) fn drawn_from(input: &[u8]) -> fastrand::Rng {
    let seed = input.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    fastrand::Rng::with_seed(seed)
}
