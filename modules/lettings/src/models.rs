//! Lettings and their addresses.

use iso3166::Country;
use module_api::model::{ForeignKey, Model};
use module_api::serde::Serialize;

/// The address of a letting.
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
    /// The house number.
    #[model(positive, max = 9999)]
    pub number: i32,
    /// The street.
    #[model(max_length = 64)]
    pub street: String,
    /// The city.
    #[model(max_length = 64)]
    pub city: String,
    /// The state, by its two letters.
    #[model(exact_length = 2, normalize = in_capitals, validate = of_letters)]
    pub state: String,
    /// The zip code.
    #[model(positive, max = 99999)]
    pub zip_code: i32,
    /// The country, by its three letters of ISO 3166.
    #[model(
        exact_length = 3,
        normalize = in_capitals,
        validate = of_a_country,
        verbose_name = "country ISO code",
        help_text = "Three letters: USA, CAN, FRA."
    )]
    pub country_iso_code: String,
}

fn in_capitals(code: &str) -> String {
    code.trim().to_ascii_uppercase()
}

fn of_letters(code: &str) -> Result<(), String> {
    if code.chars().all(|letter| letter.is_ascii_alphabetic()) {
        return Ok(());
    }
    Err("Enter letters only.".to_owned())
}

fn of_a_country(code: &str) -> Result<(), String> {
    // A wrong length is reported already.
    if code.chars().count() != 3 || Country::from_alpha3(code).is_some() {
        return Ok(());
    }
    Err(format!("“{code}” is no country’s code of three letters (ISO 3166-1 alpha-3)."))
}

/// A zip code with leading zeros: one of the USA has five digits, and is stored as a number.
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
    /// The name.
    #[model(max_length = 256)]
    pub title: String,
    /// The address.
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
