//! Errors of the derive: choices.

use module_api::model::Model;

#[derive(Model)]
#[model(label = "app.choices")]
struct Choices {
    id: i64,
    #[model(choices = [("a", "A")])]
    number: i32,
    #[model(max_length = 8, choices = [(1, "one")])]
    text: String,
    #[model(choices = [(true, "yes")])]
    truth: bool,
    #[model(max_length = 1, choices = [("ab", "AB")])]
    long: String,
    #[model(max_length = 1, choices = [("a", "A"), ("a", "B")])]
    twice: String,
    #[model(max_length = 1, choices = ["a", "b"])]
    bare: String,
    #[model(choices = [])]
    none: i32,
    #[model(max = 3, choices = [(4, "four")])]
    large: i32,
    #[model(choices = 3)]
    single: i32,
}

fn main() {}
