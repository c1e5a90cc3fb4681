//! Questions on the terminal.

use std::io::{self, IsTerminal, Write};
use std::thread;

use module_api::rocket::tokio::signal::ctrl_c;
use module_api::rocket::tokio::{select, sync::oneshot};

/// The reason why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum TerminalError {
    /// Standard input is not a terminal.
    #[error("there is no terminal to ask on")]
    Missing,
    /// The user cancelled the command.
    #[error("operation cancelled")]
    Cancelled,
    /// The answer cannot be read.
    #[error("the answer cannot be read")]
    Unreadable(#[source] io::Error),
}

/// The terminal: standard input, and standard error for the questions.
pub(super) struct Terminal {
    screen: io::Stderr,
}

impl Terminal {
    /// The terminal, if standard input is one.
    pub(super) fn open() -> Result<Self, TerminalError> {
        if !io::stdin().is_terminal() {
            return Err(TerminalError::Missing);
        }
        Ok(Self { screen: io::stderr() })
    }

    /// Asks for a line.
    pub(super) async fn ask(&self, question: &str) -> Result<String, TerminalError> {
        let answer = async {
            self.show(question)?;
            read_line().await
        };
        self.unless_interrupted(answer).await
    }

    /// Asks for a line without echo.
    pub(super) async fn ask_hidden(&self, question: &str) -> Result<String, TerminalError> {
        let answer = async {
            let _hidden = Hidden::begin()?;
            self.show(question)?;
            read_line().await
        };
        self.unless_interrupted(answer).await
    }

    /// Prints a line.
    pub(super) fn tell(&self, text: &str) {
        let _ = writeln!(&self.screen, "{text}");
    }

    fn show(&self, question: &str) -> io::Result<()> {
        let mut screen = &self.screen;
        screen.write_all(question.as_bytes())?;
        screen.flush()
    }

    async fn unless_interrupted(
        &self,
        answer: impl Future<Output = io::Result<Option<String>>>,
    ) -> Result<String, TerminalError> {
        let line = select! {
            // First, so that Ctrl+C does not end the program while the echo is off: the terminal
            // would stay so.
            biased;
            _ = ctrl_c() => None,
            line = answer => line.map_err(TerminalError::Unreadable)?,
        };
        line.ok_or_else(|| {
            self.tell("");
            TerminalError::Cancelled
        })
    }
}

/// The next line; `None` if the terminal was closed, or Ctrl+D pressed.
async fn read_line() -> io::Result<Option<String>> {
    // On a thread of its own, since the program would wait for a thread of the runtime to end.
    let (sender, receiver) = oneshot::channel();
    thread::spawn(move || {
        let mut line = String::new();
        let read = io::stdin().read_line(&mut line).map(|_| line);
        let _ = sender.send(read);
    });
    let line = receiver.await.map_err(io::Error::other)??;
    Ok(line.strip_suffix('\n').map(|line| line.strip_suffix('\r').unwrap_or(line).to_owned()))
}

/// Disables the echo until dropped.
#[cfg(unix)]
struct Hidden(rustix::termios::Termios);

#[cfg(unix)]
impl Hidden {
    fn begin() -> io::Result<Self> {
        use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};

        let shown = tcgetattr(io::stdin())?;
        let mut hidden = shown.clone();
        hidden.local_modes.remove(LocalModes::ECHO);
        hidden.local_modes.insert(LocalModes::ECHONL);
        // Input from before the question was echoed, and is discarded.
        tcsetattr(io::stdin(), OptionalActions::Flush, &hidden)?;
        Ok(Self(shown))
    }
}

#[cfg(unix)]
impl Drop for Hidden {
    fn drop(&mut self) {
        use rustix::termios::{OptionalActions, tcsetattr};

        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.0);
    }
}

/// Hiding the input is not supported on this system.
#[cfg(not(unix))]
struct Hidden(());

#[cfg(not(unix))]
impl Hidden {
    fn begin() -> io::Result<Self> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "this system cannot hide what is typed"))
    }
}
