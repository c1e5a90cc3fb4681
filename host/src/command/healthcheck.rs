//! `healthcheck`: the health check of a container without other clients.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::process::ExitCode;
use std::time::Duration;

use rocket::Config;

use super::output;
use crate::settings::Settings;

/// The timeout for connecting, and for the response.
const PATIENCE: Duration = Duration::from_secs(3);

/// Checks the site on this machine, at the port in the settings.
pub(super) fn ask(settings: &Settings) -> ExitCode {
    match settings.figment.extract::<Config>() {
        Ok(config) => match is_alive(address(&config)) {
            Ok(()) => return ExitCode::SUCCESS,
            Err(why) => output::error(&format!("error: {why}")),
        },
        Err(error) => output::error(&format!("error: {error}")),
    }
    ExitCode::FAILURE
}

/// Returns the address of the site for clients on this machine.
fn address(config: &Config) -> SocketAddr {
    let ip = match config.address {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, config.port)
}

fn is_alive(address: SocketAddr) -> Result<(), String> {
    let status =
        status_at(address).map_err(|error| format!("nobody answers at {address}: {error}"))?;
    match status.as_str() {
        "200" => Ok(()),
        other => Err(format!("/healthz at {address} answers {other}")),
    }
}

/// The status of the response of `/healthz`.
fn status_at(address: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.take(64 * 1024).read_to_end(&mut answer)?;
    let line = String::from_utf8_lossy(&answer);
    Ok(line.split(' ').nth(1).unwrap_or("no HTTP").to_owned())
}
