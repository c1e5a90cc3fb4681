//! Random text from the operating system's random numbers.

/// Returns a text of this many characters, each drawn uniformly from at most 64.
pub(crate) fn random_text(characters: &[u8], length: usize) -> String {
    let mut text = String::with_capacity(length);
    let mut bytes = [0; 32];
    while text.len() < length {
        getrandom::fill(&mut bytes).expect("the operating system has random numbers");
        // Values of six bits beyond the characters are dropped, since any other use of them would
        // make some characters more likely than others.
        let chosen = bytes.iter().filter_map(|byte| characters.get(usize::from(byte & 63)));
        let missing = length - text.len();
        text.extend(chosen.take(missing).map(|character| char::from(*character)));
    }
    text
}
