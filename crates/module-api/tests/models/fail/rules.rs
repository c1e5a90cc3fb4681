//! Errors of the derive: rules.

use module_api::model::Model;

fn of_number(_: i32) -> Result<(), String> {
    Ok(())
}

fn without_message(_: &str) -> bool {
    true
}

#[derive(Model)]
#[model(label = "app.letting")]
struct Letting {
    id: i64,
    #[model(max_length = 8, validate = of_number)]
    title: String,
    #[model(max_length = 8, validate = without_message)]
    subtitle: Option<String>,
    #[model(validate = of_number)]
    number: i64,
    #[model(validate = missing)]
    count: i64,
}

fn main() {}
