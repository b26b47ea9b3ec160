//! `[site.rds_encoder]`: an RDS encoder beside the transmitter.

use hardware::encoder::uecp::{Address, Stuffing};
use hardware::encoder::{Dialect, Display, LineAddress, Parity};
use hardware::rds::Pi;

use super::file::RdsEncoder;
use super::read::{Reader, address};
use crate::run::air::EncoderOptions;
use crate::speech::Said;

/// What the standard and the small encoders begin with.
const BAUD_USUAL: u32 = 9_600;
pub(super) const BAUDS: [u32; 7] = [1_200, 2_400, 4_800, 9_600, 19_200, 38_400, 115_200];
/// What an operator who writes no type means: unknown.
const PTY_USUAL: u8 = 0;

impl Reader<'_> {
    /// An encoder, or `None` (with a complaint) when it cannot be told anything.
    pub(super) fn rds_encoder(&mut self, written: &RdsEncoder) -> Option<EncoderOptions> {
        let to = match (&written.tcp, &written.serial) {
            (Some(tcp), None) => self.value(Some(tcp), None, |t| address(t).map(|a| Some(LineAddress::Tcp(a)))),
            (None, Some(path)) => {
                let baud = self.number(written.baud.as_ref(), BAUD_USUAL, |b| BAUDS.contains(b), "baud");
                Some(LineAddress::Serial { path: path.get_ref().into(), baud, parity: Parity::None })
            }
            _ => {
                self.complain(
                    &written.pi.span(),
                    "un codeur RDS demande soit tcp, soit serial.",
                    "an RDS encoder needs either tcp or serial.",
                );
                None
            }
        };
        let pi: Option<Pi> = self.value(Some(&written.pi), None, |t| pi(t).map(Some));
        let pty = self.number(written.pty.as_ref(), u32::from(PTY_USUAL), |p| *p < 30, "pty");
        let dialect = self.dialect(written);
        let display = Display::new(pi?, written.ps.get_ref(), pty as u8);
        let tags = written.rt_plus.unwrap_or(true);
        Some(EncoderOptions { address: to?, dialect: dialect?, display, tags })
    }

    fn dialect(&mut self, written: &RdsEncoder) -> Option<Dialect> {
        let answers = written.answers.unwrap_or(true);
        let to = Address::new(written.site_address.unwrap_or(0), written.encoder_address.unwrap_or(0));
        let Some(to) = to else {
            self.complain(
                &written.pi.span(),
                "site_address va de 0 à 1023, encoder_address de 0 à 63.",
                "site_address takes 0 to 1023, encoder_address 0 to 63.",
            );
            return None;
        };
        let other_service = written.eon_service.as_ref();
        let number = other_service.map_or(0, |s| *s.get_ref());
        let is_uecp = written.dialect.as_ref().is_none_or(|d| d.get_ref().starts_with("uecp"));
        if let Some(at) = other_service.filter(|_| !is_uecp || !(2..=255).contains(&number)) {
            self.complain(
                &at.span(),
                "eon_service va de 2 à 255, et n'existe qu'en UECP.",
                "eon_service takes 2 to 255, and goes with UECP alone.",
            );
        }
        let other_service = u8::try_from(number).ok().filter(|n| *n >= 2);
        let uecp = |stuffing| Dialect::Uecp { to, stuffing, answers, other_service };
        let usual = uecp(Stuffing::Standard);
        let named = |text: &str| match text {
            "uecp" => Ok(usual),
            "uecp-profline" => Ok(uecp(Stuffing::Profline)),
            "ascii" => Ok(Dialect::Ascii { answers }),
            _ => Err(Said::new(
                format!("« {text} » n'est pas un dialecte : \"uecp\", \"uecp-profline\" ou \"ascii\"."),
                format!("“{text}” is not a dialect: \"uecp\", \"uecp-profline\" or \"ascii\"."),
            )),
        };
        Some(self.value(written.dialect.as_ref(), usual, named))
    }

    pub(super) fn number(
        &mut self,
        written: Option<&toml::Spanned<u32>>,
        usual: u32,
        fits: impl Fn(&u32) -> bool,
        key: &str,
    ) -> u32 {
        let Some(written) = written else { return usual };
        let value = *written.get_ref();
        if !fits(&value) {
            self.complain(
                &written.span(),
                format!("{value} ne va pas pour {key} : pty de 0 à 29, baud de 1200 à 115200."),
                format!("{value} does not do for {key}: pty takes 0 to 29, baud 1200 to 115200."),
            );
            return usual;
        }
        value
    }
}

fn pi(text: &str) -> Result<Pi, Said> {
    text.parse().map_err(|_| {
        Said::new(
            format!("« {text} » n'est pas un code PI : quatre chiffres hexadécimaux comme \"0x5201\", attribués par le régulateur."),
            format!("“{text}” is not a PI: four hexadecimal digits such as \"0x5201\", assigned by the regulator."),
        )
    })
}
