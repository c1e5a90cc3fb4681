//! CSV as RFC 4180 has it, with cells that no spreadsheet takes for formulas.

/// What a spreadsheet takes for the beginning of a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// A text as a cell: with `'` before it if it begins like a formula, which a spreadsheet would run.
/// One that begins like that already, with any number of `'`, gets another, so that whoever reads
/// the file can take one away again.
pub(crate) fn guarded(text: &str) -> String {
    let guard = if text.trim_start_matches('\'').starts_with(FORMULA) { "'" } else { "" };
    format!("{guard}{text}")
}

/// The text of a cell, without the `'` that [`guarded`] has put before it.
pub(crate) fn unguarded(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(text) if cell.trim_start_matches('\'').starts_with(FORMULA) => text,
        _ => cell,
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
            ("\t=1", "'\t=1"),
            ("\r=1", "'\r=1"),
            ("'=1", "''=1"),
            ("''=1", "'''=1"),
            ("'tis", "'tis"),
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
