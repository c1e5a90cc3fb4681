//! Comparison with the messages of Django 5.2, which `django_validation.py` prints.

use module_api::serde::Deserialize;

use crate::passwords::{UserAttributes, password_help_texts, validate_password};

#[derive(Deserialize)]
#[serde(crate = "module_api::serde")]
struct Line {
    password: String,
    username: String,
    first_name: String,
    last_name: String,
    email: String,
    errors: Vec<String>,
}

#[test]
fn django_and_we_say_the_same() {
    let mut lines = 0;
    let mut different = Vec::new();
    for line in include_str!("django_validation.jsonl").lines() {
        let expected: Line = serde_json::from_str(line).unwrap();
        let user = UserAttributes {
            username: &expected.username,
            first_name: &expected.first_name,
            last_name: &expected.last_name,
            email: &expected.email,
        };
        let errors = validate_password(&expected.password, &user).err().unwrap_or_default();
        if errors != expected.errors {
            different.push(format!("{line}\n  here: {errors:?}"));
        }
        lines += 1;
    }
    assert!(lines > 400, "{lines}");
    assert!(different.is_empty(), "{}", different.join("\n"));
}

#[test]
fn the_help_is_djangos() {
    let django = [
        "Your password can’t be too similar to your other personal information.",
        "Your password must contain at least 8 characters.",
        "Your password can’t be a commonly used password.",
        "Your password can’t be entirely numeric.",
    ];
    assert_eq!(password_help_texts(), django);
}
