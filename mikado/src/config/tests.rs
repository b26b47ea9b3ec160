//! Faults of a config file and what a person is told about each.

use std::path::Path;

use hardware::transmitter::Wish;

use super::salvage::salvage;
use super::{Config, NewConfig, StreamFormat};

const SOUND: &str = "\
[hq]
http = \"127.0.0.1:8080\"

[[site]]
id = \"BKO\"
http = \"127.0.0.1:8101\"

[[site]]
id = \"GAO\"
http = \"127.0.0.1:8102\"
mp3 = \"off\"
card = \"hw:0,0\"
";

fn parse(text: &str) -> Result<Config, String> {
    Config::parse(Path::new("/srv/station/mikado.toml"), text).map_err(|e| e.said().fr)
}

/// `text` is refused at `line` with a French sentence that holds every one of `words`.
#[track_caller]
fn check(text: &str, line: usize, words: &[&str]) {
    let told = parse(text).expect_err("refused");
    assert!(told.contains(&format!("ligne {line} ")), "line {line}: {told}");
    for word in words {
        assert!(told.contains(word), "{word}: {told}");
    }
}

#[test]
fn a_sound_file_is_read_whole() {
    let config = parse(SOUND).unwrap();
    assert_eq!(config.sites.len(), 2);
    assert_eq!(config.shelf, Path::new("/srv/station/shelf"));
    assert_eq!(config.disk_budget_bytes, 2_000_000_000);
    let gao = config.site("GAO".parse().unwrap()).unwrap();
    assert_eq!(gao.dir, Path::new("/srv/station/sites/GAO"));
    assert_eq!((gao.opus_bits_per_s, gao.mp3_bits_per_s), (Some(96_000), None));
    assert_eq!(gao.card.as_deref(), Some("hw:0,0"));
}

#[test]
fn every_fault_is_told_with_its_line_and_a_suggestion() {
    check(&SOUND.replace("mp3 =", "mp4 ="), 11, &["« mp4 »", "Vouliez-vous « mp3 » ?"]);
    check(&SOUND.replace("http = \"127.0.0.1:8080\"", "htpp = 1"), 2, &["« htpp »", "« http »"]);
    check(&SOUND.replace("[hq]", "[hq]\ndisk_budget = \"2GB\""), 2, &["« disk_budget »", "[shelf]"]);
    check(&SOUND.replace("[hq]", "[qh]"), 1, &["« qh »", "« hq »"]);
    check(&format!("{SOUND}[shelf]\ndisk_budget = \"2G\"\n"), 14, &["« 2G »", "\"2GB\""]);
    check(&format!("{SOUND}[shelf]\ndisk_budget = 2\n"), 14, &["guillemets"]);
    check(&format!("{SOUND}[station]\ntarget_loudness = \"-23 dB\"\n"), 14, &["-23 LUFS"]);
    check(&SOUND.replace("\"off\"", "\"127 kbit/s\""), 11, &["128"]);
    check(&SOUND.replace("GAO", "Gao"), 9, &["« Gao »", "capitales"]);
    check(&SOUND.replace("GAO", "BKO"), 9, &["deux fois"]);
    check(&SOUND.replace(":8102", ":8101"), 10, &["déjà prise par BKO", "GAO"]);
    check(&SOUND.replace(":8102", ":8080"), 10, &["déjà prise par hq"]);
    check(&SOUND.replace("127.0.0.1:8102", "localhost:8102"), 10, &["adresse"]);
    check(&SOUND.replace("\"hw:0,0\"", "\"null\""), 12, &["mikado doctor"]);
    check(&SOUND.replace("id = \"GAO\"\n", ""), 8, &["« id »"]);
    check(&SOUND.replace("[[site]]\nid = \"GAO\"", "[[site]\nid = \"GAO\""), 8, &["TOML"]);
}

#[test]
fn two_outputs_on_one_card_are_refused_however_the_card_is_written() {
    for same in ["hw:0", "plughw:0,0", "hw:CARD=0,DEV=0", "plughw:CARD=0"] {
        let two = SOUND.replace("http = \"127.0.0.1:8101\"", &format!("http = \"127.0.0.1:8101\"\ncard = \"{same}\""));
        check(&two, 13, &["déjà prise par BKO", "une carte ne porte qu'une sortie"]);
    }
    let other = SOUND.replace("http = \"127.0.0.1:8101\"", "http = \"127.0.0.1:8101\"\ncard = \"hw:0,1\"");
    assert!(parse(&other).is_ok());
}

#[test]
fn an_icecast_mount_needs_a_password_and_never_shows_it() {
    let mount =
        |rest: &str| format!("{SOUND}[[site.icecast]]\nurl = \"http://ice:8000\"\nmount = \"/gao.mp3\"\n{rest}");
    check(&mount(""), 14, &["password_file"]);
    let config = parse(&mount("password = \"hackme\"\n")).unwrap();
    assert!(!format!("{config:?}").contains("hackme"));
    let ice = &config.sites[1].icecast[0];
    assert_eq!((ice.host.as_str(), ice.port, ice.format), ("ice", 8000, StreamFormat::Mp3));
    check(&mount("password = \"x\"\n").replace("http://ice:8000", "ice"), 14, &["http://serveur:8000"]);
    check(&mount("password = \"x\"\n").replace("\"/gao.mp3\"", "\"gao\\r\\nX: y\""), 15, &["montage"]);
}

#[test]
fn who_is_told_is_checked_before_anybody_needs_it() {
    let notices =
        |rest: &str| format!("{SOUND}[notices.mail]\nserver = \"smtp.example.org\"\nfrom = \"m@example.org\"\n{rest}");
    let awa = "[[notices.to]]\nname = \"Awa\"\nmail = \"awa@example.org\"\n";
    let config = parse(&notices(awa)).unwrap();
    let mail = config.notices.mail.unwrap();
    assert_eq!((mail.host.as_str(), mail.port, config.notices.readers.len()), ("smtp.example.org", 465, 1));
    check(&notices(&awa.replace("awa@", "awa ")), 18, &["adresse de courrier"]);
    check(&notices(&format!("{awa}sms = \"+22376000000\"\n")), 17, &["[notices.modem]"]);
    check(&notices(&format!("{awa}quiet = \"22h\"\n")), 19, &["22:00-06:00"]);
    check(&notices(&format!("{awa}least = \"high\"\n")), 19, &["blocking"]);
    check(&notices("user = \"m\"\n"), 16, &["password_file"]);
    check(&notices("security = \"none\"\nuser = \"m\"\npassword_file = \"p\"\n"), 17, &["en clair"]);
    let gateway = "[notices.gateway]\nurl = \"http://sms.example.org/\"\ntoken_file = \"t\"\n";
    check(&format!("{SOUND}{gateway}"), 14, &["https://"]);
    check(&format!("{SOUND}[site.time]\ngpsd = \"localhost\"\n"), 14, &["adresse"]);
}

#[test]
fn several_faults_are_told_at_once_in_the_order_of_the_file() {
    let told = parse(&SOUND.replace(":8102", ":8101").replace("8080\"", "99999\"")).expect_err("refused");
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(lines.len(), 2, "{told}");
    assert!(lines[0].contains("ligne 2 ") && lines[1].contains("ligne 10 "), "{told}");
}

#[test]
fn a_new_config_reads_back() {
    let sites = ["BKO", "GAO"].iter().zip(8101..).map(|(s, p)| (s.parse().unwrap(), ([127, 0, 0, 1], p).into()));
    let doors = vec![([127, 0, 0, 1], 8103).into()];
    let new = NewConfig { http: ([127, 0, 0, 1], 8080).into(), sites: sites.collect(), doors };
    let config = parse(&new.to_toml()).unwrap();
    assert_eq!(config.http, new.http);
    assert_eq!(config.sites.iter().map(|s| (s.id, s.http.unwrap())).collect::<Vec<_>>(), new.sites);
    let doors: Vec<_> = config.sites.iter().map(|s| s.live.as_ref().map(|l| (l.listen, l.depth))).collect();
    assert_eq!(doors, [Some((new.doors[0], domain::Frames::from_secs(1))), None]);
}

#[test]
fn a_site_keeps_what_can_be_used_of_a_refused_config() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("mikado.toml");
    let gao = "GAO".parse().unwrap();
    let salvaged = |text: &str| {
        std::fs::write(&file, text).unwrap();
        salvage(&file, gao)
    };
    let typo = salvaged(&SOUND.replace("mp3 =", "mp4 ="));
    assert_eq!(typo.site.http, Some(([127, 0, 0, 1], 8102).into()));
    assert_eq!(typo.site.card.as_deref(), Some("hw:0,0"));
    assert_eq!(typo.site.mp3_bits_per_s, Some(128_000));
    let unit = salvaged(&SOUND.replace("\"off\"", "\"fast\""));
    assert_eq!((unit.site.http, unit.site.mp3_bits_per_s), (typo.site.http, Some(128_000)));
    let shared = salvaged(&SOUND.replace("http = \"127.0.0.1:8101\"", "card = \"hw:0,0\""));
    assert_eq!(shared.site.card, None);
    for hopeless in ["", "[[site]", "\u{0}", "site = 3"] {
        let bare = salvaged(hopeless);
        assert_eq!(bare.site.dir, dir.path().join("sites/GAO"), "{hopeless}");
        assert_eq!(bare.shelf, dir.path().join("shelf"));
    }
    std::fs::remove_file(&file).unwrap();
    assert_eq!(salvage(&file, gao).site.id, gao);
}

#[test]
fn a_multiplex_goes_to_one_place_and_its_values_carry_their_units() {
    let mpx = |rest: &str| format!("{SOUND}[site.mpx]\n{rest}");
    let config = parse(&mpx("pipe = \"mpx\"\nformat = \"s16\"\npower_max = \"0 dBr\"\ntrim = \"-12 ppm\"\n")).unwrap();
    let read = config.sites[1].mpx.as_ref().unwrap();
    assert_eq!((read.signal.power_max_dbr, read.signal.trim_ppm), (Some(0.0), -12.0));
    check(&mpx("card = \"hw:1\"\npipe = \"mpx\"\n"), 14, &["soit vers une carte"]);
    check(&mpx("card = \"plughw:0\"\n"), 14, &["déjà prise par GAO"]);
    let rtp = |rest: &str| mpx(&format!("rtp = \"192.168.10.9:5004\"\n{rest}"));
    let to = |text: &str| parse(text).unwrap().sites[1].mpx.clone().unwrap().to;
    assert!(matches!(to(&rtp("")), crate::run::air::MpxTo::Rtp(to) if to.packet_ms == 1));
    check(&rtp("format = \"opus\"\n"), 15, &["« opus »", "L24"]);
    check(&rtp("packet_time = \"5ms\"\n"), 15, &["1 ou 2 ms"]);
    check(&rtp("pipe = \"mpx\"\n"), 15, &["soit par le réseau"]);
    check(&mpx("pipe = \"mpx\"\npilot = \"7 %\"\n"), 15, &["\"8 %\"", "\"10 %\""]);
    check(&mpx("pipe = \"mpx\"\nemphasis = \"60us\"\n"), 15, &["50us"]);
    check(&mpx("pipe = \"mpx\"\nrds_deviation = \"2\"\n"), 15, &["7.5 kHz"]);
}

#[test]
fn a_job_is_a_command_that_only_looks_at_a_time_that_can_be_read() {
    let job = |rest: &str| format!("{SOUND}[[hq.job]]\nname = \"copie\"\n{rest}");
    let nightly = "cron = \"30 2 * * *\"\nrun = \"backup\"\n";
    let [read] = parse(&job(nightly)).unwrap().jobs.try_into().unwrap();
    assert_eq!((read.runs, read.keep, read.cron.times.len()), (vec!["backup".to_owned()], 30, 1));
    check(&job(&nightly.replace("30 2", "30 25")), 15, &["« 30 25 * * * »", "bornes"]);
    check(&job(&nightly.replace("backup", "bakup")), 16, &["« mikado bakup »", "à la main"]);
    check(&job(&nightly.replace("backup", "report campaign --from hier")), 16, &["--from"]);
    check(&job(&nightly.replace("backup", "check --mend")), 16, &["ne fait que regarder"]);
    check(&job(&nightly.replace("backup", "run")), 16, &["ne fait que regarder"]);
    check(&job(&nightly.replace("backup", "check --config autre.toml")), 16, &["--config"]);
    check(&job(&format!("{nightly}keep = 0\n")), 17, &["1 à 366"]);
    check(&job(&format!("{nightly}within = \"1s\"\n")), 17, &["\"10s\""]);
    check(&job(&format!("{nightly}catch_up = \"30d\"\n")), 17, &["\"7d\""]);
    check(&format!("{}[[hq.job]]\nname = \"copie\"\n{nightly}", job(nightly)), 18, &["deux travaux"]);
    check(&job(nightly).replace("copie", "../copie"), 14, &["minuscules"]);
}

#[test]
fn a_live_line_has_a_person_and_one_way_in() {
    let live = |rest: &str| {
        format!("{SOUND}[site.live]\nlisten = \"127.0.0.1:8091\"\n[[site.live.line]]\nperson = \"Studio\"\n{rest}")
    };
    let rtp = "rtp = \"0.0.0.0:5006\"\nfrom = \"192.168.10.7\"\n";
    let lines = |text: &str| parse(text).unwrap().sites[1].live.as_ref().unwrap().lines.len();
    assert_eq!((lines(&live(rtp)), lines(&live("card = \"hw:1,0\"\n"))), (1, 1));
    check(&live(""), 16, &["soit par RTP", "soit par une carte"]);
    check(&live(&rtp.replace("192.168.10.7", "studio")), 18, &["adresse IP"]);
    check(&live(&format!("{rtp}format = \"opus\"\n")), 19, &["« opus »", "L24"]);
    check(&live(&format!("{rtp}buffer = \"10ms\"\n")), 19, &["\"20ms\""]);
    check(&live(&rtp.replace("0.0.0.0:5006", "127.0.0.1:8101")), 17, &["déjà prise par BKO"]);
}

const WIRED: &str = "\
[[site]]
id = \"GAO\"
[site.transmitter]
snmp = \"192.168.10.20:161\"
community_file = \"gao.snmp\"
rf_on = { oid = \"1.3.6.1.4.1.1.1\" }
restart = { oid = \"1.3.6.1.4.1.1.2\", value = \"1\" }
[site.rds_encoder]
serial = \"/dev/ttyS0\"
baud = 9600
pi = \"0x5201\"
ps = \"MIKADO\"
";

#[test]
fn equipment_is_refused_with_its_line_before_it_can_do_harm() {
    let config = parse(WIRED).unwrap();
    assert!(config.sites[0].transmitter.is_some() && config.sites[0].rds_encoder.is_some());
    check(&WIRED.replace("rf_on", "fuel_percent"), 4, &["restart demande rf_on"]);
    check(&WIRED.replace("1.3.6.1.4.1.1.1", "sysUpTime"), 6, &["« sysUpTime »", "notice"]);
    check(&WIRED.replace("value = \"1\"", "value = \"on\""), 7, &["type"]);
    check(&WIRED.replace("community_file = \"gao.snmp\"", "version = \"3\""), 4, &["auth_password_file"]);
    check(&WIRED.replace("community_file = \"gao.snmp\"", "every = \"1h\""), 4, &["community"]);
    check(&WIRED.replace("192.168.10.20:161", "exciter"), 4, &["adresse"]);
    let modbus = |way: &str, object: &str| {
        let way = WIRED.replace("snmp = \"192.168.10.20:161\"\ncommunity_file = \"gao.snmp\"", way);
        way.replace("oid = \"1.3.6.1.4.1.1.1\"", object).replace("oid = \"1.3.6.1.4.1.1.2\"", "register = \"coil 4\"")
    };
    let tcp = "modbus = \"192.168.10.20:502\"";
    for (way, object) in [
        (tcp, "register = \"discrete 3\""),
        ("modbus_rtu = \"/dev/ttyS1\"\nbaud = 9600\nparity = \"none\"", "register = \"holding 9 bit 2 unit 3\""),
        ("modbus_rtu = \"192.168.10.9:4001\"", "contact = \"gpiochip0 17\""),
    ] {
        assert!(parse(&modbus(way, object)).unwrap().sites[0].transmitter.is_some(), "{way}");
    }
    check(&modbus(tcp, "register = \"40011\""), 5, &["« 40011 »", "moins un"]);
    check(&modbus(tcp, "contact = \"17\""), 5, &["gpiochip0 17"]);
    check(&modbus(tcp, "oid = \"1.3.6.1.4.1.1.1\""), 5, &["aucune voie"]);
    check(&modbus(tcp, "register = \"coil 1\", oid = \"1.3.6.1\""), 5, &["soit register"]);
    check(&modbus("", "register = \"coil 1\""), 5, &["aucune voie"]);
    check(&modbus(tcp, "register = \"coil 1\"").replace("value = \"1\"", "value = \"7\""), 6, &["coil"]);
    check(&modbus(&format!("{tcp}\nsnmp = \"192.168.10.20:161\""), "register = \"coil 1\""), 5, &["une seule voie"]);
    let pair = |more: &str| {
        let two = "exciter = { register = \"coil 1\" }\n[site.transmitter.changeover]\nmain = 0\nstandby = 1\n\
            to_main = { register = \"coil 1\", value = \"0\" }\nto_standby = { contact = \"gpiochip0 4\" }\n";
        modbus(tcp, "register = \"coil 1\"").replace("[site.rds_encoder]", &format!("{two}{more}[site.rds_encoder]"))
    };
    let read = parse(&pair("after = \"1min\"\nexercise = \"30 3 * * 0\"\n")).unwrap();
    let read = read.sites[0].transmitter.as_ref().unwrap();
    assert!(read.map.pair().is_some() && read.exercise.is_some());
    check(&pair("after = \"1s\"\n"), 13, &["« 1s »", "\"20s\""]);
    check(&pair("exercise = \"* * * * *\"\n"), 13, &["une seule heure"]);
    check(&pair("").replace("standby = 1", "standby = 0"), 4, &["pareil"]);
    check(&pair("").replace("exciter = {", "mains = {"), 4, &["changeover demande exciter"]);
    let power = |rest: &str| {
        let wired =
            "[site.power]\nmodbus = \"192.168.10.8:502\"\nbattery_v = { register = \"input 0\", scale = 0.1 }\n";
        format!("{SOUND}{wired}{rest}")
    };
    let read = parse(&power("[site.power.shed]\nbattery_v = [24.0, 23.0]\n")).unwrap();
    assert_eq!(read.sites[1].power.as_ref().map(|p| p.shed.len()), Some(1));
    check(&power("[site.power.shed]\nbattery_v = [23.0, 24.0]\n"), 17, &["deux limites"]);
    check(&power("[site.power.shed]\nfuel_percent = [15.0, 5.0]\n"), 17, &["un rôle fuel_percent"]);
    check(&power("rf_on = { register = \"coil 1\" }\n"), 14, &["[site.transmitter]"]);
    check(&WIRED.replace("0x5201", "5201X"), 11, &["régulateur"]);
    check(&WIRED.replace("9600", "9601"), 10, &["9601"]);
    check(&WIRED.replace("serial", "dialect = \"pira\"\nserial"), 9, &["« pira »", "ascii"]);
    check(&WIRED.replace("serial = \"/dev/ttyS0\"\n", ""), 10, &["tcp", "serial"]);
}

#[test]
fn what_a_person_may_order_is_what_is_wired_and_read_back() {
    let carrier = |off: &str| {
        let wired = format!("[site.transmitter.carrier]\noff = {{ {off} }}\n[site.rds_encoder]");
        WIRED.replace("[site.rds_encoder]", &wired)
    };
    let off = "oid = \"1.3.6.1.4.1.1.3\", value = \"1\"";
    let config = parse(&carrier(off)).unwrap();
    let map = &config.sites[0].transmitter.as_ref().unwrap().map;
    assert_eq!(Wish::ALL.map(|wish| map.offers(wish)), [true, true, false, false], "on is what restarts");
    check(&carrier("register = \"input 5\", value = \"1\""), 9, &["aucune voie"]);
    let restart = "restart = { oid = \"1.3.6.1.4.1.1.2\", value = \"1\" }\n";
    check(&carrier(off).replace(restart, "").replace("rf_on", "mains"), 4, &["carrier demande rf_on"]);
}

#[test]
fn another_network_has_a_service_of_its_own_and_only_in_uecp() {
    let eon = |more: &str| WIRED.replace("0x5201\"\n", &format!("0x5201\"\neon_service = {more}\n"));
    assert!(parse(&eon("2")).is_ok());
    check(&eon("1"), 12, &["de 2 à 255"]);
    check(&eon("2\ndialect = \"ascii\""), 12, &["qu'en UECP"]);
}
