//! What receivers that are not ours make of our RTP: every sample, in its place, soon, and reports that tell the time.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, missing_docs)]

use std::io::Read;
use std::net::UdpSocket;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use domain::{Frames, Position};
use jiff::{SignedDuration, Timestamp};
use playout::outputs::rtp::{OutputClocks, RtpFormat, RtpIdentity, RtpOptions, RtpSender};
use playout::realtime::{BLOCK_FRAMES, Block, Fanout, TapReader, TapSpec};

/// How long the chain sounds.
const BLOCKS: u64 = 400;
/// What must reach every receiver: three seconds.
const RECEIVED_MIN: usize = 3 * 48_000;

/// Where the chain begins: a position far from zero, as after days on the air.
const FROM: u64 = 480_000_000;

/// A sweep that sounds different everywhere; left and right differ.
fn sound(position: u64) -> [f32; 2] {
    let n = (position - FROM) as f64;
    let phase = n * 0.02 + n * n * 0.000_000_2;
    [(phase.sin() * 0.7) as f32, ((phase * 0.71).cos() * 0.5) as f32]
}

/// Two ports in a row that nobody has.
fn ports() -> (u16, UdpSocket, UdpSocket) {
    for _ in 0..100 {
        let rtp = UdpSocket::bind("127.0.0.1:0").unwrap();
        let port = rtp.local_addr().unwrap().port();
        if port.is_multiple_of(2)
            && let Ok(reports) = UdpSocket::bind(("127.0.0.1", port + 1))
        {
            return (port, rtp, reports);
        }
    }
    panic!("no two free ports in a row");
}

fn options(port: u16, format: RtpFormat, packet_ms: u8) -> RtpOptions {
    RtpOptions::new(format!("127.0.0.1:{port}").parse().unwrap(), format, packet_ms, 46).unwrap()
}

fn receiver(name: &str, args: &[String]) -> Child {
    let mut command = Command::new(name);
    command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    command.spawn().unwrap_or_else(|e| panic!("this test needs {name} (run `make setup-test`): {e}"))
}

fn ffmpeg(dir: &Path, options: &RtpOptions, raw: &str) -> Child {
    let path = dir.join(format!("{}.sdp", options.to.port()));
    std::fs::write(&path, options.describe("GAO".parse().unwrap(), "127.0.0.1".parse().unwrap(), 1)).unwrap();
    let path = path.to_str().unwrap();
    let args = [
        "-v",
        "error",
        "-protocol_whitelist",
        "file,rtp,udp",
        "-i",
        path,
        "-t",
        "3.2",
        "-f",
        raw,
        "-flush_packets",
        "1",
        "-",
    ];
    receiver("ffmpeg", &args.map(str::to_owned))
}

fn gstreamer(options: &RtpOptions, name: &str, after: &[&str]) -> Child {
    let (port, kind) = (options.to.port(), options.format.payload_type());
    let caps =
        format!("caps=application/x-rtp,media=audio,clock-rate=48000,encoding-name={name},channels=2,payload={kind}");
    let buffers = 3_300 / u32::from(options.packet_ms);
    let mut args = vec!["-q".into(), "udpsrc".into(), format!("port={port}"), caps, format!("num-buffers={buffers}")];
    args.extend(after.iter().map(|s| (*s).to_owned()));
    args.extend(["!", "fdsink", "fd=1", "sync=false"].map(str::to_owned));
    receiver("gst-launch-1.0", &args)
}

/// What a receiver gave, and when each part of it came.
type Heard = (Vec<u8>, Vec<(Instant, usize)>);

fn reading(mut child: Child) -> thread::JoinHandle<Heard> {
    thread::spawn(move || {
        let (mut bytes, mut times, mut part) = (Vec::new(), Vec::new(), [0; 4_096]);
        let mut out = child.stdout.take().unwrap();
        while let Ok(n @ 1..) = out.read(&mut part) {
            bytes.extend_from_slice(&part[..n]);
            times.push((Instant::now(), bytes.len()));
        }
        let _ = child.wait();
        (bytes, times)
    })
}

fn until_bound(port: u16) {
    let wanted = format!(":{port:04X} ");
    let deadline = Instant::now() + Duration::from_secs(20);
    while !std::fs::read_to_string("/proc/net/udp").unwrap().contains(&wanted) {
        assert!(Instant::now() < deadline, "nobody listens at {port}");
        thread::sleep(Duration::from_millis(10));
    }
}

fn sender(options: RtpOptions, identity: RtpIdentity, tap: TapReader, clocks: &OutputClocks) -> RtpSender {
    RtpSender::start(options, identity, "mikado-GAO", tap, clocks.clone()).unwrap()
}

/// Finds `got` in what was sent and checks that every sample of it is the next one; gives the first position.
fn aligned(got: &[[i32; 2]], scale: f64) -> u64 {
    let sent = |position: u64| sound(position).map(|s| (f64::from(s) * scale).round() as i32);
    let starts = FROM..FROM + BLOCKS * BLOCK_FRAMES as u64 - got.len() as u64;
    let first = starts.into_iter().find(|p| (0..32).all(|i| sent(p + i) == got[i as usize])).expect("it was sent");
    for (i, frame) in got.iter().enumerate() {
        assert_eq!(*frame, sent(first + i as u64), "frame {i} of {}", got.len());
    }
    first
}

fn l24(bytes: &[u8]) -> Vec<[i32; 2]> {
    let sample = |b: &[u8]| i32::from_be_bytes([b[0], b[1], b[2], 0]) >> 8;
    bytes.chunks_exact(6).map(|f| [sample(&f[..3]), sample(&f[3..])]).collect()
}

fn l16(bytes: &[u8]) -> Vec<[i32; 2]> {
    let sample = |b: &[u8]| i32::from(i16::from_le_bytes([b[0], b[1]]));
    bytes.chunks_exact(4).map(|f| [sample(&f[..2]), sample(&f[2..])]).collect()
}

/// Sequence and timestamps of what reached our own socket, and the sender reports with the packets before them.
fn watched(rtp: &UdpSocket, reports: &UdpSocket, identity: RtpIdentity, from: Timestamp) {
    let (mut packet, mut next) = ([0; 2_048], None);
    let mut count = 0;
    rtp.set_nonblocking(true).unwrap();
    while let Ok(n) = rtp.recv(&mut packet) {
        let sequence = u16::from_be_bytes([packet[2], packet[3]]);
        let timestamp = u32::from_be_bytes(packet[4..8].try_into().unwrap());
        assert_eq!(n, 12 + 6 * 240);
        let (expected, at) = next.unwrap_or((sequence, timestamp));
        assert_eq!((sequence, timestamp), (expected, at), "a hole after {count} packets");
        next = Some((sequence.wrapping_add(1), timestamp.wrapping_add(240)));
        count += 1;
    }
    assert!(count > 600, "{count} packets of 5 ms");
    reports.set_nonblocking(true).unwrap();
    let mut count = 0;
    while let Ok(n) = reports.recv(&mut packet) {
        assert!(n >= 28 && packet[1] == 200, "a sender report");
        let ntp = u64::from_be_bytes(packet[8..16].try_into().unwrap());
        let timestamp = u32::from_be_bytes(packet[16..20].try_into().unwrap());
        let since_s = ntp as f64 / 4_294_967_296.0 - 2_208_988_800.0 - from.as_nanosecond() as f64 / 1e9;
        let at = timestamp.wrapping_sub(identity.timestamp_of(Position(FROM)));
        let off_s = since_s - f64::from(at) / 48_000.0;
        assert!(off_s.abs() < 0.002, "report {count} is {off_s} s off the wall");
        count += 1;
    }
    assert!(count >= 2, "one at the start, one with the goodbye: {count}");
}

#[test]
fn foreign_receivers_get_every_sample_and_reports_tell_the_wall() {
    let dir = tempfile::tempdir().unwrap();
    let (l16_port, l24_port, opus_port) = (ports().0, ports().0, ports().0);
    let (own_port, rtp, reports) = ports();
    rustix::net::sockopt::set_socket_recv_buffer_size(&rtp, 4 << 20).unwrap();
    let l16_options = options(l16_port, RtpFormat::L16, 4);
    let l24_options = options(l24_port, RtpFormat::L24, 1);
    let opus_options = options(opus_port, RtpFormat::Opus { bitrate_bps: 128_000 }, 20);
    let by_ffmpeg = reading(ffmpeg(dir.path(), &l16_options, "s16le"));
    let by_gstreamer = reading(gstreamer(&l24_options, "L24", &["!", "rtpL24depay"]));
    let opus_depay = ["!", "rtpopusdepay", "!", "opusdec", "!", "audio/x-raw,format=S16LE,rate=48000,channels=2"];
    let by_opus = reading(gstreamer(&opus_options, "OPUS", &opus_depay));
    [l16_port, l24_port, opus_port].into_iter().for_each(until_bound);
    let (mut fanout, taps) = Fanout::new(&["a", "b", "c", "d"].map(|n| TapSpec::new(n, Frames::from_secs(1))));
    let (start, wall) =
        (Instant::now() + Duration::from_millis(50), Timestamp::now() + SignedDuration::from_millis(50));
    let clocks = OutputClocks {
        position: Arc::new(move |now| Position(FROM) + Frames::from_duration(now.saturating_duration_since(start))),
        wall: Arc::new(Timestamp::now),
    };
    let identity = RtpIdentity { ssrc: 77, sequence: 65_000, timestamp: 4_000_000_000 };
    let all = [l16_options, l24_options, opus_options, options(own_port, RtpFormat::L24, 5)];
    let senders: Vec<_> = all.into_iter().zip(taps).map(|(o, tap)| sender(o, identity, tap, &clocks)).collect();
    for n in 0..BLOCKS {
        thread::sleep((start + Duration::from_millis(10 * n)).saturating_duration_since(Instant::now()));
        let mut block = Block { at: Position(FROM + n * BLOCK_FRAMES as u64), ..Block::default() };
        block.frames.iter_mut().zip(block.at.0..).for_each(|(frame, position)| *frame = sound(position));
        fanout.push(&block);
    }
    senders.iter().for_each(RtpSender::stop);
    let deadline = Instant::now() + Duration::from_secs(5);
    while senders.iter().any(|s| !s.has_ended()) && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(5));
    }
    // The others end before the sound does; our own socket stays to the last packet.
    let own = &senders[3];
    assert_eq!((own.reading().lost, own.errors()), (Frames::ZERO, 0), "{:?}", own.reading());
    watched(&rtp, &reports, identity, wall);
    let got = l16(&by_ffmpeg.join().unwrap().0);
    assert!(got.len() >= RECEIVED_MIN, "{} frames by ffmpeg", got.len());
    aligned(&got, 32_768.0);
    let (bytes, times) = by_gstreamer.join().unwrap();
    let got = l24(&bytes);
    assert!(got.len() >= RECEIVED_MIN, "{} frames by GStreamer", got.len());
    let first = aligned(&got, 8_388_608.0);
    let mut late_ms: Vec<f64> = times
        .iter()
        .map(|(when, bytes)| {
            let sounded = Duration::from_secs_f64((first + *bytes as u64 / 6 - FROM) as f64 / 48_000.0);
            (when.saturating_duration_since(start).as_secs_f64() - sounded.as_secs_f64()) * 1e3
        })
        .collect();
    late_ms.sort_by(f64::total_cmp);
    let (middle, worst) = (late_ms[late_ms.len() / 2], late_ms[late_ms.len() * 99 / 100]);
    println!(
        "from the last frame of a packet to GStreamer’s output: {middle:.2} ms in the middle, {worst:.2} ms for 99 of 100"
    );
    assert!(middle < 40.0, "{middle} ms");
    let opus = by_opus.join().unwrap().0.len() / 4;
    assert!(opus >= RECEIVED_MIN, "{opus} frames of Opus");
}

#[test]
fn a_receiver_that_is_not_there_is_told_and_costs_nothing_else() {
    let (port, rtp, reports) = ports();
    drop((rtp, reports));
    let (mut fanout, mut taps) = Fanout::new(&[TapSpec::new("rtp", Frames::from_secs(1))]);
    let start = Instant::now();
    let clocks = OutputClocks {
        position: Arc::new(move |now| Position(0) + Frames::from_duration(now - start)),
        wall: Arc::new(Timestamp::now),
    };
    let identity = RtpIdentity { ssrc: 1, sequence: 0, timestamp: 0 };
    let sender = sender(options(port, RtpFormat::L16, 5), identity, taps.remove(0), &clocks);
    for n in 0..20 {
        let block = Block { at: Position(n * BLOCK_FRAMES as u64), ..Block::default() };
        fanout.push(&block);
        thread::sleep(Duration::from_millis(10));
    }
    assert!(sender.errors() > 0);
    assert_eq!(sender.reading().trouble.map(|t| t.code), Some("rtp.refused".to_owned()));
    sender.stop();
}
