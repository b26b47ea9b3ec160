//! The RTP streams of a site: their senders, and the descriptions that receivers ask for.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;

use domain::Finding;
use playout::outputs::rtp::{OutputClocks, RtpIdentity, RtpOptions, RtpSender};
use playout::realtime::TapReader;

use super::options::AirOptions;
use super::outlets::started;
use super::pace::PaceState;

/// One stream: `GAO.sdp` describes the first, `GAO-2.sdp` the second.
pub struct RtpOutlet {
    /// The name of its description.
    pub file: String,
    /// Its description.
    pub description: String,
    /// What sends it.
    pub sender: RtpSender,
}

/// Starts a sender for each stream and lays its description into the site's folder.
pub fn open(
    options: &AirOptions,
    streams: Vec<(RtpOptions, TapReader)>,
    pace: &Arc<PaceState>,
    failed: &mut Vec<Finding>,
) -> Vec<RtpOutlet> {
    let (pace, clock, site) = (Arc::clone(pace), options.clock, options.site);
    let clocks =
        OutputClocks { position: Arc::new(move |now| pace.position(now)), wall: Arc::new(move || clock.now()) };
    let mut outlets = Vec::new();
    for ((rtp, tap), number) in streams.into_iter().zip(1..) {
        let mut random = [0; 16];
        // Without random numbers a receiver may take this life of the process for the last one's.
        let _ = getrandom::fill(&mut random);
        let identity = RtpIdentity::from_random(u128::from_le_bytes(random));
        let file = if number == 1 { format!("{site}.sdp") } else { format!("{site}-{number}.sdp") };
        let description = rtp.describe(site, our_address(rtp.to), u64::from(identity.ssrc));
        // The file is a convenience beside the page; the stream goes without it.
        let _ = std::fs::write(options.data_dir.join(&file), &description);
        let sender = RtpSender::start(rtp, identity, &format!("mikado-{site}"), tap, clocks.clone());
        outlets.extend(started(sender, failed).map(|sender| RtpOutlet { file, description, sender }));
    }
    outlets
}

/// The address from which this machine reaches `to`: asking sends nothing.
fn our_address(to: SocketAddr) -> IpAddr {
    let asked = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).and_then(|s| s.connect(to).map(|()| s));
    asked.and_then(|s| s.local_addr()).map_or(Ipv4Addr::LOCALHOST.into(), |a| a.ip())
}
