//! Decodes an uploaded file, and detects its format.

use std::borrow::Cow;

use encoding_rs::WINDOWS_1252;
use module_api::program_name;

use super::fields::Importable;
use super::{Drafts, MAX_BYTES, objects, rows};

/// The magic numbers of files that are not text, with the remedy.
const MAGIC: [(&[u8], &str); 9] = [
    (b"\x1f\x8b", "is compressed (gzip): unpack it first"),
    (b"PK\x03\x04", "is a ZIP archive or an Excel workbook: save the table as CSV"),
    (b"\xd0\xcf\x11\xe0", "is an old Excel workbook: save the table as CSV"),
    (b"BZh", "is compressed (bzip2): unpack it first"),
    (b"\xfd7zXZ", "is compressed (xz): unpack it first"),
    (b"\x28\xb5\x2f\xfd", "is compressed (zstd): unpack it first"),
    (b"%PDF-", "is a PDF"),
    (b"SQLite format 3\0", "is a SQLite database: import what the command `dumpdata` writes"),
    (b"\x89PNG", "is a picture"),
];

/// Reads a file; its name may be empty.
///
/// # Errors
///
/// The reason why the file cannot be read, as a sentence without its subject and full stop.
pub(crate) fn read(
    name: &str,
    bytes: &[u8],
    importable: &Importable<'_>,
) -> Result<Drafts, String> {
    let Text { text, is_windows_1252 } = text(bytes)?;
    let beginning = text.trim_start();
    let is_json = beginning.starts_with(['[', '{']);
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    let is_table = match ending.as_deref() {
        Some("json") if !is_json => {
            return Err("has the extension .json, but does not contain a JSON list".to_owned());
        }
        Some("csv" | "tsv") if beginning.starts_with("[{") || beginning.starts_with("{\"") => {
            return Err("has the extension .csv, but contains JSON: rename it to .json".to_owned());
        }
        Some("csv" | "tsv") => true,
        _ => !is_json,
    };
    if is_table {
        return Ok(Drafts { is_windows_1252, ..rows::read(&text, importable)? });
    }
    if is_windows_1252 {
        return Err("is not encoded in UTF-8, as JSON must be: save it as UTF-8".to_owned());
    }
    objects::read(&text, importable)
}

/// The decoded text of a file, with its encoding.
#[derive(Debug, PartialEq, Eq)]
struct Text<'a> {
    text: Cow<'a, str>,
    is_windows_1252: bool,
}

/// Decodes a file in UTF-8, with or without a byte order mark, or in Windows-1252.
fn text(bytes: &[u8]) -> Result<Text<'_>, String> {
    if bytes.len() > MAX_BYTES {
        return Err(too_large());
    }
    if let Some((_, what)) = MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Err((*what).to_owned());
    }
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err("is encoded in UTF-16: save it as UTF-8".to_owned());
    }
    if bytes.contains(&0) {
        return Err("is not a text file: it contains null bytes".to_owned());
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => {
            let text = text.strip_prefix('\u{feff}').unwrap_or(text);
            Text { text: text.into(), is_windows_1252: false }
        }
        Err(error) => {
            let text = windows_1252(bytes).ok_or_else(|| {
                let lines = bytes[..error.valid_up_to()].split(|byte| *byte == b'\n').count();
                format!(
                    "is encoded neither in UTF-8 nor in Windows-1252 (line {lines}): save it as \
                     UTF-8, which Excel calls “CSV UTF-8”"
                )
            })?;
            Text { text, is_windows_1252: true }
        }
    };
    if text.text.trim().is_empty() { Err("is empty".to_owned()) } else { Ok(text) }
}

/// Decodes Windows-1252, if the bytes are valid: some are not assigned.
fn windows_1252(bytes: &[u8]) -> Option<Cow<'_, str>> {
    let (text, _) = WINDOWS_1252.decode_without_bom_handling(bytes);
    let is_control = |c| matches!(c, '\u{80}'..='\u{9f}');
    (!text.contains(is_control)).then_some(text)
}

/// Returns the message for a file that is too large.
pub(crate) fn too_large() -> String {
    let megabytes = MAX_BYTES / 1024 / 1024;
    format!(
        "is larger than {megabytes} MB: import it in parts, or load it with `{} loaddata`",
        program_name()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_text_is_called_what_it_is() {
        for (bytes, message) in [
            (b"\x1f\x8b\x08\0\0" as &[u8], "compressed (gzip)"),
            (b"PK\x03\x04rest", "Excel"),
            (b"\xff\xfea\0b\0", "UTF-16"),
            (b"a,b\n1,\0", "null bytes"),
            (b"title\nSea\ncaf\x81\n", "(line 3)"),
            (b"", "is empty"),
            (b"\xef\xbb\xbf \r\n", "is empty"),
            (&vec![b'a'; MAX_BYTES + 1], "larger than 1 MB"),
        ] {
            let error = text(bytes).unwrap_err();
            assert!(error.contains(message), "{error}");
        }
        let read = |bytes| text(bytes).map(|it| (it.text.into_owned(), it.is_windows_1252));
        assert_eq!(read(b"\xef\xbb\xbfa"), Ok(("a".to_owned(), false)));
        assert_eq!(read("é".as_bytes()), Ok(("é".to_owned(), false)));
        assert_eq!(read(b"caf\xe9 \x80 5"), Ok(("café € 5".to_owned(), true)));
    }
}
