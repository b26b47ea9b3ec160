//! From the written file to checked values: every value that cannot be used becomes a complaint with its line.

use std::io::Read;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use domain::{Frames, Loudness, SiteId, TruePeak};
use hardware::soundcard::SOUND_PERIOD;

use super::complaint::{Complaint, ConfigError, from_toml, line_of};
use super::file::{File, Icecast, KEYS, Site, Text};
use super::{Config, IcecastConfig, Password, SiteConfig, StreamFormat, check, units};
use crate::speech::Said;

/// What the demonstration keeps within.
const DISK_BUDGET_BYTES: u64 = 2_000_000_000;
const OPUS_BITS_PER_S: u32 = 96_000;
const MP3_BITS_PER_S: u32 = 128_000;
/// What a sound card may hold: two periods that are not starved on a machine at rest, to what nobody live can bear.
const CARD_BUFFER: std::ops::RangeInclusive<Frames> = Frames::from_millis(10)..=Frames::from_millis(200);
/// The constant bit rates of MPEG-1 layer III at 48 kHz that stereo speech and music can use (ISO 11172-3, 2.4.2.3).
const MP3_RATES: [u32; 9] = [64, 96, 112, 128, 160, 192, 224, 256, 320];

pub(super) fn text_of(path: &Path) -> Result<String, ConfigError> {
    let whole = |fr: String, en: String| ConfigError::whole(path, fr, en);
    let file = std::fs::File::open(path).map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => whole(
            "ce fichier de configuration n'existe pas. Donnez-le avec --config FICHIER, ou créez une station avec « mikado demo »."
                .to_owned(),
            "this config file does not exist. Name it with --config FILE, or make a station with “mikado demo”.".to_owned(),
        ),
        _ => whole(format!("ce fichier ne se lit pas : {e}."), format!("this file cannot be read: {e}.")),
    })?;
    let mut bytes = Vec::new();
    let read = file.take(Config::FILE_BYTES_MAX + 1).read_to_end(&mut bytes);
    read.map_err(|e| whole(format!("ce fichier ne se lit pas : {e}."), format!("this file cannot be read: {e}.")))?;
    if bytes.len() as u64 > Config::FILE_BYTES_MAX {
        return Err(whole(
            "plus d'un mégaoctet : ce n'est pas une configuration.".to_owned(),
            "more than a megabyte: this is not a config.".to_owned(),
        ));
    }
    String::from_utf8(bytes)
        .map_err(|_| whole("ce n'est pas un texte en UTF-8.".to_owned(), "this is not a text in UTF-8.".to_owned()))
}

pub(super) fn config(path: &Path, text: &str) -> Result<Config, ConfigError> {
    let file: File = toml::from_str(text)
        .map_err(|e| ConfigError { file: path.to_owned(), complaints: vec![from_toml(text, &e, KEYS)] })?;
    let mut reader = Reader::new(path, text);
    let config = reader.config(path, &file);
    check::site_clashes(&file, &mut reader);
    if reader.complaints.is_empty() {
        return Ok(config);
    }
    reader.complaints.sort_by_key(|c| c.line);
    Err(ConfigError { file: path.to_owned(), complaints: reader.complaints })
}

/// Reads values one by one, keeps complaints, and puts the usual value where one cannot be used.
pub(super) struct Reader<'a> {
    text: &'a str,
    base: PathBuf,
    pub(super) complaints: Vec<Complaint>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(path: &Path, text: &'a str) -> Self {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let base = path.parent().map_or_else(PathBuf::new, Path::to_owned);
        Self { text, base, complaints: Vec::new() }
    }

    pub(super) fn complain(&mut self, at: &std::ops::Range<usize>, fr: impl Into<String>, en: impl Into<String>) {
        self.complaints.push(Complaint { line: Some(line_of(self.text, at)), said: Said::new(fr, en) });
    }

    pub(super) fn value<T>(&mut self, text: Option<&Text>, usual: T, parse: impl FnOnce(&str) -> Result<T, Said>) -> T {
        let Some(text) = text else { return usual };
        match parse(text.get_ref()) {
            Ok(value) => value,
            Err(said) => {
                self.complain(&text.span(), said.fr, said.en);
                usual
            }
        }
    }

    pub(super) fn path(&self, text: Option<&Text>, usual: &str) -> PathBuf {
        self.base.join(text.map_or(usual, |t| t.get_ref().as_str()))
    }

    fn config(&mut self, path: &Path, file: &File) -> Config {
        let station = &file.station;
        let sites = file.site.iter().take(Config::SITES_MAX).filter_map(|s| self.site(s.get_ref())).collect();
        Config {
            file: std::path::absolute(path).unwrap_or_else(|_| path.to_owned()),
            station: self.path(station.file.as_ref(), "station.toml"),
            target_loudness: self.value(station.target_loudness.as_ref(), Loudness::TARGET, units::loudness),
            true_peak_ceiling: self.value(station.true_peak_ceiling.as_ref(), TruePeak::CEILING, units::true_peak),
            agc: station.agc.unwrap_or(false),
            hq: self.path(file.hq.dir.as_ref(), "hq"),
            http: self.value(file.hq.http.as_ref(), SocketAddr::from(([127, 0, 0, 1], 8080)), address),
            metrics: self.value(file.hq.metrics.as_ref(), None, |t| address(t).map(Some)),
            watch: file.hq.watch.as_ref().map(|t| self.base.join(t.get_ref())),
            shelf: self.path(file.shelf.dir.as_ref(), "shelf"),
            disk_budget_bytes: self.value(file.shelf.disk_budget.as_ref(), DISK_BUDGET_BYTES, units::bytes),
            run: self.path(file.run.dir.as_ref(), "run"),
            watchdog: file.run.watchdog.as_ref().map(|t| self.path(Some(t), "")),
            jobs: self.jobs(&file.hq.job),
            notices: self.notices(&file.notices),
            sites,
        }
    }

    /// A site, or `None` (with a complaint) when nobody can say which.
    pub(super) fn site(&mut self, site: &Site) -> Option<SiteConfig> {
        let id = self.value(Some(&site.id), None, |t| t.parse::<SiteId>().map(Some).map_err(|_| bad_site(t)))?;
        let dir = self.path(site.dir.as_ref(), &format!("sites/{id}"));
        Some(SiteConfig {
            id,
            http: self.value(site.http.as_ref(), None, |t| address(t).map(Some)),
            opus_bits_per_s: self.value(site.opus.as_ref(), Some(OPUS_BITS_PER_S), opus_rate),
            mp3_bits_per_s: self.value(site.mp3.as_ref(), Some(MP3_BITS_PER_S), mp3_rate),
            card: site.card.as_ref().map(|t| t.get_ref().clone()),
            card_period: self.value(site.card_buffer.as_ref(), SOUND_PERIOD, card_period),
            wav: site.wav.as_ref().map(|t| dir.join(t.get_ref())),
            icecast: site.icecast.iter().filter_map(|i| self.icecast(i)).collect(),
            aircheck: self.aircheck(site.aircheck.as_ref()),
            rtp: site.rtp.iter().filter_map(|r| self.rtp(r)).collect(),
            mpx: site.mpx.as_ref().and_then(|m| self.mpx(m, &dir)),
            live: site.live.as_ref().and_then(|l| self.live(l)),
            witness: site.witness.as_ref().and_then(|w| self.witness(w, &dir)),
            transmitter: site.transmitter.as_ref().and_then(|t| self.transmitter(t)),
            power: site.power.as_ref().and_then(|p| self.power(p)),
            time: site.time.as_ref().and_then(|t| self.time(t)),
            rds_encoder: site.rds_encoder.as_ref().and_then(|e| self.rds_encoder(e)),
            dir,
        })
    }

    fn icecast(&mut self, written: &Icecast) -> Option<IcecastConfig> {
        let server = self.value(Some(&written.url), None, |t| server(t).map(Some));
        let mount = self.value(Some(&written.mount), None, |t| mount(t).map(Some));
        let mp3 = Path::new(written.mount.get_ref()).extension().is_some_and(|e| e.eq_ignore_ascii_case("mp3"));
        let usual = if mp3 { StreamFormat::Mp3 } else { StreamFormat::Opus };
        let format = self.value(written.format.as_ref(), usual, stream_format);
        let password = match (&written.password, &written.password_file) {
            (Some(given), None) => Password::Given(given.get_ref().clone()),
            (None, Some(file)) => Password::InFile(self.base.join(file.get_ref())),
            _ => {
                self.complain(
                    &written.url.span(),
                    "un serveur Icecast demande soit password, soit password_file.",
                    "an Icecast server needs either password or password_file.",
                );
                return None;
            }
        };
        let (host, port) = server?;
        let user = written.user.as_ref().map_or_else(|| "source".to_owned(), |u| u.get_ref().clone());
        Some(IcecastConfig { host, port, mount: mount?, format, user, password })
    }
}

/// Half of what the card holds.
fn card_period(text: &str) -> Result<Frames, Said> {
    let buffer = Frames::from_duration(units::duration(text)?);
    if CARD_BUFFER.contains(&buffer) {
        return Ok(Frames(buffer.0 / 2));
    }
    Err(Said::new(
        format!(
            "« {text} » : une carte garde de \"10ms\" (un direct s'entend tout de suite) à \"200ms\" (une machine chargée)."
        ),
        format!("“{text}”: a card holds \"10ms\" (somebody live is heard at once) to \"200ms\" (a busy machine)."),
    ))
}

pub(super) fn bad_site(text: &str) -> Said {
    Said::new(
        format!("« {text} » n'est pas un code de site : deux à quatre capitales ou chiffres, comme GAO."),
        format!("“{text}” is not a site code: two to four capital letters or digits, such as GAO."),
    )
}

pub(super) fn address(text: &str) -> Result<SocketAddr, Said> {
    SocketAddr::from_str(text).map_err(|_| {
        Said::new(
            format!("« {text} » n'est pas une adresse : un numéro IP et un port, par exemple \"127.0.0.1:8080\"."),
            format!("“{text}” is not an address: an IP number and a port, such as \"127.0.0.1:8080\"."),
        )
    })
}

/// Opus takes 6 to 510 kbit/s (RFC 6716, 2.1.1); stereo below 24 kbit/s is of no use on the air.
fn opus_rate(text: &str) -> Result<Option<u32>, Said> {
    if text == "off" {
        return Ok(None);
    }
    match units::bit_rate(text)? {
        rate @ 24_000..=320_000 => Ok(Some(rate)),
        _ => Err(Said::new(
            format!("« {text} » : un flux Opus va de \"24 kbit/s\" à \"320 kbit/s\", ou \"off\"."),
            format!("“{text}”: an Opus stream takes \"24 kbit/s\" to \"320 kbit/s\", or \"off\"."),
        )),
    }
}

fn mp3_rate(text: &str) -> Result<Option<u32>, Said> {
    if text == "off" {
        return Ok(None);
    }
    let rate = units::bit_rate(text)?;
    if MP3_RATES.iter().any(|k| k * 1000 == rate) {
        return Ok(Some(rate));
    }
    let list = MP3_RATES.map(|k| k.to_string()).join(", ");
    Err(Said::new(
        format!("« {text} » : un flux MP3 prend {list} kbit/s, ou \"off\"."),
        format!("“{text}”: an MP3 stream takes {list} kbit/s, or \"off\"."),
    ))
}

fn stream_format(text: &str) -> Result<StreamFormat, Said> {
    match text {
        "opus" => Ok(StreamFormat::Opus),
        "mp3" => Ok(StreamFormat::Mp3),
        _ => Err(Said::new(
            format!("« {text} » n'est pas un format de flux : \"opus\" ou \"mp3\"."),
            format!("“{text}” is not a stream format: \"opus\" or \"mp3\"."),
        )),
    }
}

fn server(text: &str) -> Result<(String, u16), Said> {
    let bad = || {
        Said::new(
            format!("« {text} » n'est pas un serveur Icecast : écrivez \"http://serveur:8000\"."),
            format!("“{text}” is not an Icecast server: write \"http://server:8000\"."),
        )
    };
    let rest = text.strip_prefix("http://").ok_or_else(bad)?;
    let (host, port) = rest.strip_suffix('/').unwrap_or(rest).rsplit_once(':').ok_or_else(bad)?;
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b':' | b'[' | b']');
    if host.is_empty() || host.len() > 253 || !host.bytes().all(plain) {
        return Err(bad());
    }
    Ok((host.to_owned(), port.parse().map_err(|_| bad())?))
}

fn mount(text: &str) -> Result<String, Said> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'.' | b'-' | b'_');
    if text.starts_with('/') && (2..=128).contains(&text.len()) && text.bytes().all(plain) {
        return Ok(text.to_owned());
    }
    Err(Said::new(
        format!("« {text} » n'est pas un point de montage : il commence par « / », par exemple \"/gao.opus\"."),
        format!("“{text}” is not a mount: it begins with “/”, such as \"/gao.opus\"."),
    ))
}
