//! The RTP streams of a site: their senders, and the descriptions that receivers ask for.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::path::Path;
use std::sync::Arc;

use domain::{Finding, SiteId};
use playout::outputs::rtp::{OutputClocks, RtpIdentity, RtpOptions, RtpSender};
use playout::realtime::TapReader;

use super::options::AirOptions;
use super::outlets::started;
use super::pace::PaceState;
use crate::clock::WallClock;

/// One stream: `GAO.sdp` describes the first, `GAO-2.sdp` the second.
pub struct RtpOutlet {
    /// Its description.
    pub description: Description,
    /// What sends it.
    pub sender: RtpSender,
}

/// What a receiver must know before the first packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// The name of its file.
    pub file: String,
    /// Its text.
    pub text: String,
}

impl Description {
    /// Describes a stream and lays the description into the site's folder.
    pub fn new(rtp: &RtpOptions, identity: RtpIdentity, (site, dir): (SiteId, &Path), file: String) -> Self {
        let text = rtp.describe(site, our_address(rtp.to), u64::from(identity.ssrc));
        // The file is a convenience beside the page; the stream goes without it.
        let _ = std::fs::write(dir.join(&file), &text);
        Self { file, text }
    }
}

/// Starts a sender for each stream and lays its description into the site's folder.
pub fn open(
    options: &AirOptions,
    streams: Vec<(RtpOptions, TapReader)>,
    pace: &Arc<PaceState>,
    failed: &mut Vec<Finding>,
) -> Vec<RtpOutlet> {
    let site = options.site;
    let clocks = clocks(pace, options.clock);
    let mut outlets = Vec::new();
    for ((rtp, tap), number) in streams.into_iter().zip(1..) {
        let identity = identity();
        let file = if number == 1 { format!("{site}.sdp") } else { format!("{site}-{number}.sdp") };
        let description = Description::new(&rtp, identity, (site, &options.data_dir), file);
        let sender = RtpSender::start(rtp, identity, &name(site), tap, clocks.clone());
        outlets.extend(started(sender, failed).map(|sender| RtpOutlet { description, sender }));
    }
    outlets
}

/// The name by which receivers know a site's streams.
pub fn name(site: SiteId) -> String {
    format!("mikado-{site}")
}

/// Where the output stands and what the wall shows.
pub fn clocks(pace: &Arc<PaceState>, clock: WallClock) -> OutputClocks {
    let pace = Arc::clone(pace);
    OutputClocks { position: Arc::new(move |now| pace.position(now)), wall: Arc::new(move || clock.now()) }
}

/// Who sends, in this life of the process.
pub fn identity() -> RtpIdentity {
    let mut random = [0; 16];
    // Without random numbers a receiver may take this life of the process for the last one's.
    let _ = getrandom::fill(&mut random);
    RtpIdentity::from_random(u128::from_le_bytes(random))
}

/// The address from which this machine reaches `to`: asking sends nothing.
fn our_address(to: SocketAddr) -> IpAddr {
    let asked = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).and_then(|s| s.connect(to).map(|()| s));
    asked.and_then(|s| s.local_addr()).map_or(Ipv4Addr::LOCALHOST.into(), |a| a.ip())
}
