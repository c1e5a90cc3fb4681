//! Errors of the derive: database names.

use module_api::model::{ManyToMany, Model};

#[derive(Model)]
#[model(label = "app.model", table = "drop\"table")]
struct Quoted {
    id: i64,
    #[model(column = "it's")]
    quote: i32,
    #[model(column = "")]
    empty: i32,
    #[model(column = "a23456789_b23456789_c23456789_d23456789_e23456789_f23456789_g234")]
    long: i32,
}

#[derive(Model)]
#[model(label = "a_long_name_of_an_application.and_a_model_with_an_even_longer_name")]
struct Long {
    id: i64,
}

#[derive(Model)]
#[model(label = "a_long_name_of_an_application.and_a_model_with_a_longer_name")]
struct Between {
    id: i64,
    others: ManyToMany<Quoted>,
}

fn main() {}
