//! Rows with an unusable hash: they are refused before anything is computed.

use crate::passwords::stored_hash::{StoredHash, UnreadableHash};
use crate::passwords::{Algorithm, Verification, verify};

fn refusal(encoded: &str) -> UnreadableHash {
    match StoredHash::parse(encoded) {
        Ok(_) => panic!("`{encoded}` is read"),
        Err(error) => {
            assert_eq!(verify("", encoded, Algorithm::Argon2).unwrap(), Verification::Wrong);
            error
        }
    }
}

#[test]
fn an_unusable_password_is_wrong_whatever_it_is() {
    for encoded in ["", "!", "!v9mPFcRYzXJqR5GkPbKDvSzJmPcGSbbdEGXmqWtH"] {
        assert_eq!(refusal(encoded), UnreadableHash::Unusable);
        assert_eq!(verify(encoded, encoded, Algorithm::Argon2).unwrap(), Verification::Wrong);
    }
}

#[test]
fn other_algorithms_are_not_read() {
    for encoded in [
        "lètmein",
        "$",
        "md5$salt$5f4dcc3b5aa765d61d8327deb882cf99",
        "5f4dcc3b5aa765d61d8327deb882cf99",
        "sha1$$5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8",
        "$argon2id$v=19$m=64,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$i2KlKDJwGwTOCtVPCudJIg",
        "PBKDF2_SHA256$1000$salt$Sf83ewINnSgdLBDjyAAbMGIFQ4CwPx5ObQmxj1TZIwc=",
    ] {
        assert_eq!(refusal(encoded), UnreadableHash::UnknownAlgorithm, "{encoded}");
    }
}

#[test]
fn broken_hashes_are_refused() {
    const SHA256: &str = "Sf83ewINnSgdLBDjyAAbMGIFQ4CwPx5ObQmxj1TZIwc=";
    const SHA1: &str = "tOVlpF7eUKdrXC4vBoOdkYNPoBs=";
    const SALT: &str = "c29tZXNhbHRzb21lc2FsdA";
    const ARGON2: &str = "i2KlKDJwGwTOCtVPCudJIg";
    const BCRYPT: &str = "6Pize/5782BptElXLJENMe1CI43oCW0HeZ4FYXb6KkE7UWUSFUsUm";
    let broken = [
        "pbkdf2_sha256$".to_owned(),
        "pbkdf2_sha256$1000$salt".to_owned(),
        format!("pbkdf2_sha256$1000$salt${SHA256}$"),
        format!("pbkdf2_sha256$0$salt${SHA256}"),
        format!("pbkdf2_sha256$$salt${SHA256}"),
        format!("pbkdf2_sha256$-1000$salt${SHA256}"),
        format!("pbkdf2_sha256$+1000$salt${SHA256}"),
        format!("pbkdf2_sha256$01000$salt${SHA256}"),
        format!("pbkdf2_sha256$١٠٠٠$salt${SHA256}"),
        format!("pbkdf2_sha256$99999999999$salt${SHA256}"),
        format!("pbkdf2_sha256$1000$${SHA256}"),
        "pbkdf2_sha256$1000$salt$".to_owned(),
        "pbkdf2_sha256$1000$salt$Sf8=".to_owned(),
        format!("pbkdf2_sha256$1000$salt${}", SHA256.trim_end_matches('=')),
        format!("pbkdf2_sha256$1000$salt${SHA1}"),
        format!("pbkdf2_sha1$1000$salt${SHA256}"),
        format!("pbkdf2_sha256$1000${}${SHA256}", "s".repeat(600)),
        "argon2$argon2id".to_owned(),
        format!("argon2$argon2x$v=19$m=64,t=2,p=1${SALT}${ARGON2}"),
        format!("argon2$argon2id$v=20$m=64,t=2,p=1${SALT}${ARGON2}"),
        format!("argon2$argon2id$v=19$m=64,t=2${SALT}${ARGON2}"),
        format!("argon2$argon2id$v=19$t=2,m=64,p=1${SALT}${ARGON2}"),
        format!("argon2$argon2id$v=19$m=64,t=2,p=1,keyid=x${SALT}${ARGON2}"),
        format!("argon2$argon2id$v=19$m=0,t=2,p=1${SALT}${ARGON2}"),
        format!("argon2$argon2id$v=19$m=64,t=0,p=1${SALT}${ARGON2}"),
        format!("argon2$argon2id$v=19$m=64,t=2,p=0${SALT}${ARGON2}"),
        format!("argon2$argon2id$v=19$m=7,t=2,p=1${SALT}${ARGON2}"),
        format!("argon2$argon2id$v=19$m=64,t=2,p=9${SALT}${ARGON2}"),
        format!("argon2$argon2id$v=19$m=64,t=2,p=1$${ARGON2}"),
        format!("argon2$argon2id$v=19$m=64,t=2,p=1$c2FsdA${ARGON2}"),
        format!("argon2$argon2id$v=19$m=64,t=2,p=1${SALT}$"),
        format!("argon2$argon2id$v=19$m=64,t=2,p=1${SALT}$i2KlKA"),
        format!("argon2$argon2id$v=19$m=64,t=2,p=1${SALT}$***"),
        "scrypt$16$salt$8$5".to_owned(),
        format!("scrypt$16$salt$8$5${SHA256}"),
        format!("bcrypt$2b$04${BCRYPT}"),
        format!("bcrypt$$2x$04${BCRYPT}"),
        format!("bcrypt$$2b$03${BCRYPT}"),
        format!("bcrypt$$2b$4${BCRYPT}"),
        format!("bcrypt$$2b$+4${BCRYPT}"),
        format!("bcrypt_sha256$$2b$04${}", &BCRYPT[..52]),
        "bcrypt_sha256$$2b$04$".to_owned(),
        "bcrypt_sha256$$2b$04$6Pize/5782BptElXLJENé1CI43oCW0HeZ4FYXb6KkE7UWUSFUsU".to_owned(),
    ];
    for encoded in broken {
        assert!(matches!(refusal(&encoded), UnreadableHash::Malformed(_)), "{encoded}");
    }
}

#[test]
fn scrypt_s_parameters_are_checked() {
    let hash =
        "Ds4jwqWx/G12Sgkaa60fp+QtUBF3f5Rj1nn9p7DPVywLSC1GgdQQk1GDTJj73loahDHDweQW4ACa0cWyEfp8/Q==";
    for (parameters, expected) in [
        ("16$salt$8$5", None),
        ("15$salt$8$5", Some(false)),
        ("1$salt$8$5", Some(false)),
        ("0$salt$8$5", Some(false)),
        ("16$$8$5", Some(false)),
        ("16$salt$0$5", Some(false)),
        ("16$salt$8$0", Some(false)),
        ("131072$salt$8$1", None),
        ("262144$salt$8$1", Some(true)),
        ("2147483648$salt$8$1", Some(true)),
        ("2147483648$salt$4294967295$4294967295", Some(true)),
        ("131072$salt$8$9", Some(true)),
        ("2$salt$1$4294967295", Some(true)),
        ("2$salt$4294967295$1", Some(true)),
    ] {
        let encoded = format!("scrypt${parameters}${hash}");
        let costly = match StoredHash::parse(&encoded) {
            Ok(_) => None,
            Err(error) => Some(matches!(error, UnreadableHash::TooCostly(_))),
        };
        assert_eq!(costly, expected, "{encoded}");
    }
}

#[test]
fn a_row_cannot_make_the_server_compute_for_long_or_take_all_memory() {
    for (encoded, what) in [
        ("pbkdf2_sha256$4294967295$salt$Sf83ewINnSgdLBDjyAAbMGIFQ4CwPx5ObQmxj1TZIwc=", "rounds"),
        ("pbkdf2_sha1$10000001$salt$tOVlpF7eUKdrXC4vBoOdkYNPoBs=", "rounds"),
        (
            "argon2$argon2id$v=19$m=4294967295,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$i2KlKDJwGwTOCtVPCudJIg",
            "memory",
        ),
        (
            "argon2$argon2id$v=19$m=131073,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$i2KlKDJwGwTOCtVPCudJIg",
            "memory",
        ),
        (
            "argon2$argon2id$v=19$m=64,t=4294967295,p=1$c29tZXNhbHRzb21lc2FsdA$i2KlKDJwGwTOCtVPCudJIg",
            "passes over the memory",
        ),
        (
            "argon2$argon2id$v=19$m=131072,t=1,p=65$c29tZXNhbHRzb21lc2FsdA$i2KlKDJwGwTOCtVPCudJIg",
            "lanes",
        ),
        ("bcrypt$$2b$31$6Pize/5782BptElXLJENMe1CI43oCW0HeZ4FYXb6KkE7UWUSFUsUm", "cost"),
        ("bcrypt_sha256$$2b$99$6Pize/5782BptElXLJENMe1CI43oCW0HeZ4FYXb6KkE7UWUSFUsUm", "cost"),
    ] {
        assert_eq!(refusal(encoded), UnreadableHash::TooCostly(what), "{encoded}");
    }
}

/// Each character is left out, or another stands in its place, or the hash ends before it. None of
/// it makes a hash costlier than it was.
#[test]
fn a_damaged_hash_matches_nothing() {
    let hashes = include_str!("django_hashes.jsonl").lines().filter_map(|line| {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        let cheap = line["default_parameters"] == false && line["password"] == "lètmein";
        cheap.then(|| line["encoded"].as_str().unwrap().to_owned())
    });
    let (mut damaged, mut read) = (0, 0);
    for encoded in hashes {
        for (at, character) in encoded.char_indices() {
            let (before, after) = (&encoded[..at], &encoded[at + character.len_utf8()..]);
            for broken in [
                before.to_owned(),
                format!("{before}{after}"),
                format!("{before}${after}"),
                format!("{before}\0{after}"),
                format!("{before}😀{after}"),
            ] {
                if broken == encoded {
                    continue;
                }
                let found = verify("lètmein", &broken, Algorithm::Argon2).unwrap();
                assert_eq!(found, Verification::Wrong, "{broken:?}");
                damaged += 1;
                read += usize::from(StoredHash::parse(&broken).is_ok());
            }
        }
    }
    assert!(damaged > 5_000, "{damaged}");
    assert!(read > 100, "{read}: otherwise it is only the reading that is tested");
}
