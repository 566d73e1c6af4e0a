//! Content encodings of answers, and writing in them.

use std::io::{self, Write};

use axum::http::{HeaderMap, header};
use brotli::CompressorWriter;
use flate2::Compression;
use flate2::write::GzEncoder;

/// Compression levels: low, because snapshots compress well and a user is waiting.
const BROTLI_LEVEL: u32 = 4;
const GZIP_LEVEL: u32 = 4;
const ZSTD_LEVEL: i32 = 4;
/// Base-2 logarithm of brotli's window.
const BROTLI_WINDOW: u32 = 22;
const BUFFER_BYTES: usize = 1 << 16;

/// How the content of an answer is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Encoding {
    /// As it is.
    Identity,
    /// `gzip`
    Gzip,
    /// `br`
    Brotli,
    /// `zstd`
    Zstd,
}

impl Encoding {
    /// Compressed encodings, the preferred one last.
    const COMPRESSED: [Self; 3] = [Self::Gzip, Self::Brotli, Self::Zstd];

    /// Its name; `None` for identity.
    pub(crate) fn name(self) -> Option<&'static str> {
        match self {
            Self::Identity => None,
            Self::Gzip => Some("gzip"),
            Self::Brotli => Some("br"),
            Self::Zstd => Some("zstd"),
        }
    }

    /// The encoding for a request: of those it accepts the one with the highest weight, among equals the preferred one.
    pub(crate) fn accepted(headers: &HeaderMap) -> Self {
        let weights = Self::COMPRESSED
            .map(|encoding| (encoding, encoding.name().map_or(0.0, |name| encoding_weight(headers, name))));
        let accepted = weights.into_iter().filter(|(_, weight)| *weight > 0.0);
        accepted.max_by(|(_, a), (_, b)| a.total_cmp(b)).map_or(Self::Identity, |(encoding, _)| encoding)
    }
}

/// The weight that a request gives an encoding; 0 if it does not name it.
pub(crate) fn encoding_weight(headers: &HeaderMap, encoding: &str) -> f32 {
    let offers = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let weights = offers.flat_map(|value| value.split(',')).filter_map(|offer| {
        let mut parts = offer.split(';').map(str::trim);
        let is_named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(encoding));
        let weight = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
        is_named.then(|| weight.map_or(1.0, |weight| weight.parse().unwrap_or(0.0)))
    });
    weights.fold(0.0, f32::max)
}

/// Writes content in an encoding.
pub(crate) enum Compressor<W: Write> {
    Identity(W),
    Gzip(GzEncoder<W>),
    Brotli(Box<CompressorWriter<W>>),
    Zstd(zstd::Encoder<'static, W>),
}

impl<W: Write> Compressor<W> {
    /// A writer that passes encoded bytes on to another.
    pub(crate) fn new(encoding: Encoding, out: W) -> io::Result<Self> {
        Ok(match encoding {
            Encoding::Identity => Self::Identity(out),
            Encoding::Gzip => Self::Gzip(GzEncoder::new(out, Compression::new(GZIP_LEVEL))),
            Encoding::Brotli => {
                Self::Brotli(Box::new(CompressorWriter::new(out, BUFFER_BYTES, BROTLI_LEVEL, BROTLI_WINDOW)))
            }
            Encoding::Zstd => Self::Zstd(zstd::Encoder::new(out, ZSTD_LEVEL)?),
        })
    }

    /// Writes what is left, and the end.
    pub(crate) fn finish(self) -> io::Result<W> {
        Ok(match self {
            Self::Identity(out) => out,
            Self::Gzip(encoder) => encoder.finish()?,
            Self::Brotli(encoder) => encoder.into_inner(),
            Self::Zstd(encoder) => encoder.finish()?,
        })
    }
}

impl<W: Write> Write for Compressor<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Identity(out) => out.write(bytes),
            Self::Gzip(encoder) => encoder.write(bytes),
            Self::Brotli(encoder) => encoder.write(bytes),
            Self::Zstd(encoder) => encoder.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Identity(out) => out.flush(),
            Self::Gzip(encoder) => encoder.flush(),
            Self::Brotli(encoder) => encoder.flush(),
            Self::Zstd(encoder) => encoder.flush(),
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    /// EP-6
    #[test]
    fn the_encoding_with_the_highest_weight_is_taken() {
        let cases = [
            ("gzip, deflate, br, zstd", Encoding::Zstd),
            ("gzip, deflate, br", Encoding::Brotli),
            ("gzip;q=1.0, br;q=0.5", Encoding::Gzip),
            ("BR;Q=0.2", Encoding::Brotli),
            ("br;q=0, gzip;q=0.0", Encoding::Identity),
            ("identity", Encoding::Identity),
            ("gzip;q=many", Encoding::Identity),
            ("", Encoding::Identity),
        ];
        for (value, encoding) in cases {
            let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(value))]);
            assert_eq!(Encoding::accepted(&headers), encoding, "{value}");
        }
    }
}
