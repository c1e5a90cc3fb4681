//! A site with a house to book, and people who do.

use accounts::NewUser;
use bookings::models::{Booking, Rate, Status};
use lettings::models::Letting;
use module_api::db::Decimal;
use module_api::model::{ForeignKey, Model};
use module_api::time::{Date, Duration};
use module_test::{Browser, DatabaseKind, Setup, TestSite};
use site_rows::{AddRows, Address};

const PASSWORD: &str = "correct horse battery";

/// A site with a house.
pub(crate) struct House {
    pub(crate) site: TestSite,
    pub(crate) letting: i64,
    pub(crate) ann: i64,
    pub(crate) bo: i64,
}

impl House {
    /// A house for $120.50 per night, with the users `ann` and `bo`.
    pub(crate) async fn on(kind: DatabaseKind) -> Self {
        Self::of(TestSite::on(kind)).await
    }

    /// The same on a site that was described further.
    pub(crate) async fn of(setup: Setup) -> Self {
        let site = setup.start().await;
        let letting = site.add_letting("Sea view", Address::SOMEWHERE).await;
        let (ann, bo) = (user(&site, "ann").await, user(&site, "bo").await);
        let mut on = site.db().begin().await.unwrap();
        let mut rate = Rate { id: 0, letting: key(letting), price: Decimal::new(12_050, 2) };
        rate.insert(&mut on).await.unwrap();
        on.commit().await.unwrap();
        Self { site, letting, ann, bo }
    }

    /// The page of the house.
    pub(crate) fn page(&self) -> String {
        format!("/lettings/{}/", self.letting)
    }

    /// The day so many days from now.
    pub(crate) fn day(&self, days: i64) -> Date {
        self.site.now().date() + Duration::days(days)
    }

    /// A booking of the user `ann` between two days from now on.
    pub(crate) fn booking(&self, status: Status, arrival: i64, departure: i64) -> Booking {
        Booking {
            id: 0,
            letting: key(self.letting),
            user: ForeignKey::to(self.ann),
            arrival: self.day(arrival),
            departure: self.day(departure),
            status,
            total: Decimal::new(100, 0),
            requested_on: self.day(0),
        }
    }

    /// Adds a booking of the user `ann`; its primary key.
    pub(crate) async fn add(&self, status: Status, arrival: i64, departure: i64) -> i64 {
        let mut booking = self.booking(status, arrival, departure);
        let mut on = self.site.db().begin().await.unwrap();
        booking.insert(&mut on).await.unwrap();
        on.commit().await.unwrap();
        booking.id
    }

    /// The status of each booking, in the order of primary keys.
    pub(crate) async fn statuses(&self) -> Vec<Status> {
        let bookings = Booking::objects().order_by([Booking::ID.asc()]);
        let bookings = bookings.all(&mut self.site.db().acquire().await.unwrap()).await.unwrap();
        bookings.into_iter().map(|booking| booking.status).collect()
    }

    /// A browser in which a user has signed in.
    pub(crate) async fn sign_in(&self, name: &str) -> Browser<'_> {
        self.site.sign_in(name, PASSWORD).await
    }

    /// A browser in which a superuser has signed in.
    pub(crate) async fn boss(&self) -> Browser<'_> {
        NewUser::named("boss", PASSWORD).superuser().add_to(self.site.db()).await.unwrap();
        self.sign_in("boss").await
    }

    /// Asks for nights on the page of the house.
    pub(crate) async fn ask(
        &self,
        browser: &Browser<'_>,
        arrival: i64,
        departure: i64,
    ) -> module_test::Answer {
        let (arrival, departure) = (self.day(arrival).to_string(), self.day(departure).to_string());
        let nights = [("arrival", &*arrival), ("departure", &*departure)];
        browser.submit(&self.page(), &nights).await
    }
}

async fn user(site: &TestSite, name: &str) -> i64 {
    NewUser::named(name, PASSWORD).add_to(site.db()).await.unwrap()
}

fn key(letting: i64) -> ForeignKey<Letting> {
    ForeignKey::to(letting)
}
