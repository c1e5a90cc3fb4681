//! Misuse of `embed!` is one error that says what to do.
//!
//! After a change of a message: `TRYBUILD=overwrite cargo test -p installed-apps-module-api --test
//! embed`, and read what became of the `.stderr` files.

#[test]
fn a_folder_that_does_not_exist_is_named() {
    trybuild::TestCases::new().compile_fail("tests/embed/*.rs");
}
