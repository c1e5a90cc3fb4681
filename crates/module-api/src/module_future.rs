//! The future that functions of a module return.

use std::error::Error;
use std::pin::Pin;

/// Boxed future of a module's function: commands, gauges, health checks, migrations, hooks.
///
/// The default error type converts from all errors with `?`.
///
/// ```
/// use module_api::ModuleFuture;
/// use module_api::rocket::async_test;
///
/// fn sum<'a>(numbers: &'a [&str]) -> ModuleFuture<'a, i64> {
///     Box::pin(async move {
///         let mut sum = 0;
///         for number in numbers {
///             sum += number.parse::<i64>()?;
///         }
///         Ok(sum)
///     })
/// }
///
/// assert_eq!(async_test(sum(&["4", "3"])).unwrap(), 7);
/// assert!(async_test(sum(&["four"])).is_err());
/// ```
pub type ModuleFuture<'a, T = (), E = Box<dyn Error + Send + Sync>> =
    Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'a>>;
