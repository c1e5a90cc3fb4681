//! Property tests of imports: exports are read as they were written, and the parser never panics.

use accounts::models::User;
use module_api::admin::ModelAdmin;
use module_api::auth;
use proptest::collection::vec;
use proptest::prelude::{
    Just, ProptestConfig, Strategy, any, prop_assert, prop_assert_eq, prop_assume, prop_oneof,
    proptest,
};

use super::cells::Lines;
use super::{Importable, MAX_BYTES, read};
use crate::csv::{guarded, push_line, unguarded};

/// Text with what matters to spreadsheets in it.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[-=+@＝＋－＠'\",; \t\r\na]{0,12}",
        vec(prop_oneof![Just("'"), Just("\""), Just(";"), Just("\t"), Just("=1")], 0..8)
            .prop_map(|parts| parts.concat()),
    ]
}

/// Bytes of which some are nearly a file.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        vec(any::<u8>(), 0..8),
        text().prop_map(String::into_bytes),
        Just(b"username,email,is_active\n".to_vec()),
        Just(b"sep=;\r\nUsername;groups\r\n".to_vec()),
        Just(br#"[{"model": "auth.user", "pk": 1, "fields": {"username": "x"}}]"#.to_vec()),
        Just(b"[[[[".to_vec()),
    ];
    vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

fn superuser() -> auth::User {
    auth::User {
        id: 1,
        username: String::new(),
        first_name: String::new(),
        last_name: String::new(),
        email: String::new(),
        is_staff: true,
        is_superuser: true,
        permissions: std::collections::BTreeSet::new(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_guarded_text_is_read_as_it_was(text in text()) {
        prop_assert_eq!(unguarded(&guarded(&text)), text);
    }

    #[test]
    fn no_part_of_a_guarded_text_begins_like_a_formula(text in text()) {
        for part in guarded(&text).split([';', '\t', '\r', '\n']) {
            let inner = part.trim_start_matches('"');
            prop_assert!(!inner.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']), "{}", part);
        }
        prop_assert!(!guarded(&text).starts_with(['\t', '\r', '\n']));
    }

    #[test]
    fn a_table_is_read_as_it_was_written(rows in vec(vec(text(), 3), 0..5)) {
        let mut csv = String::new();
        push_line(["id", "title", "address"], &mut csv);
        for row in &rows {
            push_line(row.iter().map(|text| guarded(text)), &mut csv);
        }
        let lines: Vec<_> = Lines::of(&csv).skip(1).map(Result::unwrap).collect();
        let read = lines.iter().map(|line| line.cells.iter().map(|cell| unguarded(cell)).collect());
        prop_assert_eq!(read.collect::<Vec<Vec<String>>>(), rows);
    }

    #[test]
    fn bytes_never_make_the_reader_panic(bytes in bytes(), ending in "|a.csv|a.json|a.tsv|a.txt") {
        prop_assume!(bytes.len() <= MAX_BYTES);
        let (admin, user) = (ModelAdmin::of::<User>(), superuser());
        if let Ok(drafts) = read(&ending, &bytes, &Importable::new(&admin, &user)) {
            prop_assert!(!drafts.objects.is_empty());
        }
    }

    #[test]
    fn lines_are_counted_as_an_editor_does(text in text()) {
        let mut last = 0;
        let breaks = text.replace("\r\n", "\n").matches(['\r', '\n']).count() as u64;
        for line in Lines::of(&text).map_while(Result::ok) {
            prop_assert!(line.number > last && line.number <= breaks + 1, "{:?}", line);
            last = line.number;
        }
    }
}
