//! The client address of a request.

use std::net::{IpAddr, Ipv4Addr};

use rocket::Request;

/// The address of the client that sent a request. An IPv4-mapped IPv6 address is returned as IPv4;
/// the address is `0.0.0.0` if the connection has none, as on a Unix socket.
///
/// Behind a proxy the address is in the header that Rocket's setting `ip_header` names. The last
/// address in it counts, since the proxy itself wrote that one. If it cannot be parsed, the result is
/// `0.0.0.0` too: the connection's address is one of the proxies', so a client with a spoiled header,
/// such as bytes that are not UTF-8, would be counted as another behind each. Without a proxy, any
/// client could write such a header: the setting has to be `false` then.
///
/// ```
/// use module_api::client_address;
/// use module_api::rocket::{Request, get, request::{FromRequest, Outcome}};
///
/// struct ClientAddress(std::net::IpAddr);
///
/// #[module_api::rocket::async_trait]
/// impl<'r> FromRequest<'r> for ClientAddress {
///     type Error = std::convert::Infallible;
///
///     async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Self::Error> {
///         Outcome::Success(Self(client_address(request)))
///     }
/// }
///
/// #[get("/where-am-i")]
/// fn where_am_i(client: ClientAddress) -> String {
///     client.0.to_string()
/// }
/// ```
pub fn client_address(request: &Request<'_>) -> IpAddr {
    let address = match &request.rocket().config().ip_header {
        Some(name) => request.headers().get(name.as_str()).last().and_then(last_address),
        None => request.remote().map(|remote| remote.ip()),
    };
    address.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |address| address.to_canonical())
}

/// The last of the addresses in a header.
fn last_address(header: &str) -> Option<IpAddr> {
    header.rsplit(',').next()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use rocket::http::Header;
    use rocket::local::blocking::Client;

    use super::client_address;

    fn client(ip_header: Option<&str>) -> Client {
        let figment = rocket::Config::figment().merge(("log_level", "off"));
        let figment = match ip_header {
            Some(name) => figment.merge(("ip_header", name)),
            None => figment.merge(("ip_header", false)),
        };
        Client::untracked(rocket::custom(figment)).unwrap()
    }

    fn address(client: &Client, headers: &[(&'static str, &'static str)]) -> String {
        let mut request = client.get("/").remote("203.0.113.7:1234".parse().unwrap());
        for (name, value) in headers {
            request.add_header(Header::new(*name, *value));
        }
        client_address(request.inner()).to_string()
    }

    #[test]
    fn the_proxy_s_own_entry_counts_and_none_that_a_client_wrote() {
        let client = client(Some("X-Forwarded-For"));
        let forged = ("X-Forwarded-For", "1.1.1.1, 198.51.100.9");
        assert_eq!(address(&client, &[forged]), "198.51.100.9");
        let second = ("X-Forwarded-For", "2001:db8::1");
        assert_eq!(address(&client, &[forged, second]), "2001:db8::1");
        assert_eq!(address(&client, &[("X-Forwarded-For", "::ffff:192.0.2.1")]), "192.0.2.1");
    }

    #[test]
    fn behind_a_proxy_whoever_spoils_its_entry_has_the_address_that_is_nobody_s() {
        let client = client(Some("X-Forwarded-For"));
        // Rocket drops a header that is not UTF-8.
        assert_eq!(address(&client, &[]), "0.0.0.0");
        for spoiled in ["nonsense", "1.1.1.1, ", "1.1.1.1, 198.51.100.9:1234"] {
            assert_eq!(address(&client, &[("X-Forwarded-For", spoiled)]), "0.0.0.0", "{spoiled}");
        }
    }

    #[test]
    fn without_a_proxy_no_header_counts() {
        let client = client(None);
        let headers = [("X-Real-IP", "1.1.1.1"), ("X-Forwarded-For", "1.1.1.1")];
        assert_eq!(address(&client, &headers), "203.0.113.7");
    }

    #[test]
    fn a_connection_without_an_address_has_one_that_is_nobody_s() {
        let client = client(None);
        assert_eq!(client_address(client.get("/").inner()).to_string(), "0.0.0.0");
    }
}
