//! The module that wasm-bindgen writes, made smaller: what the program imports is named by hashes, which do not compress, and the module is
//! written to be read.

use std::borrow::Cow;
use std::collections::BTreeMap;

use anyhow::Result;

use crate::{page, read, read_text, write};

/// How many digits a hash in a name has.
const HASH: usize = 16;

/// Numbers in the place of hashes, in the module and in both parts of the program, and no comments and indentation in the module.
pub(crate) fn shorten(folder: &std::path::Path) -> Result<()> {
    let page = page::read(&read_text(folder, "index.html")?)?;
    let glue = read_text(folder, &page.glue)?;
    let numbers = numbers(&glue);
    write(folder, &page.glue, &numbered(bare(&glue).as_bytes(), &numbers))?;
    for part in [page.second_part(), page.program] {
        write(folder, &part, &numbered(&read(folder, &part)?, &numbers))?;
    }
    Ok(())
}

/// A number for each hash in the module's names. It is as long as the hash, so that a program's names stay as long as it says they are.
fn numbers(glue: &str) -> BTreeMap<&[u8], [u8; HASH]> {
    let mut numbers = BTreeMap::new();
    for at in hashes(glue.as_bytes()) {
        let next = numbers.len();
        numbers
            .entry(&glue.as_bytes()[at..at + HASH])
            .or_insert_with(|| std::array::from_fn(|digit| digit_of(next, HASH - 1 - digit)));
    }
    numbers
}

fn digit_of(number: usize, place: usize) -> u8 {
    let digits = number.to_string();
    digits.bytes().rev().nth(place).unwrap_or(b'0')
}

/// Where hashes stand: after a `_`, or an `h` that follows one, and not within a longer run of digits.
fn hashes(text: &[u8]) -> impl Iterator<Item = usize> {
    let is_digit = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f');
    (1..text.len().saturating_sub(HASH - 1)).filter(move |at| {
        let follows = text[at - 1] == b'_' || text[at - 1] == b'h' && *at > 1 && text[at - 2] == b'_';
        follows && text[*at..at + HASH].iter().all(is_digit) && !text.get(at + HASH).is_some_and(is_digit)
    })
}

/// The bytes with the number of each hash that has one; all other bytes stay.
fn numbered(bytes: &[u8], numbers: &BTreeMap<&[u8], [u8; HASH]>) -> Vec<u8> {
    let mut numbered = bytes.to_vec();
    for at in hashes(bytes) {
        if let Some(number) = numbers.get(&bytes[at..at + HASH]) {
            numbered[at..at + HASH].copy_from_slice(number);
        }
    }
    numbered
}

/// The module without its comments, which stand on lines of their own, and without indentation.
fn bare(glue: &str) -> Cow<'_, str> {
    let is_code = |line: &&str| {
        !line.is_empty() && !["//", "/*", "* ", "*/"].iter().any(|start| line.starts_with(start))
    };
    glue.lines().map(str::trim).filter(is_code).flat_map(|line| [line, "\n"]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GLUE: &str = "/**\n * @returns {number}\n */\nimports = {\n    __wbg_get_00a1b2c3d4e5f678: f,\n    // of h00a1b2c3d4e5f678\n    \
                        __wbg_set_aaaaaaaaaaaaaaaa: g,\n    wasm_hffffffffffffffff: h,\n};\n";

    #[test]
    fn every_hash_becomes_a_number_of_its_own_wherever_it_stands() {
        let numbers = numbers(GLUE);
        let glue = String::from_utf8(numbered(bare(GLUE).as_bytes(), &numbers)).unwrap();
        assert_eq!(
            glue,
            "imports = {\n__wbg_get_0000000000000000: f,\n__wbg_set_0000000000000001: g,\nwasm_h0000000000000002: h,\n};\n"
        );
        let program =
            b"\0__wbg_set_aaaaaaaaaaaaaaaa\x02wasm_hffffffffffffffff\0_1111111111111111\0_aaaaaaaaaaaaaaaaa";
        let expected =
            b"\0__wbg_set_0000000000000001\x02wasm_h0000000000000002\0_1111111111111111\0_aaaaaaaaaaaaaaaaa";
        assert_eq!(numbered(program, &numbers), expected);
    }
}
