//! Names of the program do not get into what the derive writes, nor out of it.

#![allow(dead_code, non_camel_case_types, reason = "it is what is tried")]

mod core {}
mod std {}

struct Vec;
struct Result;
struct Some;
struct Ok;
struct str;

fn value(_: &::core::primitive::str) -> ::core::result::Result<(), ::std::string::String> {
    ::core::result::Result::Ok(())
}

fn rule(_: i32) -> ::core::result::Result<(), ::std::string::String> {
    ::core::result::Result::Ok(())
}

#[derive(::module_api::model::Model)]
#[model(label = "names.option", display = "{row} {first}")]
struct Option {
    id: i64,
    #[model(max_length = 8, validate = value)]
    row: String,
    #[model(validate = rule)]
    first: i32,
    #[model(long_text)]
    formatter: ::core::option::Option<String>,
}

macro_rules! model {
    ($name:ident, $label:literal, $type:ty) => {
        #[derive(::module_api::model::Model)]
        #[model(label = $label)]
        struct $name {
            id: i64,
            value: $type,
        }
    };
}

model!(Numbers, "names.numbers", i32);

fn main() {
    let option = Option { id: 1, row: "row".into(), first: 2, formatter: None };
    assert_eq!(option.to_string(), "row 2");
    assert_eq!(Numbers::VALUE.field().name, "value");
}
