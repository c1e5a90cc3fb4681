//! Misuse of `Model`, `FromRow` and `Projection` is an error that says what to write instead, and use is none.
//!
//! After a change of a message:
//! `TRYBUILD=overwrite cargo test -p installed-apps-module-api --test models`, and
//! read what became of the `.stderr` files.

#[test]
fn misuse_of_what_is_derived_is_refused_with_what_to_write_instead() {
    let tests = trybuild::TestCases::new();
    tests.pass("tests/models/pass/*.rs");
    tests.compile_fail("tests/models/fail/*.rs");
}
