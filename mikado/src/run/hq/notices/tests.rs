//! Servers that hang, lie and flood, and what goes over the line.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

use domain::Severity;
use jiff::tz::TimeZone;

use super::smtp::{SmtpError, Step, deliver};
use super::*;
use crate::notices::{GatewayOptions, Kind, MailOptions, Notice, Security};

const PATIENCE: Duration = Duration::from_millis(600);

/// A server that does with one caller what `serve` does; what it heard comes back.
fn server(serve: impl FnOnce(TcpStream) -> String + Send + 'static) -> (u16, thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    (port, thread::spawn(move || serve(listener.accept().unwrap().0)))
}

fn options(port: u16, security: Security) -> MailOptions {
    let from = "mikado@example.org".into();
    MailOptions { host: "localhost".into(), port, security, authorities: None, user: None, from }
}

/// Answers to each line what `answer` makes of it, until the caller leaves.
fn talking(mut line: TcpStream, answer: impl Fn(&str) -> &'static str) -> String {
    let mut heard = String::new();
    let _ = line.write_all(b"220 here\r\n");
    let mut lines = BufReader::new(line.try_clone().unwrap());
    let mut in_text = false;
    loop {
        let mut said = String::new();
        if lines.read_line(&mut said).unwrap_or(0) == 0 {
            return heard;
        }
        heard += &said;
        if in_text && said != ".\r\n" {
            continue;
        }
        in_text = said == "DATA\r\n";
        let _ = line.write_all(answer(said.trim_end()).as_bytes());
    }
}

fn politely(said: &str) -> &'static str {
    match said.split([' ', ':']).next().unwrap_or_default() {
        "EHLO" => "250-here\r\n250-AUTH LOGIN PLAIN\r\n250 8BITMIME\r\n",
        "DATA" => "354 go on\r\n",
        "QUIT" => "221 bye\r\n",
        _ => "250 ok\r\n",
    }
}

#[test]
fn a_server_that_hangs_drips_floods_or_refuses_costs_its_mail_alone() {
    let tried = |serve: fn(TcpStream) -> String, security| {
        let (port, _served) = server(serve);
        let begun = Instant::now();
        let sent = deliver(&options(port, security), Some(("awa@example.org", "x")), PATIENCE);
        assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
        sent.unwrap_err()
    };
    let silent = tried(
        |line| {
            thread::sleep(4 * PATIENCE);
            drop(line);
            String::new()
        },
        Security::Clear,
    );
    assert!(matches!(silent, SmtpError::Line(e) if e.kind() == std::io::ErrorKind::TimedOut));
    let drips = tried(
        |mut line| {
            while line.write_all(b"2").is_ok() {
                thread::sleep(PATIENCE / 6);
            }
            String::new()
        },
        Security::Clear,
    );
    assert!(matches!(drips, SmtpError::Line(e) if e.kind() == std::io::ErrorKind::TimedOut));
    let floods = tried(
        |mut line| {
            while line.write_all(&[b'x'; 4_096]).is_ok() {}
            String::new()
        },
        Security::Clear,
    );
    assert!(matches!(floods, SmtpError::Line(_)));
    let no_tls = tried(|line| talking(line, politely), Security::StartTls);
    assert!(matches!(no_tls, SmtpError::Clear), "a password is never said in the clear: {no_tls}");
    let no_such = |said: &str| if said.starts_with("RCPT") { "550 5.1.1 nobody\r\n" } else { politely(said) };
    let (port, _served) = server(move |line| talking(line, no_such));
    let refused = deliver(&options(port, Security::Clear), Some(("awa@example.org", "x")), PATIENCE);
    assert!(matches!(refused, Err(SmtpError::Refused { step: Step::To, .. })), "{refused:?}");
    let gone = deliver(&options(port, Security::Clear), None, PATIENCE);
    assert!(matches!(gone, Err(SmtpError::Line(_))), "{gone:?}");
}

fn lost_carrier() -> Notice {
    let fr = "La porteuse est coupée depuis 08:10 ; personne n'entend Gao à la radio. Vérifiez l'émetteur.";
    let finding = Finding {
        code: "transmitter.off".into(),
        severity: Severity::Blocking,
        at_s: None,
        fr: fr.into(),
        en: "The carrier is off since 08:10; nobody hears Gao by radio. Check the transmitter.".into(),
    };
    let since = "2026-11-24T08:10:00Z".parse().unwrap();
    let condition = Condition { site: "GAO".parse().unwrap(), finding, since };
    let at = "2026-11-24T08:12:00Z".parse::<Timestamp>().unwrap().to_zoned(TimeZone::UTC);
    Notice { kind: Kind::Change, at, raised: vec![condition.clone()], over: Vec::new(), lasting: vec![condition] }
}

#[test]
fn a_mail_says_everything_in_both_languages_and_a_point_ends_nothing() {
    let (port, served) = server(|line| talking(line, politely));
    let text = mail::written(&lost_carrier(), "mikado@example.org", "awa@example.org", 1);
    deliver(&options(port, Security::Clear), Some(("awa@example.org", &format!("{text}\n.\n.end\n"))), PATIENCE)
        .unwrap();
    let heard = served.join().unwrap();
    for line in [
        "MAIL FROM:<mikado@example.org>\r\n",
        "RCPT TO:<awa@example.org>\r\n",
        "Auto-Submitted: auto-generated\r\n",
        "\r\n..\r\n..end\r\n.\r\n",
    ] {
        assert!(heard.contains(line), "{line}: {heard}");
    }
    assert!(heard.lines().all(|l| l.len() <= 78), "{heard}");
    assert!(heard.contains("Date: Tue, 24 Nov 2026 08:12:00 +0000"), "{heard}");
    let body = lost_carrier().body();
    assert!(
        body.contains("GAO, depuis 24/11 08:10 · La porteuse") && body.contains("GAO, since 24/11 08:10 · The carrier"),
        "{body}"
    );
    assert_eq!(lost_carrier().subject(), "Mikado GAO : La porteuse est coupée depuis 08:10");
}

#[test]
fn a_short_message_holds_what_matters_in_160_characters() {
    let one = lost_carrier();
    assert_eq!(one.short().read(), "Mikado 24/11 08:12 GAO: La porteuse est coupée depuis 08:10.");
    let mut many = one.clone();
    for site in ["KDL", "MNK", "TBU", "MPT", "SEG", "BKO"] {
        many.raised.push(Condition { site: site.parse().unwrap(), ..one.raised[0].clone() });
    }
    let short = many.short();
    assert!(short.chars() <= 160 && short.read().ends_with(" +4"), "{}", short.read());
    let mut long = one;
    long.raised[0].finding.fr = format!("Le disque 192.168.1.1 {} fin", "ê".repeat(300));
    let cut = long.short();
    assert!(
        cut.chars() <= 160 && cut.read().contains("192.168.1.1 eee") && cut.read().ends_with("..."),
        "{}",
        cut.read()
    );
}

#[test]
fn a_gateway_gets_number_and_text_and_its_token_is_never_shown() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("token"), "tres-secret\n").unwrap();
    let answered = |answer: &'static [u8]| {
        let (port, served) = server(move |mut line| {
            let mut heard = vec![0; 4_096];
            let mut n = 0;
            while !String::from_utf8_lossy(&heard[..n]).contains("text=") {
                n += line.read(&mut heard[n..]).unwrap();
            }
            line.write_all(answer).unwrap();
            String::from_utf8_lossy(&heard[..n]).into_owned()
        });
        let gateway = GatewayOptions {
            url: format!("http://127.0.0.1:{port}/send"),
            token: Some(crate::config::Password::InFile(dir.path().join("token"))),
            to_field: "to".into(),
            text_field: "text".into(),
            fields: vec![("from".into(), "Mikado".into())],
            is_json: false,
        };
        let mut ways = Ways::new(&NoticeOptions { gateway: Some(gateway), ..NoticeOptions::default() });
        let to = Address::Sms("+22376000000".parse().unwrap());
        (ways.send(&to, &lost_carrier(), 1), served.join().unwrap())
    };
    let (sent, heard) = answered(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    assert!(sent.is_ok());
    let lower = heard.to_ascii_lowercase();
    assert!(lower.starts_with("post /send ") && lower.contains("authorization: bearer tres-secret\r\n"), "{heard}");
    assert!(heard.contains("from=Mikado") && heard.contains("to=%2B22376000000"), "{heard}");
    let (refused, _) = answered(b"HTTP/1.1 402 No credit tres-secret\r\nContent-Length: 0\r\n\r\n");
    let why = refused.unwrap_err();
    assert!(matches!(&why, NotSent::Refused(_)) && !why.why().fr.contains("secret"));
    assert!(answered(b"nonsense\r\n\r\n").0.is_err());
}

#[test]
fn a_site_that_is_silent_is_told_of_and_its_last_words_stand() {
    let at = |s: i64| Timestamp::from_second(1_790_000_000 + s).unwrap();
    let view = |last_contact| SiteView {
        site: "GAO".parse().unwrap(),
        vitals: None,
        last_contact,
        revision_since: None,
        stream_port: None,
    };
    let said = |view: SiteView, now| conditions(&[view], at(0), now).len();
    assert_eq!((said(view(None), at(50)), said(view(None), at(61))), (0, 1));
    assert_eq!((said(view(Some(at(100))), at(150)), said(view(Some(at(100))), at(161))), (0, 1));
}
