//! Which hosts and networks may be contacted, so that an address from a configuration or a secret cannot lead inside the network.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use ipnet::IpNet;

use crate::look_up::look_up;
use crate::target::{Target, matches};

/// What may be contacted.
#[derive(Clone, Debug, Default)]
pub struct Reach {
    /// Hosts, exact or `*.example.org`, in addition to those of Teams and Slack for their channels.
    pub hosts: Vec<String>,
    /// Networks, in addition to the public internet. If loopback is among them, it may be contacted without TLS.
    pub networks: Vec<IpNet>,
}

/// Why an address is not contacted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReachError {
    /// Its host is not allowed.
    #[error("The host {0} is not allowed. Allow it with allow-host.")]
    Host(String),
    /// Its name has no address.
    #[error("The host {0} has no address.")]
    Unresolved(String),
    /// Its name was not resolved in time.
    #[error("The name {host} was not resolved within {seconds} s.")]
    Late {
        /// The host.
        host: String,
        /// How long its address was looked up.
        seconds: u64,
    },
    /// It leads to a network that is not public.
    #[error(
        "The host {host} has the address {address}, which is not public. Allow its network with allow-network."
    )]
    Inside {
        /// The host.
        host: String,
        /// Its address.
        address: IpAddr,
    },
    /// It is not encrypted.
    #[error(
        "The address of {0} is not encrypted. Use https or smtps; without TLS only loopback can be contacted, if it is allowed with allow-network."
    )]
    Plain(String),
}

/// What cannot be the name of a host, or is a pattern for hosts of any domain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("allow-host is {0:?}. Write a host such as hooks.example.org, or *.example.org for all below it.")]
pub struct WrongHost(String);

impl Reach {
    /// These hosts and networks may be contacted.
    pub fn new(hosts: Vec<String>, networks: Vec<IpNet>) -> Result<Self, WrongHost> {
        let is_name = |host: &String| {
            let name = host.strip_prefix("*.").unwrap_or(host);
            let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
            let is_address = |name: &str| name.trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
            let is_one = name == host && is_address(name);
            is_one || (!name.is_empty() && !name.starts_with('.') && name.bytes().all(is_part))
        };
        match hosts.iter().find(|host| !is_name(host)) {
            Some(wrong) => Err(WrongHost(wrong.clone())),
            None => Ok(Self { hosts, networks }),
        }
    }

    /// Whether a target's host is allowed at all.
    pub fn check(&self, target: &Target) -> Result<(), ReachError> {
        let patterns =
            self.hosts.iter().map(String::as_str).chain(target.channel.own_hosts().iter().copied());
        let mut patterns = patterns;
        if patterns.any(|pattern| matches(pattern, &target.host)) {
            Ok(())
        } else {
            Err(ReachError::Host(target.host.clone()))
        }
    }

    /// The addresses to connect to, and the time that is left for that. The name is resolved once, here, so that what is checked is
    /// what is contacted.
    pub(crate) fn resolve(
        &self,
        target: &Target,
        port: u16,
        within: Duration,
    ) -> Result<(Vec<SocketAddr>, Duration), ReachError> {
        self.check(target)?;
        let host = || target.host.clone();
        let late = || ReachError::Late { host: host(), seconds: within.as_secs() };
        let (found, left) = look_up(&target.host, port, within).ok_or_else(late)?;
        let found = found.map_err(|_| ReachError::Unresolved(host()))?;
        let is_plain = target.url.scheme() == "http";
        let (allowed, refused): (Vec<_>, Vec<_>) =
            found.into_iter().partition(|address| self.allows(address.ip()));
        if is_plain
            && !(allowed.iter().chain(&refused).all(|address| address.ip().to_canonical().is_loopback()))
        {
            return Err(ReachError::Plain(host()));
        }
        match (allowed.is_empty(), refused.first()) {
            (false, _) => Ok((allowed, left)),
            (true, Some(address)) => Err(ReachError::Inside { host: host(), address: address.ip() }),
            (true, None) => Err(ReachError::Unresolved(host())),
        }
    }

    fn allows(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        is_public(address) || self.networks.iter().any(|network| network.contains(&address))
    }
}

/// Whether an address is of the public internet.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => {
            let segments = address.segments();
            let embedded = |high: u16, low: u16| {
                let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
                is_public_v4(Ipv4Addr::new(a, b, c, d))
            };
            match segments {
                // NAT64 and 6to4 lead to the IPv4 address inside them.
                [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => embedded(high, low),
                // Teredo, other protocol assignments, and documentation.
                [0x2001, 0..=0x1ff | 0xdb8, ..] => false,
                [first, ..] => (first & 0xe000) == 0x2000,
            }
        }
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_shared = a == 100 && (64..128).contains(&b);
    let is_protocol = a == 192 && b == 0 && c == 0;
    let is_benchmark = a == 198 && (b == 18 || b == 19);
    let is_reserved = a == 0 || a >= 240;
    !(address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || address.is_multicast()
        || is_shared
        || is_protocol
        || is_benchmark
        || is_reserved)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// NT-13
    #[test]
    fn only_addresses_of_the_public_internet_are_public() {
        let inside = [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "100.127.255.255",
            "192.0.0.1",
            "198.18.0.1",
            "198.19.0.1",
            "240.0.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
            "64:ff9b::7f00:1",
            "64:ff9b::a01:203",
            "2002:7f00:1::1",
            "fec0::1",
        ];
        for address in inside {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
        let outside = [
            "8.8.8.8",
            "52.112.0.1",
            "100.63.255.255",
            "100.128.0.1",
            "192.0.1.1",
            "192.1.0.1",
            "193.0.0.1",
            "198.17.0.1",
            "198.20.0.1",
            "199.18.0.1",
            "2620:1ec:c11::200",
            "64:ff9b::808:808",
            "2002:808:808::1",
        ];
        for address in outside {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }

    /// NT-12, NT-13
    #[test]
    fn a_host_is_contacted_only_if_it_and_its_network_are_allowed() {
        let target = |address: &str| Target::new(address, None).unwrap();
        let reach = |hosts: &[&str], networks: &[&str]| Reach {
            hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
            networks: networks.iter().map(|network| network.parse().unwrap()).collect(),
        };
        let resolve = |reach: &Reach, target: &Target, port| {
            reach.resolve(target, port, Duration::from_secs(20)).map(|(addresses, _)| addresses)
        };
        let inside = target("https://10.1.2.3/hook");
        let refused = resolve(&reach(&[], &[]), &inside, 443).unwrap_err();
        assert_eq!(refused, ReachError::Host("10.1.2.3".to_owned()));
        let refused = resolve(&reach(&["10.1.2.3"], &[]), &inside, 443).unwrap_err();
        assert!(matches!(refused, ReachError::Inside { .. }), "{refused}");
        assert_eq!(resolve(&reach(&["10.1.2.3"], &["10.0.0.0/8"]), &inside, 443).unwrap().len(), 1);
        let plain = target("http://10.1.2.3/hook");
        let refused = resolve(&reach(&["10.1.2.3"], &["10.0.0.0/8"]), &plain, 80).unwrap_err();
        assert_eq!(refused, ReachError::Plain("10.1.2.3".to_owned()));
        let mapped = target("https://[::ffff:10.1.2.3]/hook");
        let host = ["::ffff:10.1.2.3", "::ffff:a01:203"];
        let refused = resolve(&reach(&host, &[]), &mapped, 443).unwrap_err();
        assert!(matches!(refused, ReachError::Inside { .. }), "{refused}");
        let loopback = target("http://127.0.0.1/hook");
        assert!(resolve(&reach(&["127.0.0.1"], &[]), &loopback, 80).is_err());
        assert!(resolve(&reach(&["127.0.0.1"], &["127.0.0.0/8"]), &loopback, 80).is_ok());
        assert!(reach(&[], &[]).check(&target("https://hooks.slack.com/services/x")).is_ok());
    }
}
