//! A CSV parser (RFC 4180), with `,`, `;` or a tab as delimiter.
//!
//! The crate `csv` silently accepts an unclosed quote, and text after a closing one; here both are errors
//! with the line number.

/// The possible delimiters; of equally frequent ones the first counts.
const DELIMITERS: [char; 3] = [',', ';', '\t'];

/// A record, which can span several lines of the file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// The line in the file where it begins, from 1.
    pub(super) number: u64,
    pub(super) cells: Vec<String>,
}

/// The records of a table. Malformed input ends them with an error.
pub(super) struct Lines<'a> {
    rest: &'a str,
    delimiter: char,
    number: u64,
}

impl<'a> Lines<'a> {
    /// Reads the records of a text. The delimiter is detected from its first line, or given by Excel's line
    /// before it: `sep=;`.
    pub(super) fn of(text: &'a str) -> Self {
        let told = DELIMITERS.into_iter().find_map(|delimiter| {
            let rest = text.strip_prefix("sep=")?.strip_prefix(delimiter)?;
            rest.starts_with(['\r', '\n']).then_some((rest, delimiter))
        });
        let (rest, delimiter) = told.unwrap_or_else(|| (text, delimiter(text)));
        Self { rest, delimiter, number: 1 }
    }

    /// Consumes a line end, if there is one.
    fn take_end(&mut self) -> bool {
        let ends = ["\r\n", "\n", "\r"];
        let rest = ends.into_iter().find_map(|end| self.rest.strip_prefix(end));
        if let Some(rest) = rest {
            self.rest = rest;
            self.number += 1;
        }
        rest.is_some()
    }

    fn take_delimiter(&mut self) -> bool {
        let rest = self.rest.strip_prefix(self.delimiter);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn cell(&mut self) -> Result<String, String> {
        let Some(mut inner) = self.rest.strip_prefix('"') else {
            let ends = [self.delimiter, '\r', '\n'];
            let end = self.rest.find(ends).unwrap_or(self.rest.len());
            let (cell, rest) = self.rest.split_at(end);
            self.rest = rest;
            return Ok(cell.to_owned());
        };
        let mut cell = String::new();
        loop {
            let Some((part, rest)) = inner.split_once('"') else {
                return Err(format!("the quote opened in line {} is not closed", self.number));
            };
            cell.push_str(part);
            match rest.strip_prefix('"') {
                Some(rest) => {
                    cell.push('"');
                    inner = rest;
                }
                None => {
                    self.rest = rest;
                    break;
                }
            }
        }
        let is_end = self.rest.is_empty() || self.rest.starts_with([self.delimiter, '\r', '\n']);
        if !is_end {
            let number = self.number;
            return Err(format!("line {number} has text after a closing quote"));
        }
        let ends = cell.replace("\r\n", "\n");
        self.number += ends.chars().filter(|c| matches!(c, '\r' | '\n')).map(|_| 1).sum::<u64>();
        Ok(cell)
    }
}

impl Iterator for Lines<'_> {
    type Item = Result<Line, String>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.take_end() {}
        if self.rest.is_empty() {
            return None;
        }
        let number = self.number;
        let mut cells = Vec::new();
        loop {
            match self.cell() {
                Ok(cell) => cells.push(cell),
                Err(message) => {
                    self.rest = "";
                    return Some(Err(message));
                }
            }
            if !self.take_delimiter() {
                self.take_end();
                return Some(Ok(Line { number, cells }));
            }
        }
    }
}

/// Detects the delimiter: the most frequent one in the first line, outside of quotes.
fn delimiter(text: &str) -> char {
    let mut is_quoted = false;
    let mut counts = [0_u32; DELIMITERS.len()];
    for character in text.trim_start_matches(['\r', '\n']).chars() {
        match character {
            '"' => is_quoted = !is_quoted,
            '\r' | '\n' if !is_quoted => break,
            _ if is_quoted => {}
            _ => {
                for (count, delimiter) in counts.iter_mut().zip(DELIMITERS) {
                    *count += u32::from(character == delimiter);
                }
            }
        }
    }
    let most = counts.iter().max().copied().unwrap_or_default();
    let place = counts.iter().position(|count| *count == most).unwrap_or_default();
    DELIMITERS[place]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<(u64, Vec<String>)> {
        Lines::of(text).map(|line| line.map(|line| (line.number, line.cells)).unwrap()).collect()
    }

    fn cells(text: &str) -> Vec<Vec<String>> {
        lines(text).into_iter().map(|(_, cells)| cells).collect()
    }

    #[test]
    fn lines_end_in_any_way_and_empty_ones_are_left_out() {
        for text in ["a,b\nc,d", "a,b\r\nc,d\r\n", "a,b\rc,d\r", "\n\na,b\n\n\nc,d\n\n"] {
            assert_eq!(cells(text), [["a", "b"], ["c", "d"]], "{text:?}");
        }
        assert_eq!(cells(""), [] as [Vec<String>; 0]);
        assert_eq!(cells("\n\r\n"), [] as [Vec<String>; 0]);
        assert_eq!(cells("a,b\n,"), [["a", "b"], ["", ""]]);
    }

    #[test]
    fn what_stands_between_cells_is_told_by_the_first_line() {
        assert_eq!(cells("a;b\n1,5;2"), [["a", "b"], ["1,5", "2"]]);
        assert_eq!(cells("a\tb\n;\t,"), [["a", "b"], [";", ","]]);
        assert_eq!(cells("\"a;b;c\",d\n1,2"), [["a;b;c", "d"], ["1", "2"]]);
        assert_eq!(cells("a\n1;2"), [["a"], ["1;2"]]);
        assert_eq!(lines("sep=;\r\na,b;c\r\n1;2")[0], (2, vec!["a,b".into(), "c".into()]));
        assert_eq!(cells("sep=\t\na\tb"), [["a", "b"]]);
        assert_eq!(cells("sep=|\na"), [["sep=|"], ["a"]]);
    }

    #[test]
    fn quoted_cells_keep_everything() {
        let text = "a,b\n\"x,\"\"y\"\"\",\" two\nlines\r\n\"\r\n\"\",z\"\n\"\"\"\",\"\"";
        let expected = [
            (1, vec!["a".to_owned(), "b".to_owned()]),
            (2, vec!["x,\"y\"".to_owned(), " two\nlines\r\n".to_owned()]),
            (5, vec![String::new(), "z\"".to_owned()]),
            (6, vec!["\"".to_owned(), String::new()]),
        ];
        assert_eq!(lines(text), expected);
    }

    #[test]
    fn what_is_not_well_formed_says_where() {
        for (text, message) in [
            ("a\n\"b", "the quote opened in line 2 is not closed"),
            ("a\n\nx\n\"b\nc\n", "the quote opened in line 4 is not closed"),
            ("a\n\"b\"c", "line 2 has text after a closing quote"),
        ] {
            let error = Lines::of(text).find_map(Result::err);
            assert_eq!(error.as_deref(), Some(message), "{text:?}");
        }
    }
}
