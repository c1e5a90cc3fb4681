//! Imported tables: any text is read to its end, and an export is read as it was written.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, Vec<String>)| {
    let (text, cells) = input;
    admin::fuzzing::read(text);
    // A line of one empty cell is an empty line; another delimiter in the first line may win; and
    // spreadsheets name it in a line `sep=`, which no field is called.
    let has_delimiters = cells.iter().any(|cell| cell.contains([';', '\t']));
    let names_delimiter = cells.first().is_some_and(|cell| cell.starts_with("sep="));
    if cells.len() > 1 && !has_delimiters && !names_delimiter {
        assert_eq!(admin::fuzzing::round_trip(&cells), [cells]);
    }
});
