//! Hashes that Django 3.2 and 5.2 made: `django_hashes.py` prints them.

use module_api::serde::Deserialize;

use crate::passwords::stored_hash::StoredHash;
use crate::passwords::{Algorithm, PasswordSettings, Verification, encode, verify};

#[derive(Deserialize)]
#[serde(crate = "module_api::serde")]
struct Line {
    django: String,
    password: String,
    encoded: String,
    default_parameters: bool,
}

/// The beginning of Argon2 hashes with Django's parameters, which are stronger than ours.
const DJANGOS_ARGON2: &str = "argon2$argon2id$v=19$m=102400,t=2,p=8$";

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
        let found = verify(&line.password, &line.encoded, Algorithm::Argon2).unwrap();
        assert_eq!(found, Verification::RightButOld, "{} {}", line.django, line.encoded);
    }
}

#[test]
fn another_password_is_wrong() {
    for line in cheap() {
        let mut other = line.password.clone();
        other.insert(0, 'x');
        for other in [other, line.password.to_uppercase() + "!"] {
            let found = verify(&other, &line.encoded, Algorithm::Argon2).unwrap();
            assert_eq!(found, Verification::Wrong, "{} {}", line.django, line.encoded);
        }
    }
}

#[test]
fn hashes_with_the_parameters_of_djangos_settings_are_read() {
    let mut kinds = Vec::new();
    for line in lines().into_iter().filter(|line| line.default_parameters) {
        let found = verify(&line.password, &line.encoded, Algorithm::Argon2).unwrap();
        let expected = if line.encoded.starts_with(DJANGOS_ARGON2) {
            Verification::Right
        } else {
            Verification::RightButOld
        };
        assert_eq!(found, expected, "{} {}", line.django, line.encoded);
        kinds.push(line.encoded.split('$').next().unwrap().to_owned());
    }
    kinds.sort();
    kinds.dedup();
    let all = ["argon2", "bcrypt", "bcrypt_sha256", "pbkdf2_sha1", "pbkdf2_sha256", "scrypt"];
    assert_eq!(kinds, all);
}

fn is_old(encoded: &str, settings: impl Into<PasswordSettings>) -> bool {
    StoredHash::parse(encoded).expect("it is read").is_old(settings.into())
}

#[test]
fn what_is_old_depends_on_what_is_preferred() {
    for line in lines() {
        let expected = !line.encoded.starts_with(DJANGOS_ARGON2);
        assert_eq!(is_old(&line.encoded, Algorithm::Argon2), expected, "{}", line.encoded);
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
fn argon2_is_hashed_anew_only_upwards() {
    let hash = "$SFZSRE80SU0yNXZURjVOT2JuMG9wWA$llzxP+bzZBfJjWJXhsBhNcjZG39LXOB5Br3M0xSxExQ";
    for (parameters, old) in [
        ("argon2id$v=19$m=19456,t=2,p=1", false),
        ("argon2id$v=19$m=102400,t=2,p=8", false),
        ("argon2id$v=19$m=47104,t=1,p=1", false),
        ("argon2id$v=19$m=19455,t=2,p=1", true),
        ("argon2id$v=19$m=19456,t=1,p=1", true),
        ("argon2id$v=19$m=12288,t=3,p=1", true),
        ("argon2i$v=19$m=102400,t=2,p=8", true),
        ("argon2id$v=16$m=102400,t=2,p=8", true),
    ] {
        let encoded = format!("argon2${parameters}{hash}");
        assert_eq!(is_old(&encoded, Algorithm::Argon2), old, "{encoded}");
    }
}

#[test]
fn beside_a_django_the_rounds_that_are_there_are_kept() {
    let beside_django =
        PasswordSettings { password_hasher: Algorithm::Pbkdf2Sha256, pbkdf2_rounds: Some(260_000) };
    let mut kept = 0;
    for line in lines() {
        let is_kept = !is_old(&line.encoded, beside_django);
        assert_eq!(is_kept, line.encoded.starts_with("pbkdf2_sha256$"), "{}", line.encoded);
        kept += usize::from(is_kept);
    }
    assert!(kept > 10, "{kept}");
    // Which is what makes Django keep it, too.
    let new = encode("lètmein", beside_django).unwrap();
    assert!(new.starts_with("pbkdf2_sha256$260000$"), "{new}");
    assert_eq!(verify("lètmein", &new, beside_django), Ok(Verification::Right));
    assert_eq!(verify("lètmein", &new, Algorithm::Pbkdf2Sha256), Ok(Verification::RightButOld));
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
        let found = verify(&line.password[..72], &line.encoded, Algorithm::Argon2).unwrap();
        assert_eq!(found, expected, "{} {}", line.django, line.encoded);
        seen += 1;
    }
    assert_eq!(seen, 3);
}
