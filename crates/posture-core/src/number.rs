//! How far a number goes in JSON text, and what it stands for where it is plain digits.

/// What digits alone stand for, at most 16 of them and behind them no part of a number, and how many they are.
#[inline]
pub(crate) fn plain_digits(text: &[u8]) -> Option<(u64, usize)> {
    let mut number = 0_u64;
    for (length, byte) in text.iter().enumerate() {
        match byte {
            b'0'..=b'9' if length < 16 => number = number * 10 + u64::from(byte - b'0'),
            b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t' if length > 0 && (length == 1 || text[0] != b'0') => {
                return Some((number, length));
            }
            _ => return None,
        }
    }
    None
}

/// The length of the number that `text` begins with; where that is none, the offset at which it fails to be one.
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
    fn a_number_ends_where_json_says_or_fails_where_it_stops_being_one() {
        let whole = [("0", 1), ("-0", 2), ("10,", 2), ("1.25]", 4), ("1e5 ", 3), ("-1.5E+10}", 8), ("2E-1", 4)];
        for (text, end) in whole {
            assert_eq!(length(text.as_bytes()), Ok(end), "{text}");
        }
        let broken =
            [("", 0), ("-", 1), ("+1", 0), ("01", 1), ("1.", 2), ("1.e", 2), ("1e", 2), ("1e+", 3), ("1x", 1), ("1.2.3", 3), ("0-", 1)];
        for (text, at) in broken {
            assert_eq!(length(text.as_bytes()), Err(at), "{text}");
        }
    }

    #[test]
    fn digits_are_plain_where_nothing_of_a_number_is_around_them() {
        assert_eq!(plain_digits(b"0,"), Some((0, 1)));
        assert_eq!(plain_digits(b"9007199254740991}"), Some((9_007_199_254_740_991, 16)));
        for other in ["", "1", ",", "01,", "-1,", "1.0,", "1e1,", "12345678901234567,"] {
            assert_eq!(plain_digits(other.as_bytes()), None, "{other}");
        }
    }
}
