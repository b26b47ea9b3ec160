//! What a receiver must know before the first packet: SDP (RFC 8866) with the attributes that AES67 §8 names.

use std::net::IpAddr;

use domain::SiteId;

use super::{RtpFormat, RtpOptions};

/// How many routers a multicast packet may pass (AES67 §6.4 leaves it to the user; 32 stays within a site).
pub(super) const HOPS: u32 = 32;

pub(super) fn describe(options: &RtpOptions, site: SiteId, origin: IpAddr, session: u64) -> String {
    let RtpOptions { to, format, packet_ms, .. } = options;
    let (address, port, kind) = (to.ip(), to.port(), format.payload_type());
    let scope = if address.is_multicast() && address.is_ipv4() { format!("/{HOPS}") } else { String::new() };
    let coding = match format {
        RtpFormat::L16 => "L16/48000/2".to_owned(),
        RtpFormat::L24 => "L24/48000/2".to_owned(),
        RtpFormat::Opus { .. } => "opus/48000/2".to_owned(),
        RtpFormat::MultiplexL16 => "L16/192000/1".to_owned(),
        RtpFormat::MultiplexL24 => "L24/192000/1".to_owned(),
    };
    let mut lines = vec![
        "v=0".to_owned(),
        format!("o=- {session} 1 IN {} {origin}", family(origin)),
        format!("s=Mikado FM {site}"),
        format!("c=IN {} {address}{scope}", family(address)),
        "t=0 0".to_owned(),
        format!("m=audio {port} RTP/AVP {kind}"),
        format!("a=rtpmap:{kind} {coding}"),
    ];
    if let RtpFormat::Opus { bitrate_bps } = format {
        lines.push(format!("a=fmtp:{kind} stereo=1; sprop-stereo=1; cbr=1; maxaveragebitrate={bitrate_bps}"));
    }
    lines.extend([
        format!("a=ptime:{packet_ms}"),
        format!("a=maxptime:{packet_ms}"),
        format!("a=rtcp:{}", port.saturating_add(1)),
        "a=sendonly".to_owned(),
        // The media clock is this machine's own, not one that a network shares (RFC 7273 §4.8, §5.1).
        "a=ts-refclk:local".to_owned(),
        "a=mediaclk:sender".to_owned(),
    ]);
    lines.join("\r\n") + "\r\n"
}

const fn family(address: IpAddr) -> &'static str {
    if address.is_ipv4() { "IP4" } else { "IP6" }
}
