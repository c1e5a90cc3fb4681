//! Reports of panics. Sentry's own integration waits until they are sent, and a page with it.

use std::panic::{PanicHookInfo, set_hook, take_hook};

use sentry::protocol::{Event, Exception, Level, Mechanism};

use super::frames::{Frames, Place};
use super::kind::Kind;
use super::limit;

/// Reports panics from now on, before calling the previous hook.
pub(super) fn report(frames: Frames) {
    let next = take_hook();
    set_hook(Box::new(move |panic| {
        if limit::allows(Kind::of_panic(panic)) {
            sentry::capture_event(event(panic, &frames));
        }
        // The previous hook logs the panic.
        super::unreported(|| next(panic));
    }));
}

fn event(panic: &PanicHookInfo<'_>, frames: &Frames) -> Event<'static> {
    let place = panic.location().map(|l| Place::new(l.file(), l.line(), l.column()));
    let exception = Exception {
        ty: "panic".to_owned(),
        value: Some(panic.payload_as_str().unwrap_or("a value that is no text").to_owned()),
        stacktrace: frames.here(place),
        mechanism: Some(Mechanism {
            ty: "panic".to_owned(),
            handled: Some(false),
            ..Mechanism::default()
        }),
        ..Exception::default()
    };
    Event { exception: vec![exception].into(), level: Level::Fatal, ..Event::default() }
}
