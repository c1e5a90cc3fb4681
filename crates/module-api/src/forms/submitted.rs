//! The guard for a submitted form.

use std::marker::PhantomData;
use std::ops::Deref;

use rocket::Request;
use rocket::data::{Data, FromData, Limits, Outcome};

use super::Form;
use super::answer::{FormAnswer, FormError};
use super::posted::{Posted, Unreadable};
use super::view::FormView;
use crate::model::ValidationErrors;
use crate::{Error, Page};

/// The data guard for a submitted form. It accepts any input; [`check`](Submitted::check) and
/// [`answer`](Submitted::answer) validate it.
///
/// A body above the limit `form` of Rocket's settings is answered with 413, and one that is not a
/// URL-encoded form in UTF-8 with 415 or 400. Fields that the form does not have are ignored, of a
/// repeated one the last counts.
///
/// ```
/// use module_api::forms::{Form, Submitted};
/// use module_api::rocket::{self, http::ContentType, local::blocking::Client, post, routes};
///
/// #[derive(Form)]
/// struct Search {
///     #[form(max_length = 40)]
///     city: String,
/// }
///
/// #[post("/search", data = "<search>")]
/// fn search(search: Submitted<Search>) -> String {
///     match search.check() {
///         Ok(search) => format!("Offers in {}", search.city),
///         Err(form) => format!("The form has errors: {}", form.has_errors()),
///     }
/// }
///
/// let client = Client::untracked(rocket::build().mount("/", routes![search])).unwrap();
/// let answer = |body: &str| {
///     let request = client.post("/search").header(ContentType::Form).body(body);
///     request.dispatch().into_string().unwrap()
/// };
/// assert_eq!(answer("city=Oslo"), "Offers in Oslo");
/// assert_eq!(answer("city="), "The form has errors: true");
/// ```
#[derive(Debug)]
pub struct Submitted<F> {
    posted: Posted,
    view: FormView,
    form: PhantomData<fn() -> F>,
}

/// A form without errors.
///
/// ```
/// use module_api::forms::{Form, FormView, Valid};
/// use module_api::model::ValidationErrors;
///
/// #[derive(Form)]
/// struct Search {
///     #[form(max_length = 40)]
///     city: String,
/// }
///
/// /// Returns the offers, or the form to show again.
/// fn offers(search: Valid<Search>) -> Result<String, FormView> {
///     if search.city == "Atlantis" {
///         return Err(search.refused(&ValidationErrors::of("city", "This city is gone.")));
///     }
///     Ok(format!("Offers in {}", search.city))
/// }
/// # use module_api::forms::Submitted;
/// # use module_api::rocket::{self, http::ContentType, local::blocking::Client, post, routes};
/// # #[post("/search", data = "<search>")]
/// # fn search(search: Submitted<Search>) -> String {
/// #     search.check().and_then(offers).unwrap_or_else(|form| form.has_errors().to_string())
/// # }
/// # let client = Client::untracked(rocket::build().mount("/", routes![search])).unwrap();
/// # for (body, answer) in [("city=Oslo", "Offers in Oslo"), ("city=Atlantis", "true")] {
/// #     let request = client.post("/search").header(ContentType::Form).body(body);
/// #     assert_eq!(request.dispatch().into_string().unwrap(), answer);
/// # }
/// ```
#[derive(Debug)]
pub struct Valid<F> {
    form: F,
    view: FormView,
}

#[rocket::async_trait]
impl<'r, F: Form> FromData<'r> for Submitted<F> {
    type Error = Unreadable;

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r, Self> {
        let limit = request.limits().get("form").unwrap_or(Limits::FORM);
        match Posted::read(request, data, limit).await {
            Ok(posted) => Outcome::Success(Self { posted, view: F::blank(), form: PhantomData }),
            Err(unreadable) => Outcome::Error((unreadable.status(), unreadable)),
        }
    }
}

impl<F: Form> Submitted<F> {
    /// Configures the form for being shown again, choices included: with the same methods of
    /// [`FormView`] as on the page of the empty form.
    #[must_use]
    pub fn shown(self, change: impl FnOnce(FormView) -> FormView) -> Self {
        Self { view: change(self.view), ..self }
    }

    /// Parses and validates all fields, and then the form as a whole.
    ///
    /// # Errors
    ///
    /// The form with all errors and the submitted values, to be shown again.
    pub fn check(self) -> Result<Valid<F>, FormView> {
        let Self { posted, mut view, .. } = self;
        let mut values = Vec::new();
        for (bound, name) in view.inputs_mut() {
            bound.typed = bound.field.read(&name, &posted);
            match bound.field.clean(&bound.typed, bound.choices.as_deref()) {
                Ok(value) => values.push(value),
                Err(messages) => bound.errors = messages,
            }
        }
        if view.has_errors() {
            return Err(view);
        }
        let checked = F::from_values(&values).and_then(|form| form.validate_form().map(|()| form));
        match checked {
            Ok(form) => Ok(Valid { form, view }),
            Err(errors) => Err(view.with_errors(&errors)),
        }
    }

    /// Answers with `page` if the form has errors, otherwise with the result of `accept`. Errors
    /// that `accept` returns as [`FormError::Invalid`], such as those of a model that is written,
    /// are shown on `page` as well.
    ///
    /// # Errors
    ///
    /// Those of `accept` that are not about the form's values.
    pub async fn answer<A: Into<FormAnswer>>(
        self,
        page: impl FnOnce(FormView) -> Page,
        accept: impl AsyncFnOnce(F) -> Result<A, FormError>,
    ) -> Result<FormAnswer, Error> {
        let Valid { form, view } = match self.check() {
            Ok(valid) => valid,
            Err(view) => return Ok(page(view).into()),
        };
        match accept(form).await {
            Ok(answer) => Ok(answer.into()),
            Err(FormError::Invalid(errors)) => Ok(page(view.with_errors(&errors)).into()),
            Err(FormError::Failed(error)) => Err(error),
        }
    }
}

impl<F> Valid<F> {
    /// Returns the form's values, and the form as it is shown again if they are not accepted.
    pub fn into_parts(self) -> (F, FormView) {
        (self.form, self.view)
    }

    /// Returns the form as it is shown again with these errors.
    pub fn refused(self, errors: &ValidationErrors) -> FormView {
        self.view.with_errors(errors)
    }
}

impl<F> Deref for Valid<F> {
    type Target = F;

    fn deref(&self) -> &F {
        &self.form
    }
}
