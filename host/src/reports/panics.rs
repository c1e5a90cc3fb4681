//! Reports of panics. Sentry's own integration waits until they are sent, and a page with it.

use std::panic::{PanicHookInfo, set_hook, take_hook};

use sentry::protocol::{Event, Exception, Frame, Level, Mechanism, Stacktrace};

/// Reports panics from now on, before what is done about them already.
pub(super) fn report() {
    let next = take_hook();
    set_hook(Box::new(move |panic| {
        sentry::capture_event(event(panic));
        // It says so in the log.
        super::unreported(|| next(panic));
    }));
}

fn event(panic: &PanicHookInfo<'_>) -> Event<'static> {
    // A released program knows no names of functions, but it knows where it panicked.
    let frame = panic.location().map(|location| Frame {
        filename: Some(location.file().to_owned()),
        lineno: Some(location.line().into()),
        colno: Some(location.column().into()),
        in_app: Some(true),
        ..Frame::default()
    });
    let exception = Exception {
        ty: "panic".to_owned(),
        value: Some(panic.payload_as_str().unwrap_or("a value that is no text").to_owned()),
        stacktrace: frame.map(|frame| Stacktrace { frames: vec![frame], ..Stacktrace::default() }),
        mechanism: Some(Mechanism {
            ty: "panic".to_owned(),
            handled: Some(false),
            ..Mechanism::default()
        }),
        ..Exception::default()
    };
    Event { exception: vec![exception].into(), level: Level::Fatal, ..Event::default() }
}
