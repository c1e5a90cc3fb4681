//! Salts as Django makes them.

/// Letters and digits: they stand in every encoding as they are.
const CHARACTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Django's: the fewest characters that hold 128 bits. A shorter salt makes a hash old.
pub(super) const LENGTH: usize = 22;

/// A new salt, from the operating system's random numbers.
pub(super) fn random() -> String {
    let mut salt = String::with_capacity(LENGTH);
    let mut bytes = [0; 32];
    while salt.len() < LENGTH {
        getrandom::fill(&mut bytes).expect("the operating system has random numbers");
        // Two of the 64 values of six bits have no character. They are dropped, since any other
        // use of them would make some characters likelier than others.
        let characters = bytes.iter().filter_map(|byte| CHARACTERS.get(usize::from(byte & 63)));
        let missing = LENGTH - salt.len();
        salt.extend(characters.take(missing).map(|character| char::from(*character)));
    }
    salt
}
