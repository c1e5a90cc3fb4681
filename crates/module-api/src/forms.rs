//! Forms on public pages: a struct describes the form that a page renders and a handler takes.
//!
//! [`#[derive(Form)]`](derive@Form) describes the fields as `#[derive(Model)]` does; a form can also
//! take their descriptions from a model. [`Submitted`] is the guard that takes the form: it reports all
//! errors at once, and keeps what was typed. [`FormView`] is the form in a template, which renders it
//! as a whole or field by field.
//!
//! A guest book, whole:
//!
//! ```
//! use module_api::db::Db;
//! use module_api::forms::{Form, FormAnswer, FormView, ModelForm, Submitted};
//! use module_api::model::{Model, ModelInfo};
//! use module_api::rocket::response::Redirect;
//! use module_api::rocket::{Route, State, get, post, routes};
//! use module_api::{Error, Files, Messages, Module, Page, Urls, context, register};
//!
//! /// An entry in the book.
//! #[derive(Model)]
//! #[model(label = "guests.entry", display = "{author}")]
//! struct Entry {
//!     id: i64,
//!     #[model(max_length = 40)]
//!     author: String,
//!     #[model(email, blank, help_text = "It is not published.")]
//!     email: String,
//!     #[model(positive, min = 1, max = 5)]
//!     stars: i16,
//!     #[model(long_text)]
//!     text: String,
//!     #[model(default = false)]
//!     published: bool,
//! }
//!
//! /// The fields that a visitor fills.
//! #[derive(Form)]
//! #[form(model = Entry)]
//! struct EntryForm {
//!     #[form(label = "Your name", autocomplete = "name")]
//!     author: String,
//!     #[form(autocomplete = "email")]
//!     email: String,
//!     stars: i16,
//!     text: String,
//! }
//!
//! fn page(form: FormView) -> Page {
//!     Page::render("guests/sign", context! { form })
//! }
//!
//! #[get("/")]
//! fn sign() -> Page {
//!     page(EntryForm::blank())
//! }
//!
//! #[post("/", data = "<entry>")]
//! async fn add(
//!     entry: Submitted<EntryForm>,
//!     messages: Messages<'_>,
//!     db: &State<Db>,
//!     urls: &Urls,
//! ) -> Result<FormAnswer, Error> {
//!     let add = async |form: EntryForm| {
//!         let mut transaction = db.begin().await?;
//!         form.insert_with([], &mut transaction).await?;
//!         transaction.commit().await?;
//!         messages.success("Thank you for your entry.");
//!         Ok(Redirect::to(urls.url("guests:sign", &[])?))
//!     };
//!     entry.answer(page, add).await
//! }
//!
//! struct Guests;
//!
//! impl Module for Guests {
//!     fn name(&self) -> &'static str {
//!         "guests"
//!     }
//!
//!     fn routes(&self) -> Vec<Route> {
//!         routes![sign, add]
//!     }
//!
//!     fn models(&self) -> Vec<&'static ModelInfo> {
//!         vec![Entry::INFO]
//!     }
//!
//!     fn templates(&self) -> Files {
//!         Files::inline(&[("guests/sign.html.j2", SIGN)])
//!     }
//! }
//!
//! register!(Guests);
//!
//! const SIGN: &[u8] = br#"
//! {% extends "base" %}
//! {% block content %}
//! <h1>Guest book</h1>
//! <form method="post">
//!   {{ form.render() }}
//!   <button class="button">Sign</button>
//! </form>
//! {% endblock %}
//! "#;
//! # fn main() {}
//! ```
//!
//! Errors that only the database or the handler can tell belong to the form as well: `?` on what a
//! model's `insert` or `save` returns shows the page again with them, and a handler adds its own as
//! [`ValidationErrors`]. Where [`Submitted::answer`] does not fit, [`Submitted::check`] returns the values or
//! the form to show again.
//!
//! A handler can still take Rocket's `Form<T: FromForm>`, whose errors it shows itself.

mod answer;
mod field;
mod posted;
mod submitted;
mod text;
mod typed;
mod view;
mod widget;

pub use module_macros::Form;

pub use answer::{FormAnswer, FormError};
pub use field::{FormField, FormInput, excluded_value, field_value};
pub use posted::{Posted, Unreadable};
pub use submitted::{Submitted, Valid};
pub use text::shown_again;
pub use typed::{NO_SUCH_CHOICE, REQUIRED, Typed};
pub use view::FormView;
pub use widget::{ChoiceView, Input, Widget, with_typed};

use crate::db::{Transaction, Value};
use crate::model::{Assignment, FieldInfo, Model, ValidationErrors, WriteError, insert_values};

/// A struct whose fields a visitor fills: see [the module](self) for an example.
///
/// It is [derived](derive@Form), never written by hand.
///
/// ```
/// use module_api::forms::Form;
///
/// #[derive(Form)]
/// struct Search {
///     #[form(max_length = 40)]
///     city: String,
///     #[form(min = 1, max = 12, default = 2)]
///     guests: i32,
/// }
///
/// assert_eq!(Search::FIELDS[1].info.max_value, Some(12));
/// let form = Search::blank().with_value("city", "Oslo");
/// assert!(!form.has_errors());
/// let again = Search { city: "Oslo".to_owned(), guests: 4 }.filled().with_error("No offers.");
/// assert!(again.has_errors());
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a form",
    note = "write `#[derive(Form)]` on the struct"
)]
pub trait Form: Sized {
    /// The descriptions of the fields.
    const FIELDS: &'static [FormField];

    /// Returns the values, one for each of the fields.
    fn field_values(&self) -> Vec<Value>;

    /// Makes a form of valid values, one for each of the fields.
    ///
    /// # Errors
    ///
    /// A value is not of the type of its field.
    #[doc(hidden)]
    fn from_values(values: &[Value]) -> Result<Self, ValidationErrors>;

    /// Validates the form as a whole, once all fields are valid. It is the function that
    /// `#[form(validate = …)]` names.
    ///
    /// # Errors
    ///
    /// The errors of fields, and of several together as `NON_FIELD_ERRORS`.
    fn validate_form(&self) -> Result<(), ValidationErrors> {
        Ok(())
    }

    /// Returns the empty form, with the defaults of its fields.
    fn blank() -> FormView {
        let values: Vec<Value> =
            Self::FIELDS.iter().map(|field| field.info.default_value()).collect();
        FormView::of(Self::FIELDS, &values)
    }

    /// Returns the form filled with these values.
    fn filled(&self) -> FormView {
        FormView::of(Self::FIELDS, &self.field_values())
    }
}

/// A form whose fields are those of a model: one with `#[form(model = …)]`.
///
/// ```
/// use module_api::db::{Db, Transaction};
/// use module_api::forms::{Form, FormAnswer, FormView, ModelForm, Submitted};
/// use module_api::model::Model;
/// use module_api::rocket::response::Redirect;
/// use module_api::rocket::{State, get, post};
/// use module_api::{Error, Page, context};
///
/// #[derive(Model)]
/// #[model(label = "guests.entry")]
/// struct Entry {
///     id: i64,
///     #[model(max_length = 40)]
///     author: String,
///     #[model(long_text)]
///     text: String,
/// }
///
/// #[derive(Form)]
/// #[form(model = Entry)]
/// struct TextForm {
///     text: String,
/// }
///
/// async fn entry(id: i64, db: &mut Transaction) -> Result<Entry, Error> {
///     Entry::get(id, db).await?.ok_or(Error::NotFound)
/// }
///
/// #[get("/<id>/edit")]
/// async fn edit(id: i64, db: &State<Db>) -> Result<Page, Error> {
///     let entry = entry(id, &mut db.begin().await?).await?;
///     Ok(Page::render("guests/edit", context! { form: TextForm::of(&entry).filled() }))
/// }
///
/// #[post("/<id>/edit", data = "<text>")]
/// async fn save(id: i64, text: Submitted<TextForm>, db: &State<Db>) -> Result<FormAnswer, Error> {
///     let page = |form: FormView| Page::render("guests/edit", context! { form });
///     let save = async |form: TextForm| {
///         let mut transaction = db.begin().await?;
///         let mut entry = entry(id, &mut transaction).await?;
///         form.write_to(&mut entry);
///         entry.save(&mut transaction).await?;
///         transaction.commit().await?;
///         Ok(Redirect::to("/guests/"))
///     };
///     text.answer(page, save).await
/// }
/// # fn main() {}
/// ```
pub trait ModelForm: Form {
    /// The model.
    type Model: Model;

    /// Returns the form filled with the values of a row.
    fn of(row: &Self::Model) -> Self;

    /// Writes the form's values into a row.
    fn write_to(self, row: &mut Self::Model);

    /// Inserts a row with the form's values, these others, and the defaults of all other fields, and
    /// returns its primary key.
    ///
    /// # Errors
    ///
    /// The values do not fit their fields, or the database refuses them.
    fn insert_with(
        &self,
        others: impl IntoIterator<Item = Assignment<Self::Model>>,
        on: &mut Transaction,
    ) -> impl Future<Output = Result<i64, WriteError>> + Send {
        let model = Self::Model::INFO;
        let mut values: Vec<Value> = model.fields.iter().map(FieldInfo::default_value).collect();
        values[0] = Value::from(0);
        let own = Self::FIELDS.iter().map(|field| field.info).zip(self.field_values());
        for (field, value) in own.chain(others.into_iter().map(Assignment::into_parts)) {
            let place = model.position(field.name).expect("the field is one of the model's");
            values[place] = value;
        }
        insert_values(model, values, on)
    }
}
