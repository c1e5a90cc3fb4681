//! The statements of a migration's script, on both databases.

#![no_main]

use libfuzzer_sys::fuzz_target;
use module_api::db::DatabaseKind;

fuzz_target!(|sql: &str| {
    for database in DatabaseKind::ALL {
        migrate::transaction_control(sql, database);
    }
});
