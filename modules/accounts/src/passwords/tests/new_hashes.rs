//! Hashes that are made here. That Django verifies them is tested where Django runs.

use std::collections::HashSet;

use crate::passwords::salt;
use crate::passwords::stored_hash::StoredHash;
use crate::passwords::{Algorithm, PasswordSettings, Verification, encode, verify};

const BOTH: [Algorithm; 2] = [Algorithm::Argon2, Algorithm::Pbkdf2Sha256];

#[test]
fn a_new_hash_is_right_and_is_old_where_the_other_algorithm_is_preferred() {
    for (algorithm, other) in [(BOTH[0], BOTH[1]), (BOTH[1], BOTH[0])] {
        let encoded = encode("lètmein 😀", algorithm).unwrap();
        assert!(encoded.len() <= 128, "Django's column is too short for {encoded}");
        assert_eq!(
            verify("lètmein 😀", &encoded, algorithm).unwrap(),
            Verification::Right,
            "{encoded}"
        );
        let stored = StoredHash::parse(&encoded).ok().unwrap();
        assert!(!stored.is_old(algorithm.into()));
        assert!(stored.is_old(other.into()));
    }
}

#[test]
fn another_password_than_that_of_a_new_hash_is_wrong() {
    for other in ["", "letmein", "lètmein "] {
        let encoded = encode("lètmein", Algorithm::Argon2).unwrap();
        assert_eq!(
            verify(other, &encoded, Algorithm::Argon2).unwrap(),
            Verification::Wrong,
            "{encoded}"
        );
    }
}

#[test]
fn an_empty_password_has_a_hash_too() {
    let encoded = encode("", Algorithm::Argon2).unwrap();
    assert_eq!(verify("", &encoded, Algorithm::Argon2).unwrap(), Verification::Right, "{encoded}");
}

#[test]
fn the_salt_differs_each_time_and_is_one_of_djangos() {
    let salts: HashSet<String> = (0..100).map(|_| salt::random()).collect();
    assert_eq!(salts.len(), 100);
    for salt in salts {
        assert_eq!(salt.len(), 22);
        assert!(salt.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{salt}");
    }
    assert_ne!(encode("x", Algorithm::Argon2).unwrap(), encode("x", Algorithm::Argon2).unwrap());
}

#[test]
fn what_stands_in_for_a_missing_hash_has_the_parameters_of_a_new_one() {
    for algorithm in BOTH {
        let nothing = StoredHash::of_nothing(algorithm.into());
        assert!(!nothing.is_old(algorithm.into()));
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

#[test]
fn rounds_are_for_pbkdf2_and_within_bounds() {
    let wrong = |password_hasher, rounds| {
        PasswordSettings { password_hasher, pbkdf2_rounds: rounds }.rounds_error()
    };
    let [argon2, pbkdf2] = BOTH;
    assert_eq!(wrong(argon2, None), None);
    assert_eq!(wrong(pbkdf2, None), None);
    assert_eq!(wrong(pbkdf2, Some(260_000)), None);
    assert!(wrong(argon2, Some(260_000)).is_some_and(|it| it.contains("of no use with Argon2")));
    for rounds in [0, 99_999, 10_000_001] {
        assert!(wrong(pbkdf2, Some(rounds)).is_some_and(|it| it.contains("from 100000")));
    }
}
