//! Derives and macros of the contract. Use them through `module-api`, which re-exports them.

mod attributes;
mod choices;
mod column;
mod constraints;
mod description;
mod display;
mod embed;
mod errors;
mod expand;
mod field;
mod field_type;
mod form;
mod from_row;
mod kind;
mod literal;
mod many_to_many;
mod model;
mod names;
mod projection;
mod reading;
mod rules;
mod through;

use std::env;
use std::path::PathBuf;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Derives `Model`: the description of a table, and the conversion of its rows.
///
/// # The struct
///
/// It has named fields, the first of which is `id: i64`, the primary key. The attribute
/// `#[model(…)]` takes:
///
/// | attribute | meaning | without it |
/// |---|---|---|
/// | `label = "lettings.letting"` | the app and the model's name, as in Django; required | |
/// | `table = "lettings_letting"` | the table | the label with `_` for the dot |
/// | `verbose_name = "letting"` | the singular name for people | the struct's name in words |
/// | `verbose_name_plural = "lettings"` | the plural name for people | the above and an `s` |
/// | `ordering = ["title", "-id"]` | the order of lists, with `-` before fields that descend | that of the primary key |
/// | `display = "{title}, {address.city}"` | the label of an object; `{{` and `}}` are braces | `Letting object (1)` |
/// | `unique_together = [["title", "address"]]` | fields whose values are unique together | none |
/// | `indexes = [["title", "address"]]` | fields with a common index | none |
/// | `constraint(name = "…", check = "departure > arrival", message = "…")` | a condition that each row meets | none |
/// | `constraint(name = "…", unique = ["room"], condition = "open", message = "…")` | fields and expressions that are unique among the rows that meet the condition | none |
/// | `index(name = "…", over = ["lower(title)"], condition = "open")` | an index of expressions, or of the rows that meet a condition | none |
/// | `natural_key = ["title"]` | the fields by which fixtures can identify an object | none |
/// | `validate = path` | a rule over the whole object, any number of times | none |
/// | `validate_in = path` | a rule that queries the database, any number of times | none |
/// | `found_by_natural_key` | fixtures find its rows by the natural key even if they give a primary key, which is mapped: each database numbers them itself | by the primary key |
///
/// # The fields
///
/// | type | attributes that specify the kind |
/// |---|---|
/// | `String` | one of `max_length = 64`, `exact_length = 2`, `email`, `url` and `slug` (by default at most 254, 200 and 50 characters), `long_text` |
/// | `i16`, `i32`, `i64` | none, or `positive` |
/// | `Decimal` | `max_digits = 8` and `decimal_places = 2`, which are required |
/// | `f64`, `bool`, `Uuid`, `IpAddr`, `Vec<u8>` | none |
/// | `UtcDateTime`, `Date`, `Time`, `Duration` | none |
/// | `Json<T>` | none; `T` is any type that serde reads and writes |
/// | an enum with [`#[derive(Choices)]`](derive@Choices) | `choices`, which is required; `max_length`, else that of the longest value |
/// | `ForeignKey<Model>` | `on_delete = cascade`, `protect` or `set_null`, which is required; `one_to_one` |
/// | `ManyToMany<Model>` | none; `table`, `source_column` and `target_column` name the table between; or `through = Model`, a model between |
///
/// A model between two others has a foreign key to each; if it has several to one of them,
/// `through_fields = ["club", "person"]` names those that relate the two, the one to the model that has the
/// field first. The constant of the field is a `ThroughRelation`, which reads; to relate two objects is to
/// insert a row of the model between.
///
/// An `Option` of any of them but `ManyToMany` is a column that takes `NULL`. Further attributes:
///
/// | attribute | on | meaning |
/// |---|---|---|
/// | `column = "name"` | columns | the column, else the field's name, with `_id` for a foreign key |
/// | `verbose_name = "…"`, `help_text = "…"` | all | the name for people, and the help text in forms |
/// | `blank` | all | forms accept it empty |
/// | `unique`, `index` | columns | no two rows have the same value; it has an index |
/// | `auto_now`, `auto_now_add` | `UtcDateTime`, `Date`, `Time` | it is set to the time of saving, or of adding, whatever the struct has; not by `update` and fixtures |
/// | `min = 0`, `max = 9` | numbers | the minimum and the maximum |
/// | `min_length = 3` | text | the minimum number of characters |
/// | `choices = [("CA", "California")]` | text, numbers | the permitted values, and their labels |
/// | `default = …` | all but foreign keys and bytes | the default for new objects: a literal, `now`, for a `Uuid` `random`, for a `Duration` its seconds, for `Json` `"{}"` or `"[]"`, for an enum its variant |
/// | `validate = path` | columns | a rule of your own, any number of times |
/// | `normalize = path` | text | the function that makes its normal form |
///
/// A rule is a function that returns a `Result<(), String>`, with the error message. It takes a `&str` for
/// text and any other value as it is, and is called only with values that are neither `NULL` nor empty.
///
/// A normal form is made by a `fn(&str) -> String`, which has to be idempotent. Forms, imports, fixtures,
/// `insert`, `save` and `update` store it in place of the given text, and validate it; the struct keeps the
/// given text, and queries compare theirs unchanged.
///
/// # Constraints
///
/// Conditions and expressions are SQL that both databases understand, over the columns of the table
/// (`room_id` for the field `room`); `unique` and `over` take names of fields beside expressions.
/// `makemigrations` writes them for both databases, and drops and changes them with the attribute.
/// An object is checked before it is written, and a refusal of the database becomes the same message, which
/// belongs to the object or, with `field = "departure"`, to that field. The SQL is part of the program: it
/// must not contain user input. A condition on the values alone needs both a rule and a constraint only if
/// other programs write to the table; otherwise a rule is enough.
///
/// # Rules over the whole object
///
/// The struct's `validate` names a `fn(&Self) -> Result<(), ValidationErrors>`, for conditions on the
/// values alone; `validate_in` an `async fn(&Self, &mut Transaction) -> Result<(), WriteError>`, which may
/// query the database. The errors belong to a field (`ValidationErrors::of`) or to the object
/// (`ValidationErrors::of_object`). See `model::Rule`.
///
/// # Generated code
///
/// The implementations of `Model` and `FromRow`; a constant for each field, named in upper case and with
/// the field's visibility (`Letting::TITLE`), for queries; and, if `display` names only fields of the
/// struct itself, `Display`, in which `NULL` is empty.
#[proc_macro_derive(Model, attributes(model))]
pub fn derive_model(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    match model::Model::read(&input) {
        Ok(model) => expand::expand(&model).into(),
        Err(error) => error.into_compile_error().into(),
    }
}

/// Derives `Form` for a struct with named fields: a page renders it, and a handler takes it.
///
/// The attribute `#[form(…)]` on the struct takes:
///
/// | attribute | meaning |
/// |---|---|
/// | `model = Entry` | the fields are those of the model with the same names and types, with its rules; the form implements `ModelForm` |
/// | `validate = path` | a rule over the whole form: a function that takes it and returns a `Result<(), ValidationErrors>` |
///
/// On a field it takes:
///
/// | attribute | meaning | without it |
/// |---|---|---|
/// | `label = "Your name"` | the label | the field's name in words, or the model's |
/// | `help_text = "…"` | the help text | none, or the model's |
/// | `widget = textarea` | also `text`, `password`, `radios`, `hidden`, `tel`, `search` | an input that fits what the field holds |
/// | `autocomplete = "name"` | what the browser may fill in | none |
/// | `exclude` | in a model that is its own form (`model = Entry` on `Entry` itself): the form does not have the field, whose value is its default | the form has it, unless it is `id` |
///
/// Without a model, types and rules of fields are as in `#[derive(Model)]`, with the same
/// attributes: `max_length`, `long_text`, `email`, `min`, `max`, `choices`, `default`, `validate` and so
/// on. An `Option` may be left out, and so may text that is `blank`; all else is required but a
/// `bool`, which is a box to check.
#[proc_macro_derive(Form, attributes(form))]
pub fn derive_form(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    form::expand(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// Derives `Choices` for an enum: its variants are the values of a field.
///
/// Each variant is stored as text: its name in words with `_` between them, `in_progress`; or, if all of
/// them have one, as its number: `Open = 1`. Its label is its name in words: `In Progress`. The attribute
/// `#[choice(…)]` on a variant takes:
///
/// | attribute | meaning |
/// |---|---|
/// | `value = "open"` | the stored text |
/// | `label = "Open"` | the label |
///
/// A field of the enum's type needs `#[model(choices)]`. The enum gets `ALL`, its choices in their
/// order, `label()`, and `Display`, which shows the label.
#[proc_macro_derive(Choices, attributes(choice))]
pub fn derive_choices(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    choices::expand(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// Expands to the code after `"folder" =>` if the crate has that folder, otherwise to an error. The macro
/// `embed!` of the contract calls it.
#[doc(hidden)]
#[proc_macro]
pub fn with_folder(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as embed::WithFolder);
    let crate_folder = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
    input.checked(&crate_folder).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// Derives `FromRow`, which reads a struct from a row of a query.
///
/// A struct with named fields reads each from the column of its name, whatever their order; a tuple
/// struct reads its fields from the columns in their order. The attribute `#[row(…)]` on a field
/// takes:
///
/// | attribute | meaning |
/// |---|---|
/// | `column = "name"` | the column, if its name differs from the field's |
/// | `with = function` | the function that converts the column's value, such as `fn(i64) -> bool` |
/// | `flatten` | the field is itself read from the row, by its own `FromRow` |
#[proc_macro_derive(FromRow, attributes(row))]
pub fn derive_from_row(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    from_row::expand(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// Derives `Projection`, which reads a struct from some columns of a model and of the models its foreign
/// keys refer to.
///
/// `#[projection(model = Letting)]` on the struct names the model. A field is read from the model's
/// column of its name; on a field, `#[projection(…)]` takes:
///
/// | attribute | meaning |
/// |---|---|
/// | `column = Letting::ADDRESS.to(&Address::CITY)` | the column |
/// | `with = function` | the function that converts the column's value, such as `fn(String) -> bool` |
///
/// A field's type is that of its column, or an `Option` of it: a column behind a foreign key that is
/// `NULL` is `None`.
#[proc_macro_derive(Projection, attributes(projection))]
pub fn derive_projection(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    projection::expand(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}
