//! The demonstration's folder: config, station file, beds. Made once; an existing one is taken as it is.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;

use anyhow::Context as _;
use media::flac::{Depth, Writer};
use scheduler::Station;
use scheduler::station::Programme;

use super::piece::Piece;
use super::sound::Sound;
use super::tone::STEP_FRAMES;
use super::voices::{Texts, Voices};
use crate::config::{Config, NewConfig};
use crate::error::Error;

const WEEK: &str = include_str!("../../../demo/reference_week.toml");
const CAMPAIGNS: &str = include_str!("../../../demo/campaigns.toml");
const CALENDAR: &str = include_str!("../../../demo/calendar.toml");
const ROTATION: &str = include_str!("../../../demo/rotation.toml");
const RAMADAN: &str = include_str!("../../../demo/ramadan.toml");

/// The config of the station in `dir`, made with everything it names when it is not there.
///
/// Pages move to `http`; whatever else was changed by hand stays.
pub fn prepare(dir: &Path, http: SocketAddr) -> Result<Config, Error> {
    fs::create_dir_all(dir).map_err(|e| Error::file(dir, e))?;
    let dir = dir.canonicalize().map_err(|e| Error::file(dir, e))?;
    let file = dir.join("mikado.toml");
    let station = dir.join("station.toml");
    if !station.exists() || !file.exists() {
        let reference = reference()?;
        if !station.exists() {
            let text = reference.to_toml().map_err(super::failed)?;
            write_whole(&station, text.as_bytes()).map_err(super::failed)?;
        }
        if !file.exists() {
            write_whole(&file, new_config(&reference, http)?.as_bytes()).map_err(super::failed)?;
        }
    }
    let mut config = Config::load(&file)?;
    if config.http != http {
        let text = fs::read_to_string(&file).map_err(|e| Error::file(&file, e))?;
        let (was, is) = (format!("http = \"{}\"", config.http), format!("http = \"{http}\""));
        write_whole(&file, text.replacen(&was, &is, 1).as_bytes()).map_err(super::failed)?;
        config = Config::load(&file)?;
    }
    for folder in [&config.hq, &config.shelf, &config.run].into_iter().chain(config.sites.iter().map(|s| &s.dir)) {
        fs::create_dir_all(folder).map_err(|e| Error::file(folder, e))?;
    }
    Ok(config)
}

/// The reference station with its calendar, its turning order of languages, its rotation of music and its Ramadan.
pub(super) fn reference() -> Result<Station, Error> {
    let station = Station::from_reference(WEEK, CAMPAIGNS).and_then(|s| s.with_calendar(CALENDAR));
    let mut file = station.map_err(super::failed)?.file().clone();
    let mut rotation: toml::Table = ROTATION.parse().map_err(super::failed)?;
    if let Some(turning) = rotation.remove("rotation") {
        file.rotation = turning.try_into().map_err(super::failed)?;
    }
    if let Some(music) = rotation.remove("music") {
        file.music = music.try_into().map_err(super::failed)?;
    }
    let mut ramadan: toml::Table = RAMADAN.parse().map_err(super::failed)?;
    if let Some(programmes) = ramadan.remove("programme") {
        let programmes: Vec<Programme> = programmes.try_into().map_err(super::failed)?;
        file.programme.extend(programmes);
    }
    if let Some(season) = ramadan.remove("season") {
        file.season = season.try_into().map_err(super::failed)?;
    }
    Station::new(file).map_err(super::failed)
}

fn new_config(station: &Station, http: SocketAddr) -> Result<String, Error> {
    let mut next = http.port();
    let (mut sites, mut doors) = (Vec::new(), Vec::new());
    for site in station.sites() {
        next = free_port(http, next)?;
        sites.push((site.id, SocketAddr::new(http.ip(), next)));
    }
    for _ in &sites {
        next = free_port(http, next)?;
        doors.push(SocketAddr::from((Ipv4Addr::LOCALHOST, next)));
    }
    Ok(NewConfig { http, sites, doors }.to_toml())
}

/// The first port after `last` that nobody uses.
fn free_port(http: SocketAddr, last: u16) -> Result<u16, Error> {
    let free = |port: &u16| TcpListener::bind((http.ip(), *port)).is_ok();
    (last.saturating_add(1)..u16::MAX).find(free).ok_or_else(|| {
        Error::failed(
            format!("Aucun port libre après {last} pour les flux des sites ; choisissez un --http plus bas."),
            format!("No free port after {last} for the sites' streams; choose a lower --http."),
        )
    })
}

/// Gives every site without a bed its own: the sound of rung 1, which needs nobody.
pub(super) fn make_beds(config: &Config) -> anyhow::Result<()> {
    let missing: Vec<_> = config.sites.iter().filter(|s| !s.bed().exists()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let (texts, voices) = (Texts::embedded()?, Voices::embedded()?);
    std::thread::scope(|scope| {
        let halves = missing.chunks(missing.len().div_ceil(2));
        let makers: Vec<_> = halves
            .map(|sites| {
                let (texts, voices) = (&texts, &voices);
                scope.spawn(move || sites.iter().try_for_each(|s| make_bed(texts, voices, s.id, &s.bed())))
            })
            .collect();
        makers.into_iter().try_for_each(|m| m.join().unwrap_or_else(|_| anyhow::bail!("making the beds stopped")))
    })
}

fn make_bed(texts: &Texts, voices: &Voices, site: domain::SiteId, path: &Path) -> anyhow::Result<()> {
    let mut sound = Sound::new(Piece::bed(texts, site)?.recipe, voices)?;
    let temp = path.with_extension("flac.new");
    let file = File::create(&temp).with_context(|| temp.display().to_string())?;
    let mut writer = Writer::new(BufWriter::new(file), 1, Depth::Sixteen)?;
    let mut block = [0; STEP_FRAMES];
    loop {
        let n = sound.read(&mut block)?;
        if n == 0 {
            break;
        }
        writer.write(&block.map(|v| f32::from(v) / 32_768.0)[..n])?;
    }
    let (_, file) = writer.finish()?;
    file.into_inner().map_err(|e| anyhow::anyhow!("{e}"))?.sync_all()?;
    Ok(fs::rename(&temp, path)?)
}

/// Writes a small file so that a power cut leaves the old one, or none, but never half of it.
fn write_whole(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let temp = path.with_extension("new");
    let mut file = File::create(&temp).with_context(|| temp.display().to_string())?;
    file.write_all(bytes)?;
    file.sync_all()?;
    Ok(fs::rename(&temp, path)?)
}
