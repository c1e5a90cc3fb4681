//! CSV (RFC 4180), with protection against formula injection in spreadsheets.

/// Characters that begin a formula in a spreadsheet, including their full-width forms.
const SIGNS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// White space that some spreadsheets strip from a cell before they look for a formula.
const SPACE: [char; 3] = ['\t', '\r', '\n'];

/// Separators of cells and lines for a spreadsheet that takes `;` or a tab for the delimiter, and
/// then ignores quotes.
const SEPARATORS: [char; 4] = [';', '\t', '\r', '\n'];

/// A text as a cell, with `'` before each part that a spreadsheet would run as a formula. A part
/// that already has any number of `'` before a formula gets another one, so that a reader can remove
/// exactly one.
pub(crate) fn guarded(text: &str) -> String {
    in_parts(text, |rest, is_cell, guarded| {
        guarded.push_str(if begins_like_a_formula(rest, is_cell) { "'" } else { "" });
        rest
    })
}

/// The text of a cell, without the `'` that [`guarded`] has added.
pub(crate) fn unguarded(cell: &str) -> String {
    in_parts(cell, |rest, is_cell, _| {
        let plain = rest.strip_prefix('\'').filter(|_| begins_like_a_formula(rest, is_cell));
        plain.unwrap_or(rest)
    })
}

/// Returns `true` for a text that begins like a formula, quoted or not; a cell also with leading
/// white space.
fn begins_like_a_formula(rest: &str, is_cell: bool) -> bool {
    let inner = rest.trim_start_matches(['\'', '"']);
    inner.starts_with(SIGNS) || (is_cell && inner.starts_with(SPACE))
}

/// Copies a text. At each position where a cell may begin, `begin` is called with the rest of the
/// text; it can write a prefix, and returns the rest to copy.
fn in_parts<'t>(text: &'t str, begin: impl Fn(&'t str, bool, &mut String) -> &'t str) -> String {
    let mut done = String::with_capacity(text.len() + 1);
    let (mut rest, mut is_cell) = (text, true);
    loop {
        rest = begin(rest, is_cell, &mut done);
        let Some(end) = rest.find(SEPARATORS) else {
            done.push_str(rest);
            return done;
        };
        let (part, after) = rest.split_at(end + 1);
        done.push_str(part);
        (rest, is_cell) = (after, part.ends_with(';'));
    }
}

/// Writes a cell, in quotes if it needs them.
pub(crate) fn push_cell(cell: &str, csv: &mut String) {
    if cell.contains([',', '"', '\r', '\n']) || cell.starts_with(' ') || cell.ends_with(' ') {
        csv.push('"');
        csv.push_str(&cell.replace('"', "\"\""));
        csv.push('"');
    } else {
        csv.push_str(cell);
    }
}

/// Writes a line of cells.
pub(crate) fn push_line<C: AsRef<str>>(cells: impl IntoIterator<Item = C>, csv: &mut String) {
    for (index, cell) in cells.into_iter().enumerate() {
        csv.push_str(if index > 0 { "," } else { "" });
        push_cell(cell.as_ref(), csv);
    }
    csv.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_formula_is_guarded() {
        for (text, cell) in [
            ("=1+1", "'=1+1"),
            ("+49 30", "'+49 30"),
            ("-5", "'-5"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t1", "'\t1"),
            ("\r1", "'\r1"),
            ("\n1", "'\n1"),
            ("\t=1", "'\t'=1"),
            ("＝1+1", "'＝1+1"),
            ("＋1", "'＋1"),
            ("－1", "'－1"),
            ("＠SUM(A1)", "'＠SUM(A1)"),
            ("a\n=1\r\n+1\n\n-1", "a\n'=1\r\n'+1\n\n'-1"),
            ("a\t@b;\t1", "a\t'@b;'\t1"),
            ("a;\"=1\"", "a;'\"=1\""),
            ("'\"'=1", "''\"'=1"),
            ("'=1", "''=1"),
            ("''=1", "'''=1"),
            ("'tis", "'tis"),
            ("fine;=1+1", "fine;'=1+1"),
            ("=1;'=2;;x", "'=1;''=2;;x"),
            ("a=1", "a=1"),
            (" =1", " =1"),
            ("", ""),
        ] {
            assert_eq!(guarded(text), cell, "{text:?}");
            assert_eq!(unguarded(cell), text, "{cell:?}");
        }
    }

    #[test]
    fn cells_are_quoted_where_they_have_to_be() {
        let mut csv = String::new();
        push_line(["plain", "a,b", "say \"no\"", "two\nlines", " spaced", "", "é"], &mut csv);
        assert_eq!(csv, "plain,\"a,b\",\"say \"\"no\"\"\",\"two\nlines\",\" spaced\",,é\r\n");
    }
}
