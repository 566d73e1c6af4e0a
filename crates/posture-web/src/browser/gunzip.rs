//! Gzip as files have it: one member after the other, and zeros at the end. The browser's own `DecompressionStream` refuses both.

use std::io::{self, Write as _};

use flate2::write::GzDecoder;

/// The first byte of a member.
const FIRST_BYTE: u8 = 0x1f;

/// A decoder that takes compressed bytes as they come.
#[derive(Debug, Default)]
pub struct Gunzip {
    member: Option<GzDecoder<Vec<u8>>>,
    has_ended_member: bool,
}

impl Gunzip {
    /// Takes the next compressed bytes, and gives the plain bytes they complete.
    pub fn push(&mut self, mut packed: &[u8]) -> io::Result<Vec<u8>> {
        let mut plain = Vec::new();
        while !packed.is_empty() {
            let Some(member) = &mut self.member else {
                if self.has_ended_member {
                    let zeros = packed.iter().take_while(|byte| **byte == 0).count();
                    packed = packed.get(zeros..).unwrap_or_default();
                    if packed.first().is_some_and(|byte| *byte != FIRST_BYTE) {
                        return Err(io::Error::new(
                            io::ErrorKind::InvalidData,
                            "unexpected data after its end",
                        ));
                    }
                }
                self.member = (!packed.is_empty()).then(|| GzDecoder::new(Vec::new()));
                continue;
            };
            let taken = member.write(packed)?;
            if taken == 0 {
                member.try_finish()?;
            }
            plain.append(member.get_mut());
            if taken == 0 {
                self.member = None;
                self.has_ended_member = true;
            }
            packed = packed.get(taken..).unwrap_or_default();
        }
        Ok(plain)
    }

    /// Takes the end of the input, and gives the last plain bytes; fails if the input ends within a member.
    pub fn finish(&mut self) -> io::Result<Vec<u8>> {
        let Some(mut member) = self.member.take() else { return Ok(Vec::new()) };
        member.try_finish()?;
        Ok(std::mem::take(member.get_mut()))
    }
}

#[cfg(test)]
mod tests {
    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn packed(plain: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(plain).unwrap();
        encoder.finish().unwrap()
    }

    fn unpacked(packed: &[u8], piece: usize) -> io::Result<Vec<u8>> {
        let (mut gunzip, mut plain) = (Gunzip::default(), Vec::new());
        for piece in packed.chunks(piece) {
            plain.extend(gunzip.push(piece)?);
        }
        plain.extend(gunzip.finish()?);
        Ok(plain)
    }

    #[test]
    fn members_follow_each_other_and_zeros_may_follow_the_last() {
        let file = [packed(b"{\"a\": 1"), packed(b"}"), vec![0; 700]].concat();
        for piece in [1, 2, 7, 64, 4096] {
            assert_eq!(unpacked(&file, piece).unwrap(), b"{\"a\": 1}", "{piece}");
        }
        assert_eq!(unpacked(&packed(b""), 3).unwrap(), b"");
    }

    #[test]
    fn a_file_that_ends_early_or_goes_on_with_something_else_fails() {
        let file = packed(b"{\"a\": 1}");
        for end in 1..file.len() {
            assert!(unpacked(&file[..end], 5).is_err(), "{end}");
        }
        let followed = unpacked(&[&file, &b"more"[..]].concat(), 4096).unwrap_err();
        assert_eq!(followed.kind(), io::ErrorKind::InvalidData, "damaged, and not cut off");
        let mut damaged = file.clone();
        let last = damaged.len() - 5;
        damaged[last] ^= 1;
        assert!(unpacked(&damaged, 4096).is_err());
    }
}
