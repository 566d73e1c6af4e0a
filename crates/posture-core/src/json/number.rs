//! The length of a JSON number, and the value of a number that has only digits.

/// The value and length of a number of at most 16 digits without sign, fraction or exponent.
#[inline]
pub(crate) fn plain_digits(text: &[u8]) -> Option<(u64, usize)> {
    let (number, length) = match text.first_chunk().map(|eight| few_digits(u64::from_le_bytes(*eight))) {
        Some((number, length)) if length < 8 => (number, length),
        _ => many_digits(text),
    };
    let ends = matches!(text.get(length), Some(b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t'));
    (ends && length > 0 && (length == 1 || text[0] != b'0')).then_some((number, length))
}

/// The digits at the start of eight bytes, converted together: pairs of digits, then pairs of pairs, and so on.
#[inline]
fn few_digits(eight: u64) -> (u64, usize) {
    let digits = eight ^ 0x3030_3030_3030_3030;
    // The high bit of each byte that is not a digit. Bytes after the first of those may be marked too.
    let others = (digits.wrapping_add(0x7676_7676_7676_7676) | digits) & 0x8080_8080_8080_8080;
    let length = others.trailing_zeros() / 8;
    // Leading zeros replace the bytes after the digits.
    let digits = if length == 0 { 0 } else { digits << (64 - 8 * length) };
    let pairs = (digits.wrapping_mul(10).wrapping_add(digits >> 8)) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs.wrapping_mul(100).wrapping_add(pairs >> 16)) & 0x0000_ffff_0000_ffff;
    ((fours.wrapping_mul(10_000).wrapping_add(fours >> 32)) & 0xffff_ffff, length as usize)
}

fn many_digits(text: &[u8]) -> (u64, usize) {
    let digits = text.iter().take(16).take_while(|byte| byte.is_ascii_digit());
    digits.fold((0, 0), |(number, length), byte| (number * 10 + u64::from(byte - b'0'), length + 1))
}

/// The length of the number at the start of `text`, or the offset of the first invalid byte.
pub(crate) fn length(text: &[u8]) -> Result<usize, usize> {
    let byte = |at: usize| text.get(at).copied();
    let digits = |from: usize| match text[from..].iter().take_while(|byte| byte.is_ascii_digit()).count() {
        0 => Err(from),
        length => Ok(from + length),
    };
    let mut at = usize::from(byte(0) == Some(b'-'));
    at = match byte(at) {
        Some(b'0') => at + 1,
        Some(b'1'..=b'9') => digits(at)?,
        _ => return Err(at),
    };
    if byte(at) == Some(b'.') {
        at = digits(at + 1)?;
    }
    if let Some(b'e' | b'E') = byte(at) {
        at += 1;
        at = digits(at + usize::from(matches!(byte(at), Some(b'+' | b'-'))))?;
    }
    if byte(at).is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'+' | b'-')) {
        return Err(at);
    }
    Ok(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_its_json_length_or_an_error_at_the_first_invalid_byte() {
        let whole =
            [("0", 1), ("-0", 2), ("10,", 2), ("1.25]", 4), ("1e5 ", 3), ("-1.5E+10}", 8), ("2E-1", 4)];
        for (text, end) in whole {
            assert_eq!(length(text.as_bytes()), Ok(end), "{text}");
        }
        let broken = [
            ("", 0),
            ("-", 1),
            ("+1", 0),
            ("01", 1),
            ("1.", 2),
            ("1.e", 2),
            ("1e", 2),
            ("1e+", 3),
            ("1x", 1),
            ("1.2.3", 3),
            ("0-", 1),
        ];
        for (text, at) in broken {
            assert_eq!(length(text.as_bytes()), Err(at), "{text}");
        }
    }

    #[test]
    fn only_numbers_of_digits_without_sign_fraction_or_exponent_are_plain() {
        assert_eq!(plain_digits(b"0,"), Some((0, 1)));
        assert_eq!(plain_digits(b"9007199254740991}"), Some((9_007_199_254_740_991, 16)));
        for length in 1..=16 {
            let digits = &"9876543210987654"[..length];
            for after in [",", "}        ", "],\"key\":"] {
                let text = [digits, after].concat();
                assert_eq!(plain_digits(text.as_bytes()), Some((digits.parse().unwrap(), length)), "{text}");
            }
        }
        for other in [
            "",
            "1",
            ",",
            "01,",
            "-1,",
            "1.0,",
            "1e1,",
            "12345678901234567,",
            "1/,,,,,,,",
            "1:,,,,,,,",
            "\u{80}1,,,,,,",
            "x1,,,,,,,",
            "12a4,,,,",
        ] {
            assert_eq!(plain_digits(other.as_bytes()), None, "{other}");
        }
    }
}
