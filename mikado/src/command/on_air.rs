//! `mikado air`: from the config to the sound of one site; a refused config costs outputs, never the sound.

use domain::{Finding, Loudness, Severity, TruePeak};
use playout::outputs::{IcecastOptions, Mp3Options, OpusOptions, Secret};

use super::studio::site_of;
use super::{Answer, equipment};
use crate::args::{AirArgs, Args};
use crate::clock::WallClock;
use crate::config::salvage::salvage;
use crate::config::{Config, IcecastConfig, SiteConfig, StreamFormat, TransmitterConfig};
use crate::error::Error;
use crate::run::air::{self, AirOptions, OutputOptions};

pub(super) fn run(args: &Args, what: &AirArgs) -> Result<Answer, Error> {
    let options = match Config::load(&args.config) {
        Ok(config) => {
            let site = site_of(&config, what.site)?;
            let sound = (config.true_peak_ceiling, config.levelled_to());
            options(site, config.shelf.clone(), sound, args.clock(), Vec::new())
        }
        Err(refused) => {
            let error = Error::Config(refused);
            args.voice().complain(&error);
            let said = error.said();
            let finding = Finding {
                code: "config.refused".to_owned(),
                severity: Severity::Warning,
                at_s: None,
                fr: format!("La configuration est refusée ; l'antenne tourne avec ce qui s'en lit. {}", said.fr),
                en: format!("The config is refused; the air runs with what can be read of it. {}", said.en),
            };
            let kept = salvage(&args.config, what.site);
            options(&kept.site, kept.shelf, (TruePeak::CEILING, None), args.clock(), vec![finding])
        }
    };
    air::run(options)
        .map_err(|e| Error::doing("l'antenne ne démarre pas", "the air does not start", format!("{e:#}")))?;
    Ok(Answer::Fine)
}

fn options(
    site: &SiteConfig,
    shelf_dir: std::path::PathBuf,
    (ceiling, agc): (TruePeak, Option<Loudness>),
    clock: WallClock,
    mut findings: Vec<Finding>,
) -> AirOptions {
    let mut outputs = Vec::new();
    if let Some(bitrate_bps) = site.opus_bits_per_s {
        outputs.push(OutputOptions::Opus(OpusOptions { bitrate_bps, ..OpusOptions::default() }));
    }
    if let Some(bits_per_s) = site.mp3_bits_per_s {
        let bitrate_kbps = u16::try_from(bits_per_s / 1000).unwrap_or(128);
        outputs.push(OutputOptions::Mp3(Mp3Options { bitrate_kbps, ..Mp3Options::default() }));
    }
    if let Some(name) = &site.card {
        outputs.push(OutputOptions::Card { name: name.clone(), period: site.card_period });
    }
    outputs.extend(site.wav.clone().map(OutputOptions::Wav));
    outputs.extend(site.rtp.iter().copied().map(OutputOptions::Rtp));
    outputs.extend(site.mpx.clone().map(OutputOptions::Mpx));
    outputs.extend(site.aircheck.map(OutputOptions::AirCheck));
    for mount in &site.icecast {
        match mount.password.read() {
            Ok(password) => outputs.push(icecast(site, mount, password)),
            Err(why) => findings.push(no_password(mount, &why)),
        }
    }
    let (data_dir, http) = (site.dir.clone(), site.http);
    let live = site.live.clone();
    let mut wired = |config: Option<&TransmitterConfig>| match equipment::transmitter(config?) {
        Ok(options) => Some(options),
        Err(why) => {
            findings.push(equipment::no_secret(&why));
            None
        }
    };
    let (transmitter, power) = (wired(site.transmitter.as_ref()), wired(site.power.as_ref()));
    let rds_encoder = site.rds_encoder.clone();
    AirOptions {
        site: site.id,
        data_dir,
        shelf_dir,
        http,
        outputs,
        live,
        transmitter,
        power,
        rds_encoder,
        time: site.time,
        witness: site.witness.clone(),
        ceiling,
        agc,
        clock,
        findings,
    }
}

fn icecast(site: &SiteConfig, mount: &IcecastConfig, password: String) -> OutputOptions {
    let format = match mount.format {
        StreamFormat::Opus => air::StreamFormat::Opus,
        StreamFormat::Mp3 => air::StreamFormat::Mp3,
    };
    let to = IcecastOptions {
        host: mount.host.clone(),
        port: mount.port,
        mount: mount.mount.clone(),
        user: mount.user.clone(),
        password: Secret::new(password),
        name: format!("Mikado FM {}", site.id),
    };
    OutputOptions::Icecast { format, to }
}

fn no_password(mount: &IcecastConfig, why: &std::io::Error) -> Finding {
    let (host, name) = (&mount.host, &mount.mount);
    Finding {
        code: "icecast.password".to_owned(),
        severity: Severity::Warning,
        at_s: None,
        fr: format!(
            "Le mot de passe d'Icecast pour {host}{name} ne se lit pas ({why}) ; ce serveur n'est pas servi. Vérifiez password_file."
        ),
        en: format!(
            "The Icecast password for {host}{name} cannot be read ({why}); this server is not fed. Check password_file."
        ),
    }
}
