//! Hashes that Django 3.2 and 5.2 made: `django_hashes.py` prints them.

use module_api::serde::Deserialize;

use crate::passwords::stored_hash::StoredHash;
use crate::passwords::{Algorithm, Verification, verify};

#[derive(Deserialize)]
#[serde(crate = "module_api::serde")]
struct Line {
    django: String,
    password: String,
    encoded: String,
    default_parameters: bool,
}

fn lines() -> Vec<Line> {
    let lines: Vec<Line> = include_str!("django_hashes.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(lines.len() > 60);
    lines
}

/// Those whose parameters take little time.
fn cheap() -> impl Iterator<Item = Line> {
    lines().into_iter().filter(|line| !line.default_parameters)
}

#[test]
fn every_hash_of_django_is_read() {
    for line in cheap() {
        let found = verify(&line.password, &line.encoded, Algorithm::Argon2);
        assert_eq!(found, Verification::RightButOld, "{} {}", line.django, line.encoded);
    }
}

#[test]
fn another_password_is_wrong() {
    for line in cheap() {
        let mut other = line.password.clone();
        other.insert(0, 'x');
        for other in [other, line.password.to_uppercase() + "!"] {
            let found = verify(&other, &line.encoded, Algorithm::Argon2);
            assert_eq!(found, Verification::Wrong, "{} {}", line.django, line.encoded);
        }
    }
}

#[test]
fn hashes_with_the_parameters_of_djangos_settings_are_read() {
    let mut kinds = Vec::new();
    for line in lines().into_iter().filter(|line| line.default_parameters) {
        let found = verify(&line.password, &line.encoded, Algorithm::Argon2);
        assert_eq!(found, Verification::RightButOld, "{} {}", line.django, line.encoded);
        kinds.push(line.encoded.split('$').next().unwrap().to_owned());
    }
    kinds.sort();
    kinds.dedup();
    let all = ["argon2", "bcrypt", "bcrypt_sha256", "pbkdf2_sha1", "pbkdf2_sha256", "scrypt"];
    assert_eq!(kinds, all);
}

#[test]
fn what_is_old_depends_on_what_is_preferred() {
    let is_old = |encoded: &str, preferred| {
        StoredHash::parse(encoded).expect("it is read").is_old(preferred)
    };
    for line in lines() {
        // All of Django's, since its parameters for Argon2 are others than ours.
        assert!(is_old(&line.encoded, Algorithm::Argon2), "{}", line.encoded);
        let expected = !line.encoded.starts_with("pbkdf2_sha256$1000000$");
        assert_eq!(is_old(&line.encoded, Algorithm::Pbkdf2Sha256), expected, "{}", line.encoded);
    }
    let of_a_later_django = "pbkdf2_sha256$1200000$IWJBRG3iHaSSHCRjQUmaAG\
                             $V1xrfEBmlkY72BwryqzFSKVFc9eGMkUc5hj5ovE4AsY=";
    assert!(!is_old(of_a_later_django, Algorithm::Pbkdf2Sha256));
    let short_salt = "pbkdf2_sha256$1000000$IWJBRG3iHaSSHCRjQUmaA\
                      $V1xrfEBmlkY72BwryqzFSKVFc9eGMkUc5hj5ovE4AsY=";
    assert!(is_old(short_salt, Algorithm::Pbkdf2Sha256));
}

#[test]
fn plain_bcrypt_looks_at_72_bytes_and_with_sha256_at_all() {
    let long = lines().into_iter().filter(|line| line.password.len() > 72);
    let mut seen = 0;
    for line in long.filter(|line| line.encoded.starts_with("bcrypt")) {
        let expected = if line.encoded.starts_with("bcrypt$") {
            Verification::RightButOld
        } else {
            Verification::Wrong
        };
        let found = verify(&line.password[..72], &line.encoded, Algorithm::Argon2);
        assert_eq!(found, expected, "{} {}", line.django, line.encoded);
        seen += 1;
    }
    assert_eq!(seen, 3);
}
