//! The future that functions of a module return.

use std::error::Error;
use std::pin::Pin;

/// Boxed future of a module's function: commands, gauges, health checks, migrations, hooks.
///
/// The default error type converts from all errors with `?`.
pub type ModuleFuture<'a, T = (), E = Box<dyn Error + Send + Sync>> =
    Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'a>>;
