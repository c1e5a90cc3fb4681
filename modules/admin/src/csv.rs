//! CSV as RFC 4180 has it, with cells that no spreadsheet takes for formulas.

/// What a spreadsheet takes for the beginning of a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// A text as a cell: with `'` before each part that begins like a formula, which a spreadsheet would
/// run. One that begins like that already, with any number of `'`, gets another, so that whoever
/// reads the file can take one away again.
pub(crate) fn guarded(text: &str) -> String {
    in_parts(text, |part, guarded| {
        guarded.push_str(if begins_like_a_formula(part) { "'" } else { "" });
        guarded.push_str(part);
    })
}

/// The text of a cell, without the `'` that [`guarded`] has put into it.
pub(crate) fn unguarded(cell: &str) -> String {
    in_parts(cell, |part, text| {
        let plain = part.strip_prefix('\'').filter(|_| begins_like_a_formula(part));
        text.push_str(plain.unwrap_or(part));
    })
}

fn begins_like_a_formula(part: &str) -> bool {
    part.trim_start_matches('\'').starts_with(FORMULA)
}

/// Does something with each part of a text that may become a cell of its own: many a spreadsheet
/// takes `;` for what separates cells.
fn in_parts(text: &str, each: impl Fn(&str, &mut String)) -> String {
    let mut done = String::with_capacity(text.len() + 1);
    for (index, part) in text.split(';').enumerate() {
        done.push_str(if index > 0 { ";" } else { "" });
        each(part, &mut done);
    }
    done
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
