//! Errors of `#[derive(Form)]`.

use module_api::forms::Form;
use module_api::model::{ManyToMany, Model};

#[derive(Model)]
#[model(label = "app.guest")]
struct Guest {
    id: i64,
    #[model(max_length = 40)]
    name: String,
    nights: i32,
}

#[derive(Form)]
struct Tuple(String);

#[derive(Form)]
struct Attributes {
    name: String,
    #[form(max_length = 8, widget = "textarea")]
    quoted: String,
    #[form(max_length = 8, widget = slider)]
    unknown: String,
    #[form(max_length = 8, labl = "Your name")]
    label: String,
    #[form(blank)]
    nights: i32,
    guests: ManyToMany<Guest>,
    #[form(max_length = 8)]
    errors: String,
    #[form(max_length = 8, unique)]
    code: String,
}

#[derive(Form)]
#[form(model = Guest)]
struct OfModel {
    #[form(max_length = 8)]
    name: String,
    #[form(exclude)]
    nights: i32,
}

#[derive(Form)]
#[form(validate = "in_order")]
struct Rule {
    #[form(max_length = 8)]
    name: String,
}

fn main() {}
