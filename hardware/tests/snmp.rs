//! SNMP against Net-SNMP's own agent: every version, values of every kind, orders, and an agent that hangs, vanishes, returns.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod snmpd;

use std::time::{Duration, Instant};

use hardware::transmitter::{
    AuthProtocol, Bell, Cipher, LinkError, ObjectId, Privacy, Secret, SetValue, SnmpAccess, SnmpLink,
};
use rustix::process::Signal;
use snmpd::{PLAY, Snmpd};

fn object(number: &str) -> ObjectId {
    format!("{PLAY}.{number}").parse().unwrap()
}

fn v3(user: &str, auth: AuthProtocol, cipher: Cipher, password: &str) -> SnmpAccess {
    let privacy = Some(Privacy { cipher, password: Secret::new("pass word two") });
    SnmpAccess::V3 { user: user.into(), auth, password: Secret::new(password), privacy }
}

/// Asks until the agent has started, at most 10 s.
fn first_answer(link: &mut SnmpLink, objects: &[&ObjectId]) -> Vec<Option<f64>> {
    let begun = Instant::now();
    loop {
        match link.ask(objects) {
            Ok(answers) => return answers,
            Err(why) => assert!(begun.elapsed() < Duration::from_secs(10), "{why}"),
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn transmitter() -> Snmpd {
    let agent = Snmpd::start();
    agent.says("1.0", "integer", "1");
    agent.says("2.0", "gauge", "4805");
    agent.says("3.0", "string", "94.00 MHz");
    agent.says("4.0", "counter", "7");
    agent.says("5.0", "integer", "-12");
    agent
}

#[test]
fn every_version_reads_every_kind_and_what_is_not_there_is_none() {
    let agent = transmitter();
    let numbers = ["1.0", "2.0", "3.0", "99.0", "4.0", "5.0", "1.0", "1.0", "1.0", "2.0"];
    let objects: Vec<ObjectId> = numbers.iter().map(|n| object(n)).collect();
    let objects: Vec<&ObjectId> = objects.iter().collect();
    let one = Some(1.0);
    let told = [one, Some(4805.0), Some(94.0), None, Some(7.0), Some(-12.0), one, one, one, Some(4805.0)];
    for access in [
        SnmpAccess::V1(Secret::new("mikado-rw")),
        SnmpAccess::V2c(Secret::new("mikado-rw")),
        v3("md5des", AuthProtocol::Md5, Cipher::Des, "pass word one"),
        v3("shaaes", AuthProtocol::Sha1, Cipher::Aes128, "pass word one"),
        v3("sha256aes", AuthProtocol::Sha256, Cipher::Aes128, "pass word one"),
    ] {
        let name = format!("{access:?}");
        let mut link = SnmpLink::new(agent.address, access);
        assert_eq!(first_answer(&mut link, &objects), told, "{name}");
        assert_eq!(link.ask(&objects[..1]).unwrap(), [one], "the session goes on: {name}");
    }
}

#[test]
fn an_order_is_read_back_and_one_that_is_refused_is_told() {
    let agent = transmitter();
    agent.keeps("2.0");
    for access in
        [SnmpAccess::V2c(Secret::new("mikado-rw")), v3("shaaes", AuthProtocol::Sha1, Cipher::Aes128, "pass word one")]
    {
        agent.says("1.0", "integer", "0");
        let mut link = SnmpLink::new(agent.address, access);
        assert_eq!(first_answer(&mut link, &[&object("1.0")]), [Some(0.0)]);
        link.set(&object("1.0"), &SetValue::Integer(1)).unwrap();
        assert_eq!(link.ask(&[&object("1.0")]).unwrap(), [Some(1.0)]);
        link.set(&object("3.0"), &SetValue::Text("106.6".into())).unwrap();
        assert!(link.ask(&[&object("3.0")]).unwrap()[0].is_some_and(|mhz| (mhz - 106.6).abs() < 1e-9));
        assert!(matches!(link.set(&object("2.0"), &SetValue::Unsigned(1)), Err(LinkError::Refused(_))));
        assert_eq!(link.ask(&[&object("2.0")]).unwrap(), [Some(4805.0)]);
    }
    assert_eq!(agent.sets().lines().filter(|l| l.contains(".1.0 1")).count(), 2, "{}", agent.sets());
}

#[test]
fn who_has_the_wrong_password_is_told_so_or_gets_no_answer() {
    let agent = transmitter();
    let object = object("1.0");
    first_answer(&mut SnmpLink::new(agent.address, SnmpAccess::V2c(Secret::new("mikado-rw"))), &[&object]);
    let ask = |access| SnmpLink::new(agent.address, access).ask(&[&object]);
    assert_eq!(
        ask(SnmpAccess::V2c(Secret::new("public"))),
        Err(LinkError::Silent),
        "an agent says nothing to strangers"
    );
    let wrong = v3("shaaes", AuthProtocol::Sha1, Cipher::Aes128, "wrong password");
    assert_eq!(ask(wrong), Err(LinkError::Barred));
    assert_eq!(ask(v3("nobody", AuthProtocol::Sha1, Cipher::Aes128, "pass word one")), Err(LinkError::Barred));
}

#[test]
fn an_agent_that_hangs_or_vanishes_is_silent_within_seconds_and_used_again_when_it_returns() {
    let mut agent = transmitter();
    let object = object("1.0");
    for access in
        [SnmpAccess::V2c(Secret::new("mikado-rw")), v3("shaaes", AuthProtocol::Sha1, Cipher::Aes128, "pass word one")]
    {
        let mut link = SnmpLink::new(agent.address, access);
        first_answer(&mut link, &[&object]);
        agent.signal(Signal::STOP);
        let begun = Instant::now();
        assert_eq!(link.ask(&[&object]), Err(LinkError::Silent));
        assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
        agent.signal(Signal::CONT);
        assert_eq!(first_answer(&mut link, &[&object]), [Some(1.0)]);
        agent.vanish();
        assert_eq!(link.ask(&[&object]), Err(LinkError::Silent));
        agent.again();
        assert_eq!(first_answer(&mut link, &[&object]), [Some(1.0)], "after its own start anew");
    }
}

#[test]
fn a_trap_of_a_foreign_sender_rings() {
    let mut bell = Bell::new("127.0.0.1:0".parse().unwrap(), "127.0.0.1".parse().unwrap()).unwrap();
    let to = bell.address().unwrap().to_string();
    let sent = std::process::Command::new("snmptrap")
        .args(["-v", "2c", "-c", "public", &to, "", &format!("{PLAY}.0.1")])
        .env("MIBS", "")
        .status();
    assert!(sent.expect("this test needs snmptrap: run `make setup-test`").success());
    assert!(bell.wait(Duration::from_millis(500)));
    assert_eq!(bell.rung(), 1);
}
