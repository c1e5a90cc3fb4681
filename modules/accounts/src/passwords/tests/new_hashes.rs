//! Hashes that are made here. That Django verifies them is tested where Django runs.

use crate::passwords::stored_hash::StoredHash;
use crate::passwords::{Algorithm, PasswordSettings, Verification, encode, verify};

const BOTH: [Algorithm; 2] = [Algorithm::Argon2, Algorithm::Pbkdf2Sha256];

#[test]
fn a_new_hash_is_right_and_not_old() {
    for algorithm in BOTH {
        for password in ["", "lètmein 😀"] {
            let encoded = encode(password, algorithm);
            assert!(encoded.len() <= 128, "Django's column is too short for {encoded}");
            assert_eq!(verify(password, &encoded, algorithm), Verification::Right, "{encoded}");
            assert_eq!(verify("x", &encoded, algorithm), Verification::Wrong, "{encoded}");
        }
    }
}

#[test]
fn a_hash_of_the_other_algorithm_is_old() {
    let argon2 = encode("x", Algorithm::Argon2);
    assert_eq!(verify("x", &argon2, Algorithm::Pbkdf2Sha256), Verification::RightButOld);
    let pbkdf2 = encode("x", Algorithm::Pbkdf2Sha256);
    assert_eq!(verify("x", &pbkdf2, Algorithm::Argon2), Verification::RightButOld);
}

#[test]
fn the_salt_differs_each_time_and_is_one_of_djangos() {
    let salt = |encoded: &str| encoded.split('$').nth(2).unwrap().to_owned();
    let first = salt(&encode("x", Algorithm::Pbkdf2Sha256));
    assert_eq!(first.len(), 22);
    assert!(first.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{first}");
    assert_ne!(first, salt(&encode("x", Algorithm::Pbkdf2Sha256)));
}

#[test]
fn what_stands_in_for_a_missing_hash_has_the_parameters_of_a_new_one() {
    for algorithm in BOTH {
        let nothing = StoredHash::of_nothing(algorithm);
        assert!(!nothing.is_old(algorithm));
        assert!(!nothing.is_large());
        assert_eq!(nothing.verify("", algorithm), Verification::Wrong);
    }
}

#[test]
fn the_setting_is_written_as_django_names_the_algorithms() {
    for (text, algorithm) in
        [(r#""argon2""#, Algorithm::Argon2), (r#""pbkdf2_sha256""#, Algorithm::Pbkdf2Sha256)]
    {
        let settings: PasswordSettings =
            serde_json::from_str(&format!(r#"{{"password_hasher": {text}}}"#)).unwrap();
        assert_eq!(settings.password_hasher, algorithm);
        assert_eq!(serde_json::to_string(&algorithm).unwrap(), text);
        assert!(encode("x", algorithm).starts_with(&format!("{}$", text.trim_matches('"'))));
    }
    let settings: PasswordSettings = serde_json::from_str("{}").unwrap();
    assert_eq!(settings.password_hasher, Algorithm::Argon2);
    assert!(serde_json::from_str::<PasswordSettings>(r#"{"password_hasher": "md5"}"#).is_err());
}
