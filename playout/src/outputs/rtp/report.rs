//! RTCP: the sender report that ties timestamps to the wall, the name beside it, and the goodbye (RFC 3550 §6).

use super::Packetiser;

const VERSION: u8 = 2 << 6;
const SENDER_REPORT: u8 = 200;
const DESCRIPTION: u8 = 202;
const GOODBYE: u8 = 203;
const CNAME: u8 = 1;
/// A canonical name is a line of text, not a file.
const CNAME_BYTES_MAX: usize = 64;

/// A sender report with the canonical name. `ntp` and `timestamp` are the same instant on both scales.
pub(super) fn sender_report(stream: &Packetiser, ntp: u64, timestamp: u32, name: &str) -> Vec<u8> {
    let ssrc = stream.identity().ssrc.to_be_bytes();
    let (packets, bytes) = stream.sent();
    let mut report = vec![VERSION, SENDER_REPORT, 0, 6];
    report.extend(ssrc);
    report.extend(ntp.to_be_bytes());
    report.extend(timestamp.to_be_bytes());
    report.extend(packets.to_be_bytes());
    report.extend(bytes.to_be_bytes());
    report.extend(description(ssrc, name));
    report
}

/// The same for a stream that ends.
pub(super) fn goodbye(stream: &Packetiser, ntp: u64, timestamp: u32, name: &str) -> Vec<u8> {
    let mut report = sender_report(stream, ntp, timestamp, name);
    report.extend([VERSION | 1, GOODBYE, 0, 1]);
    report.extend(stream.identity().ssrc.to_be_bytes());
    report
}

fn description(ssrc: [u8; 4], name: &str) -> Vec<u8> {
    let name = &name.as_bytes()[..name.len().min(CNAME_BYTES_MAX)];
    let mut chunk = ssrc.to_vec();
    chunk.extend([CNAME, name.len() as u8]);
    chunk.extend_from_slice(name);
    // At least one null octet ends the list, then up to the next word.
    chunk.push(0);
    chunk.resize(chunk.len().next_multiple_of(4), 0);
    let mut packet = vec![VERSION | 1, DESCRIPTION, 0, (chunk.len() / 4) as u8];
    packet.extend(chunk);
    packet
}

#[cfg(test)]
mod tests {
    use domain::Position;

    use super::super::{RtpFormat, RtpIdentity, RtpOptions};
    use super::*;

    #[test]
    fn a_report_is_whole_words_of_what_the_standard_says() {
        let options = RtpOptions::new("127.0.0.1:5004".parse().unwrap(), RtpFormat::L24, 1, 0).unwrap();
        let mut stream = Packetiser::new(&options, RtpIdentity { ssrc: 9, sequence: 0, timestamp: 5 }).unwrap();
        stream.packet(&[0.0; 96], Position(0), true).unwrap();
        for name in ["mikado-GAO", "abc", "abcd", ""] {
            let report = goodbye(&stream, 0x0102_0304_0506_0708, 77, name);
            assert_eq!(report.len() % 4, 0);
            assert_eq!(report[..8], [0x80, 200, 0, 6, 0, 0, 0, 9]);
            assert_eq!(report[8..16], [1, 2, 3, 4, 5, 6, 7, 8]);
            assert_eq!(report[16..28], [0, 0, 0, 77, 0, 0, 0, 1, 0, 0, 1, 32]);
            // Every length field leads to the next packet, and the last one to the end.
            let mut at = 0;
            while at < report.len() {
                at += 4 + 4 * usize::from(report[at + 3]);
            }
            assert_eq!(at, report.len(), "{name}");
        }
    }
}
