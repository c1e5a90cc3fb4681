//! Lettings and their addresses.

use module_api::model::{ForeignKey, Model};
use module_api::serde::Serialize;

/// Where a letting is.
#[derive(Debug, Clone, Serialize, Model)]
#[serde(crate = "module_api::serde")]
#[model(
    label = "lettings.address",
    verbose_name_plural = "addresses",
    display = "{number} {street}"
)]
pub struct Address {
    /// The primary key.
    pub id: i64,
    /// The number of the house.
    #[model(positive, max = 9999)]
    pub number: i32,
    /// The street.
    #[model(max_length = 64)]
    pub street: String,
    /// The city.
    #[model(max_length = 64)]
    pub city: String,
    /// The state, by its two letters.
    #[model(exact_length = 2)]
    pub state: String,
    /// The zip code.
    #[model(positive, max = 99999)]
    pub zip_code: i32,
    /// The country, by its three letters of ISO 3166.
    #[model(exact_length = 3, verbose_name = "country ISO code")]
    pub country_iso_code: String,
}

/// A zip code as it is written: one of the USA has five digits, and is stored as a number.
pub(crate) fn zip_code_of(number: i64, country: &str) -> String {
    if country.eq_ignore_ascii_case("USA") { format!("{number:05}") } else { number.to_string() }
}

/// A home to let.
#[derive(Debug, Clone, Serialize, Model)]
#[serde(crate = "module_api::serde")]
#[model(label = "lettings.letting", display = "{title}")]
pub struct Letting {
    /// The primary key.
    pub id: i64,
    /// Its name.
    #[model(max_length = 256)]
    pub title: String,
    /// Where it is.
    #[model(one_to_one, on_delete = cascade)]
    pub address: ForeignKey<Address>,
}

#[cfg(test)]
mod tests {
    use super::zip_code_of;

    #[test]
    fn a_zip_code_of_the_usa_has_five_digits() {
        for (number, country, expected) in [
            (2134, "USA", "02134"),
            (501, "usa", "00501"),
            (92651, "USA", "92651"),
            (8001, "CHE", "8001"),
            (0, "USA", "00000"),
            (123_456, "USA", "123456"),
        ] {
            assert_eq!(zip_code_of(number, country), expected);
        }
    }
}
