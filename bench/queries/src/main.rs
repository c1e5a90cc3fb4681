//! Compares typed queries with handwritten ones of sqlx, to measure the cost of the types.
//!
//! `bench-queries URL BLOCKS` alternates between both on one connection, and prints a line for
//! each block: the operation, then the microseconds of one typed operation, and of one by hand.
//! The database needs at least twelve lettings, and is left unchanged.

mod by_hand;
mod kinds;

use std::error::Error;
use std::process::ExitCode;
use std::time::Instant;

use lettings::models::{Address, Letting};
use module_api::db::{DatabaseOptions, DbPool, Executor};
use module_api::model::{ForeignKey, Model};
use module_api::with_causes;
use rocket::figment::Figment;
use rocket::figment::providers::Serialized;

use kinds::Stay;

/// The number of runs of an operation in one turn.
const RUNS: u32 = 20;

#[rocket::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", with_causes(&*error));
            ExitCode::FAILURE
        }
    }
}

/// Measures the microseconds of a run.
macro_rules! time {
    ($what:expr) => {{
        let before = Instant::now();
        for _ in 0..RUNS {
            std::hint::black_box($what);
        }
        before.elapsed().as_secs_f64() * 1e6 / f64::from(RUNS)
    }};
}

/// Runs both in alternating order, after a turn to warm up.
macro_rules! compare {
    ($blocks:expr, $name:literal, $typed:expr, $by_hand:expr) => {
        for block in 0..=$blocks {
            let (typed, by_hand) = if block % 2 == 0 {
                let typed = time!($typed);
                (typed, time!($by_hand))
            } else {
                let by_hand = time!($by_hand);
                (time!($typed), by_hand)
            };
            if block > 0 {
                println!("{}\t{typed:.3}\t{by_hand:.3}", $name);
            }
        }
    };
}

async fn run() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, blocks] = arguments.as_slice() else {
        return Err("usage: bench-queries URL BLOCKS".into());
    };
    let blocks: u32 = blocks.parse()?;
    let options: DatabaseOptions = Figment::from(Serialized::default("url", url)).extract()?;
    let pool = DbPool::open(options.location()?, &options).await?;
    read(&pool, blocks).await?;
    write(&pool, blocks).await
}

async fn read(pool: &DbPool, blocks: u32) -> Result<(), Box<dyn Error>> {
    let mut connection = pool.acquire().await?;
    let on = &mut connection;
    compare!(
        blocks,
        "one row by its key",
        Letting::get(7, &mut *on).await?.ok_or("no letting")?,
        by_hand::get(Executor::from(&mut *on), 7).await?.ok_or("no letting")?
    );
    compare!(
        blocks,
        "one row by its key, with a related one",
        Letting::objects()
            .filter(Letting::ID.eq(7))
            .with(&Letting::ADDRESS)
            .first(&mut *on)
            .await?
            .ok_or("no letting")?,
        by_hand::get_related(Executor::from(&mut *on), 7).await?.ok_or("no letting")?
    );
    compare!(
        blocks,
        "twelve rows, each with a related one",
        Letting::objects().with(&Letting::ADDRESS).limit(12).all(&mut *on).await?,
        by_hand::list(Executor::from(&mut *on)).await?
    );
    compare!(
        blocks,
        "count of rows that meet a condition",
        Letting::objects().filter(Letting::ID.le(12)).count(&mut *on).await?,
        by_hand::count(Executor::from(&mut *on), 12).await?
    );
    Ok(())
}

/// Writes in a transaction that is not committed, so that the disk is not measured.
async fn write(pool: &DbPool, blocks: u32) -> Result<(), Box<dyn Error>> {
    let mut transaction = pool.begin().await?;
    let on = &mut transaction;
    compare!(
        blocks,
        "insert",
        address().insert(&mut *on).await?,
        by_hand::insert_address(Executor::from(&mut *on), &address()).await?
    );
    compare!(
        blocks,
        "insert, with the checks of a unique foreign key",
        {
            let mut address = address();
            address.insert(&mut *on).await?;
            let address = ForeignKey::to(address.id);
            Letting { id: 0, title: "Beach Hut".to_owned(), address }.insert(&mut *on).await?;
        },
        {
            let id = by_hand::insert_address(Executor::from(&mut *on), &address()).await?;
            by_hand::insert_letting(Executor::from(&mut *on), "Beach Hut", id).await?
        }
    );
    compare!(
        blocks,
        "update of one field",
        Letting::objects()
            .filter(Letting::ID.eq(7))
            .update([Letting::TITLE.set("Beach Hut")], &mut *on)
            .await?,
        by_hand::update(Executor::from(&mut *on), "Beach Hut", 7).await?
    );
    kinds::create_table(on).await?;
    compare!(
        blocks,
        "insert of a date, a decimal, a UUID and JSON",
        Stay::new().insert(&mut *on).await?,
        kinds::insert(Executor::from(&mut *on), &Stay::new()).await?
    );
    compare!(
        blocks,
        "twelve rows with a date, a decimal, a UUID and JSON",
        Stay::objects().order_by([Stay::ID.asc()]).limit(12).all(&mut *on).await?,
        kinds::list(Executor::from(&mut *on)).await?
    );
    Ok(())
}

fn address() -> Address {
    Address {
        id: 0,
        number: 7,
        street: "Cliff Drive".to_owned(),
        city: "Laguna Beach".to_owned(),
        state: "CA".to_owned(),
        zip_code: 92651,
        country_iso_code: "USA".to_owned(),
    }
}
