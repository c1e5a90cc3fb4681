//! Requests for nights of a letting, and the bookings of a guest.

use module_api::auth::CurrentUser;
use module_api::db::{Db, Decimal};
use module_api::forms::{Form, FormAnswer, FormView, ModelForm, Submitted};
use module_api::model::Model;
use module_api::time::Date;
use module_api::{
    Connection, Error, Id, Messages, ModuleFuture, Page, PageNumber, SectionContext, Urls, context,
    route_name, route_parameter, template_name,
};
use rocket::response::Redirect;
use rocket::{Request, State, get, post};

use crate::models::{Booking, Status};
use crate::offer::Offer;

/// The requested nights.
#[derive(Form)]
#[form(model = Booking)]
pub(crate) struct BookingForm {
    arrival: Date,
    departure: Date,
}

/// The price, the calendar and the form, on the page of a letting.
pub(crate) fn section<'a>(
    request: &'a Request<'_>,
    db: &'a Db,
) -> ModuleFuture<'a, Option<SectionContext>, Error> {
    Box::pin(async move {
        let Some(letting) = route_parameter(request, "letting_id") else { return Ok(None) };
        let offer = Offer::find(letting, &mut db.acquire().await?).await?;
        let form = BookingForm::blank();
        Ok(offer.map(|offer| SectionContext::new(context! { offer, form })))
    })
}

fn page(offer: Offer, form: FormView) -> Page {
    Page::render(template_name!("bookings/ask"), context! { offer, form })
}

/// The page to request nights of a letting.
#[get("/ask/<letting_id>")]
pub(crate) async fn form(
    letting_id: Id,
    _user: CurrentUser,
    mut db: Connection<Db>,
) -> Result<Page, Error> {
    let offer = Offer::find(letting_id, &mut db).await?.ok_or(Error::NotFound)?;
    Ok(page(offer, BookingForm::blank()))
}

/// Requests nights of a letting.
#[post("/ask/<letting_id>", data = "<nights>")]
pub(crate) async fn ask(
    letting_id: Id,
    nights: Submitted<BookingForm>,
    user: CurrentUser,
    db: &State<Db>,
    urls: &Urls,
    messages: Messages<'_>,
) -> Result<FormAnswer, Error> {
    let mut transaction = db.begin().await?;
    let offer = Offer::find(letting_id, &mut transaction).await?.ok_or(Error::NotFound)?;
    let price = offer.price;
    let ask = async |form: BookingForm| {
        let nights = (form.departure - form.arrival).whole_days().max(0);
        let total = Booking::TOTAL.set(price * Decimal::from(nights));
        let others = [Booking::LETTING.set(letting_id), Booking::USER.set(user.id), total];
        form.insert_with(others, &mut transaction).await?;
        transaction.commit().await?;
        messages.success("Thank you. We will confirm these nights, or tell you that we cannot.");
        Ok(Redirect::to(urls.url(route_name!("bookings:mine"), &[])?))
    };
    nights.answer(|form| page(offer, form), ask).await
}

/// The bookings of the signed-in user, page by page.
#[get("/?<page>")]
pub(crate) async fn mine(
    user: CurrentUser,
    page: PageNumber,
    mut db: Connection<Db>,
) -> Result<Page, Error> {
    let bookings = Booking::objects().filter(Booking::USER.eq(user.id)).with(&Booking::LETTING);
    let (bookings, pagination) = bookings.page(page, 20, &mut db).await?;
    let shown = bookings.into_iter().map(|(booking, letting)| {
        let (arrival, departure) = (booking.arrival.to_string(), booking.departure.to_string());
        let (status, total) = (booking.status.label(), format!("{:.2}", booking.total));
        let can_be_cancelled = booking.can_be_cancelled();
        context! { id: booking.id, letting, arrival, departure, status, total, can_be_cancelled }
    });
    let bookings: Vec<_> = shown.collect();
    Ok(Page::render(template_name!("bookings/mine"), context! { bookings, pagination }))
}

/// Cancels a booking of the signed-in user.
#[post("/cancel/<booking_id>")]
pub(crate) async fn cancel(
    booking_id: Id,
    user: CurrentUser,
    db: &State<Db>,
    urls: &Urls,
    messages: Messages<'_>,
) -> Result<Redirect, Error> {
    let mut on = db.begin().await?;
    let own =
        Booking::objects().filter(Booking::ID.eq(booking_id)).filter(Booking::USER.eq(user.id));
    let mut booking = own.lock(&mut on).await?.pop().ok_or(Error::NotFound)?;
    if booking.can_be_cancelled() {
        booking.status = Status::Cancelled;
        booking.save(&mut on).await?;
        on.commit().await?;
        messages.success("Your booking is cancelled.");
    } else {
        messages.warning("This booking cannot be cancelled.");
    }
    Ok(Redirect::to(urls.url(route_name!("bookings:mine"), &[])?))
}
