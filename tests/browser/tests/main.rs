//! Tests of the site as it shows itself in a browser.

mod admin_pages;
mod admin_work;
mod bookings;
mod checks;
mod pages;
mod staff;
mod visits;
