//! The shape of `mikado.toml` as it is written; nothing is believed yet.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

/// A text of the file with its place, for complaints.
pub(super) type Text = Spanned<String>;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    #[serde(default)]
    pub station: Station,
    #[serde(default)]
    pub hq: Hq,
    #[serde(default)]
    pub shelf: Shelf,
    #[serde(default)]
    pub run: Run,
    #[serde(default)]
    pub notices: Notices,
    #[serde(default)]
    pub site: Vec<Spanned<Site>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Station {
    pub file: Option<Text>,
    pub target_loudness: Option<Text>,
    pub true_peak_ceiling: Option<Text>,
    pub agc: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Hq {
    pub dir: Option<Text>,
    pub http: Option<Text>,
    pub watch: Option<Text>,
    pub metrics: Option<Text>,
    #[serde(default)]
    pub job: Vec<Job>,
}

/// What headquarters runs by itself.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Job {
    pub name: Text,
    pub cron: Text,
    pub run: Text,
    pub keep: Option<Spanned<usize>>,
    pub within: Option<Text>,
    pub catch_up: Option<Text>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Shelf {
    pub dir: Option<Text>,
    pub disk_budget: Option<Text>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Run {
    pub dir: Option<Text>,
    pub watchdog: Option<Text>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Notices {
    pub after: Option<Text>,
    pub mail: Option<Mail>,
    pub modem: Option<Modem>,
    pub gateway: Option<Gateway>,
    #[serde(default)]
    pub to: Vec<NoticeTo>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Mail {
    pub server: Text,
    pub security: Option<Text>,
    pub authorities: Option<Text>,
    pub user: Option<Text>,
    pub password_file: Option<Text>,
    pub from: Text,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Modem {
    pub serial: Option<Text>,
    pub tcp: Option<Text>,
    pub baud: Option<u32>,
    pub pin_file: Option<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Gateway {
    pub url: Text,
    pub token_file: Option<Text>,
    pub to_field: Option<String>,
    pub text_field: Option<String>,
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
    pub json: Option<bool>,
}

/// Somebody who is told.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NoticeTo {
    pub name: Text,
    pub mail: Option<Text>,
    pub sms: Option<Text>,
    #[serde(default)]
    pub sites: Vec<Text>,
    pub least: Option<Text>,
    pub quiet: Option<Text>,
    pub daily: Option<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Site {
    pub id: Text,
    pub dir: Option<Text>,
    pub http: Option<Text>,
    pub opus: Option<Text>,
    pub mp3: Option<Text>,
    pub card: Option<Text>,
    pub card_buffer: Option<Text>,
    pub wav: Option<Text>,
    #[serde(default)]
    pub icecast: Vec<Icecast>,
    pub aircheck: Option<AirCheck>,
    #[serde(default)]
    pub rtp: Vec<Rtp>,
    pub mpx: Option<Mpx>,
    pub live: Option<Live>,
    pub witness: Option<Witness>,
    pub transmitter: Option<Transmitter>,
    pub power: Option<Transmitter>,
    pub rds_encoder: Option<RdsEncoder>,
    pub time: Option<Time>,
}

/// A transmitter, or what feeds the site.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Transmitter {
    pub snmp: Option<Text>,
    pub modbus: Option<Text>,
    pub modbus_rtu: Option<Text>,
    pub baud: Option<Spanned<u32>>,
    pub parity: Option<Text>,
    pub version: Option<Text>,
    pub community: Option<Text>,
    pub community_file: Option<Text>,
    pub user: Option<Text>,
    pub auth: Option<Text>,
    pub auth_password_file: Option<Text>,
    pub privacy: Option<Text>,
    pub privacy_password_file: Option<Text>,
    pub every: Option<Text>,
    pub traps: Option<Text>,
    pub vswr_max: Option<Spanned<f64>>,
    pub rf_on: Option<Point>,
    pub forward_power_w: Option<Point>,
    pub reflected_power_w: Option<Point>,
    pub frequency_khz: Option<Point>,
    pub pa_temperature_c: Option<Point>,
    pub exciter: Option<Point>,
    pub mains: Option<Point>,
    pub battery_v: Option<Point>,
    pub generator: Option<Point>,
    pub fuel_percent: Option<Point>,
    pub room_temperature_c: Option<Point>,
    #[serde(default)]
    pub alarm: Vec<Flag>,
    pub restart: Option<Write>,
    pub carrier: Option<Carrier>,
    pub changeover: Option<Changeover>,
    pub shed: Option<Shed>,
}

/// Two limits of each quantity.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Shed {
    pub battery_v: Option<Spanned<[f64; 2]>>,
    pub fuel_percent: Option<Spanned<[f64; 2]>>,
    pub room_temperature_c: Option<Spanned<[f64; 2]>>,
}

/// What a person's word writes to switch the carrier off and on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Carrier {
    pub off: Option<Write>,
    pub on: Option<Write>,
}

/// Two exciters, and what puts each of them on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Changeover {
    pub main: f64,
    pub standby: f64,
    pub to_main: Write,
    pub to_standby: Write,
    pub after: Option<Text>,
    pub exercise: Option<Text>,
    pub exercise_length: Option<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RdsEncoder {
    pub tcp: Option<Text>,
    pub serial: Option<Text>,
    pub baud: Option<Spanned<u32>>,
    pub dialect: Option<Text>,
    pub answers: Option<bool>,
    pub site_address: Option<u16>,
    pub encoder_address: Option<u8>,
    pub pi: Text,
    pub ps: Text,
    pub pty: Option<Spanned<u32>>,
    pub rt_plus: Option<bool>,
    pub eon_service: Option<Spanned<u32>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Time {
    pub gpsd: Option<Text>,
    pub rtc: Option<bool>,
}

/// Where a quantity is read.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Point {
    pub oid: Option<Text>,
    pub register: Option<Text>,
    pub contact: Option<Text>,
    pub scale: Option<f64>,
    pub on: Option<f64>,
    pub min: Option<f64>,
    pub max: Option<f64>,
}

/// A condition that the equipment tells itself.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Flag {
    pub oid: Option<Text>,
    pub register: Option<Text>,
    pub contact: Option<Text>,
    pub when: Option<f64>,
    pub fr: Text,
    pub en: Option<Text>,
    pub forbids_restart: Option<bool>,
}

/// What is written where.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Write {
    pub oid: Option<Text>,
    pub register: Option<Text>,
    pub contact: Option<Text>,
    pub value: Option<Text>,
    #[serde(rename = "type")]
    pub kind: Option<Text>,
    pub pulse: Option<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Live {
    pub listen: Text,
    pub buffer: Option<Text>,
    #[serde(default)]
    pub line: Vec<Line>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Line {
    pub person: Text,
    pub card: Option<Text>,
    pub rtp: Option<Text>,
    pub from: Option<Text>,
    pub format: Option<Text>,
    pub channels: Option<Text>,
    pub buffer: Option<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Witness {
    pub card: Option<Text>,
    pub rtp: Option<Text>,
    pub from: Option<Text>,
    pub format: Option<Text>,
    pub channels: Option<Text>,
    pub pipe: Option<Text>,
    pub opus: Option<Text>,
    pub keep: Option<Text>,
    pub disk_budget: Option<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Mpx {
    pub card: Option<Text>,
    pub pipe: Option<Text>,
    pub rtp: Option<Text>,
    pub format: Option<Text>,
    pub packet_time: Option<Text>,
    pub dscp: Option<Text>,
    pub emphasis: Option<Text>,
    pub drive: Option<Text>,
    pub pilot: Option<Text>,
    pub rds_deviation: Option<Text>,
    pub power_max: Option<Text>,
    pub trim: Option<Text>,
    pub signal: Option<Text>,
    pub traffic: Option<bool>,
    pub eon: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rtp {
    pub to: Text,
    pub format: Option<Text>,
    pub packet_time: Option<Text>,
    pub bitrate: Option<Text>,
    pub dscp: Option<Text>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AirCheck {
    pub opus: Option<Text>,
    pub channels: Option<Text>,
    pub keep: Option<Text>,
    pub disk_budget: Option<Text>,
    pub disk_free_min: Option<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Icecast {
    pub url: Text,
    pub mount: Text,
    pub format: Option<Text>,
    pub user: Option<Text>,
    pub password: Option<Text>,
    pub password_file: Option<Text>,
}

/// Every key with the section that it belongs to.
pub(super) const KEYS: &[(&str, &str)] = &[
    ("file", "[station]"),
    ("target_loudness", "[station]"),
    ("true_peak_ceiling", "[station]"),
    ("agc", "[station]"),
    ("http", "[hq] ou/or [[site]]"),
    ("watch", "[hq]"),
    ("disk_budget", "[shelf] ou/or [site.aircheck]"),
    ("dir", "[hq], [shelf], [run] ou/or [[site]]"),
    ("id", "[[site]]"),
    ("opus", "[[site]] ou/or [site.aircheck]"),
    ("mp3", "[[site]]"),
    ("card", "[[site]], [site.mpx] ou/or [[site.live.line]]"),
    ("card_buffer", "[[site]]"),
    ("wav", "[[site]]"),
    ("icecast", "[[site]]"),
    ("aircheck", "[[site]]"),
    ("channels", "[site.aircheck] ou/or [[site.live.line]]"),
    ("keep", "[site.aircheck] ou/or [[hq.job]]"),
    ("disk_free_min", "[site.aircheck]"),
    ("url", "[[site.icecast]]"),
    ("mount", "[[site.icecast]]"),
    ("format", "[[site.icecast]], [[site.rtp]], [site.mpx] ou/or [[site.live.line]]"),
    ("mpx", "[[site]]"),
    ("pipe", "[site.mpx]"),
    ("emphasis", "[site.mpx]"),
    ("drive", "[site.mpx]"),
    ("pilot", "[site.mpx]"),
    ("rds_deviation", "[site.mpx]"),
    ("power_max", "[site.mpx]"),
    ("trim", "[site.mpx]"),
    ("signal", "[site.mpx]"),
    ("traffic", "[site.mpx]"),
    ("eon", "[site.mpx]"),
    ("rtp", "[[site]], [site.mpx] ou/or [[site.live.line]]"),
    ("to", "[[site.rtp]]"),
    ("packet_time", "[[site.rtp]] ou/or [site.mpx]"),
    ("bitrate", "[[site.rtp]]"),
    ("dscp", "[[site.rtp]] ou/or [site.mpx]"),
    ("transmitter", "[[site]]"),
    ("power", "[[site]]"),
    ("shed", "[site.power]"),
    ("rds_encoder", "[[site]]"),
    ("rt_plus", "[site.rds_encoder]"),
    ("eon_service", "[site.rds_encoder]"),
    ("watchdog", "[run]"),
    ("time", "[[site]]"),
    ("gpsd", "[site.time]"),
    ("rtc", "[site.time]"),
    ("metrics", "[hq]"),
    ("job", "[hq]"),
    ("cron", "[[hq.job]]"),
    ("run", "[[hq.job]]"),
    ("within", "[[hq.job]]"),
    ("catch_up", "[[hq.job]]"),
    ("snmp", "[site.transmitter] ou/or [site.power]"),
    ("modbus", "[site.transmitter] ou/or [site.power]"),
    ("modbus_rtu", "[site.transmitter] ou/or [site.power]"),
    ("baud", "[site.transmitter], [site.rds_encoder] ou/or [notices.modem]"),
    ("parity", "[site.transmitter] ou/or [site.power]"),
    ("rf_on", "[site.transmitter]"),
    ("forward_power_w", "[site.transmitter]"),
    ("restart", "[site.transmitter]"),
    ("carrier", "[site.transmitter]"),
    ("changeover", "[site.transmitter]"),
    ("to_main", "[site.transmitter.changeover]"),
    ("to_standby", "[site.transmitter.changeover]"),
    ("exercise", "[site.transmitter.changeover]"),
    ("witness", "[[site]]"),
    ("live", "[[site]]"),
    ("listen", "[site.live]"),
    ("buffer", "[site.live] ou/or [[site.live.line]]"),
    ("line", "[site.live]"),
    ("person", "[[site.live.line]]"),
    ("from", "[[site.live.line]]"),
    ("user", "[[site.icecast]]"),
    ("password", "[[site.icecast]]"),
    ("password_file", "[[site.icecast]] ou/or [notices.mail]"),
    ("after", "[notices] ou/or [site.transmitter.changeover]"),
    ("mail", "[notices] ou/or [[notices.to]]"),
    ("modem", "[notices]"),
    ("gateway", "[notices]"),
    ("server", "[notices.mail]"),
    ("security", "[notices.mail]"),
    ("from", "[notices.mail]"),
    ("pin_file", "[notices.modem]"),
    ("token_file", "[notices.gateway]"),
    ("sms", "[[notices.to]]"),
    ("least", "[[notices.to]]"),
    ("quiet", "[[notices.to]]"),
    ("daily", "[[notices.to]]"),
];
