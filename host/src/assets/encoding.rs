//! Compressed forms of assets, and content negotiation.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use rocket::http::ContentType;

/// Brotli's quality, from 0 to 11. On the 38 kB of assets of this site 5 takes 2 ms and leaves
/// 13,899 bytes; 9 takes 32 ms and leaves 13,865, since it clears large tables for each file; 7 and
/// 8 are in between and keep 10 to 20 MB of memory.
const BROTLI_QUALITY: u32 = 5;
/// The base-2 logarithm of brotli's window.
const BROTLI_WINDOW: u32 = 22;
/// The minimum size for compression, in bytes: smaller files gain nothing.
const WORTHWHILE: usize = 200;

/// The compressed forms of a file that are worthwhile.
#[derive(Debug, Default)]
pub(crate) struct Encoded {
    pub(crate) brotli: Option<Vec<u8>>,
    pub(crate) gzip: Option<Vec<u8>>,
}

/// The encodings in which a body is available, besides `identity`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Available {
    pub(crate) brotli: bool,
    pub(crate) gzip: bool,
}

impl Encoded {
    /// The encodings of the existing forms.
    pub(crate) const fn available(&self) -> Available {
        Available { brotli: self.brotli.is_some(), gzip: self.gzip.is_some() }
    }
}

/// The encoding of a response's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Identity,
    Gzip,
    Brotli,
}

impl Encoding {
    /// The name in `Content-Encoding`.
    pub(crate) fn token(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Gzip => "gzip",
            Self::Brotli => "br",
        }
    }
}

/// Compresses a file of a compressible type.
pub(crate) fn encode(content_type: &ContentType, content: &[u8]) -> Encoded {
    if !is_worthwhile(content_type, content) {
        return Encoded::default();
    }
    let form = |encoding| compress(encoding, content);
    Encoded { brotli: form(Encoding::Brotli), gzip: form(Encoding::Gzip) }
}

/// Compresses a body. Returns `None` if that saves less than a tenth.
pub(crate) fn compress(encoding: Encoding, content: &[u8]) -> Option<Vec<u8>> {
    let encoded = match encoding {
        Encoding::Identity => return None,
        Encoding::Gzip => gzip(content),
        Encoding::Brotli => brotli(content),
    };
    (encoded.len() < content.len() / 10 * 9).then_some(encoded)
}

/// Returns `true` if a body is long enough and of a type to be compressed.
pub(crate) fn is_worthwhile(content_type: &ContentType, content: &[u8]) -> bool {
    content.len() >= WORTHWHILE && is_compressible(content_type)
}

fn is_compressible(content_type: &ContentType) -> bool {
    let sub = content_type.sub().as_str();
    content_type.top() == "text"
        || sub.ends_with("+xml")
        || sub.ends_with("json")
        || matches!(sub, "javascript" | "xml" | "wasm" | "ttf" | "otf" | "vnd.ms-fontobject")
}

fn brotli(content: &[u8]) -> Vec<u8> {
    let mut encoder =
        brotli::CompressorWriter::new(Vec::new(), 4096, BROTLI_QUALITY, BROTLI_WINDOW);
    encoder.write_all(content).expect("a vector takes all");
    encoder.into_inner()
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).expect("a vector takes all");
    encoder.finish().expect("a vector takes all")
}

/// Negotiates the encoding of a response from `Accept-Encoding` (RFC 9110, 12.5.3) and the
/// available ones.
pub(crate) fn negotiate(accepted: &str, available: Available) -> Encoding {
    let brotli = if available.brotli { quality(accepted, "br") } else { 0 };
    let gzip = if available.gzip { quality(accepted, "gzip") } else { 0 };
    if brotli == 0 && gzip == 0 {
        Encoding::Identity
    } else if brotli >= gzip {
        Encoding::Brotli
    } else {
        Encoding::Gzip
    }
}

/// The quality value of an encoding, in thousandths; 0 if it is not acceptable.
fn quality(accepted: &str, encoding: &str) -> u16 {
    let mut any = 0;
    for item in accepted.split(',') {
        let mut parts = item.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let weight = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
        let weight = weight.map_or(1.0, |weight| weight.parse::<f32>().unwrap_or(0.0));
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is from 0 to 1000"
        )]
        let weight = (weight.clamp(0.0, 1.0) * 1000.0).round() as u16;
        if name.eq_ignore_ascii_case(encoding) {
            return weight;
        }
        if name == "*" {
            any = weight;
        }
    }
    any
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn chosen(accepted: &str) -> Encoding {
        negotiate(accepted, Available { brotli: true, gzip: true })
    }

    #[test]
    fn the_client_s_wishes_decide_and_brotli_wins_a_draw() {
        assert_eq!(chosen("gzip, deflate, br, zstd"), Encoding::Brotli);
        assert_eq!(chosen("gzip"), Encoding::Gzip);
        assert_eq!(chosen("br;q=0.5, gzip;q=0.8"), Encoding::Gzip);
        assert_eq!(chosen("br;q=0, gzip;q=0"), Encoding::Identity);
        assert_eq!(chosen("*"), Encoding::Brotli);
        assert_eq!(chosen("*;q=0"), Encoding::Identity);
        assert_eq!(chosen("BR"), Encoding::Brotli);
        assert_eq!(chosen(""), Encoding::Identity);
        assert_eq!(negotiate("br", Encoded::default().available()), Encoding::Identity);
    }

    #[test]
    fn what_is_compressed_already_is_not_compressed_again() {
        let content = vec![b'a'; 1000];
        assert!(encode(&ContentType::PNG, &content).gzip.is_none());
        assert!(encode(&ContentType::SVG, &content).gzip.is_some());
        assert!(encode(&ContentType::SVG, &content[..100]).brotli.is_none());
    }

    proptest! {
        #[test]
        fn whatever_is_asked_for_is_answered_with_what_there_is(
            accepted in "(br|gzip|\\*|;|q=|,|[0-9.]| |\\PC){0,20}",
            brotli: bool,
            gzip: bool,
        ) {
            match negotiate(&accepted, Available { brotli, gzip }) {
                Encoding::Identity => {}
                Encoding::Gzip => prop_assert!(gzip),
                Encoding::Brotli => prop_assert!(brotli),
            }
        }

        #[test]
        fn the_greater_weight_wins_by_a_thousandth(
            brotli in 0..=1000_u16,
            gzip in 0..=1000_u16,
            space in "[ \t]{0,2}",
            brotli_first: bool,
        ) {
            let weight = |name, thousandths: u16| {
                let (whole, rest) = (thousandths / 1000, thousandths % 1000);
                format!("{name}{space};{space}q={whole}.{rest:03}")
            };
            let mut items = [weight("br", brotli), weight("gzip", gzip)];
            if !brotli_first {
                items.reverse();
            }
            let expected = match (brotli, gzip) {
                (0, 0) => Encoding::Identity,
                (brotli, gzip) if brotli >= gzip => Encoding::Brotli,
                _ => Encoding::Gzip,
            };
            let accepted = items.join(&format!("{space},{space}"));
            prop_assert_eq!(chosen(&accepted), expected, "{}", accepted);
        }
    }
}
