//! Hashes that are made here. That Django verifies them is tested where Django runs.

use std::collections::HashSet;

use crate::passwords::salt;
use crate::passwords::stored_hash::StoredHash;
use crate::passwords::{Algorithm, PasswordSettings, Verification, encode, verify};

const BOTH: [Algorithm; 2] = [Algorithm::Argon2, Algorithm::Pbkdf2Sha256];

#[test]
fn a_new_hash_is_right_and_is_old_where_the_other_algorithm_is_preferred() {
    for (algorithm, other) in [(BOTH[0], BOTH[1]), (BOTH[1], BOTH[0])] {
        let encoded = encode("lètmein 😀", algorithm);
        assert!(encoded.len() <= 128, "Django's column is too short for {encoded}");
        assert_eq!(verify("lètmein 😀", &encoded, algorithm), Verification::Right, "{encoded}");
        let stored = StoredHash::parse(&encoded).ok().unwrap();
        assert!(!stored.is_old(algorithm));
        assert!(stored.is_old(other));
    }
}

#[test]
fn another_password_than_that_of_a_new_hash_is_wrong() {
    for other in ["", "letmein", "lètmein "] {
        let encoded = encode("lètmein", Algorithm::Argon2);
        assert_eq!(verify(other, &encoded, Algorithm::Argon2), Verification::Wrong, "{encoded}");
    }
}

#[test]
fn an_empty_password_has_a_hash_too() {
    let encoded = encode("", Algorithm::Argon2);
    assert_eq!(verify("", &encoded, Algorithm::Argon2), Verification::Right, "{encoded}");
}

#[test]
fn the_salt_differs_each_time_and_is_one_of_djangos() {
    let salts: HashSet<String> = (0..100).map(|_| salt::random()).collect();
    assert_eq!(salts.len(), 100);
    for salt in salts {
        assert_eq!(salt.len(), 22);
        assert!(salt.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{salt}");
    }
    assert_ne!(encode("x", Algorithm::Argon2), encode("x", Algorithm::Argon2));
}

#[test]
fn what_stands_in_for_a_missing_hash_has_the_parameters_of_a_new_one() {
    for algorithm in BOTH {
        let nothing = StoredHash::of_nothing(algorithm);
        assert!(!nothing.is_old(algorithm));
        assert!(!nothing.is_large());
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
    }
    let settings: PasswordSettings = serde_json::from_str("{}").unwrap();
    assert_eq!(settings.password_hasher, Algorithm::Argon2);
    assert!(serde_json::from_str::<PasswordSettings>(r#"{"password_hasher": "md5"}"#).is_err());
}
