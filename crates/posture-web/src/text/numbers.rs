//! Numbers as people read them.

/// A count with its thousands separated: `12 345`.
pub fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut written = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            written.push('\u{202f}');
        }
        written.push(digit);
    }
    written
}

/// Bytes as people read them: `12.3 MB`.
pub fn bytes(count: u64) -> String {
    const KILO: u64 = 1000;
    match count {
        0..KILO => format!("{count} B"),
        KILO..1_000_000 => format!("{} kB", count / KILO),
        1_000_000..1_000_000_000 => format!("{}.{} MB", count / 1_000_000, count % 1_000_000 / 100_000),
        _ => format!("{}.{} GB", count / 1_000_000_000, count % 1_000_000_000 / 100_000_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_separated() {
        assert_eq!(
            [0, 999, 1000, 1_234_567].map(grouped),
            ["0", "999", "1\u{202f}000", "1\u{202f}234\u{202f}567"]
        );
    }

    #[test]
    fn bytes_are_written_in_the_unit_a_person_uses() {
        assert_eq!(
            [17, 20_400, 12_345_678, 2_000_000_000].map(bytes),
            ["17 B", "20 kB", "12.3 MB", "2.0 GB"]
        );
    }
}
