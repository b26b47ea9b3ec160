//! `[notices]`: who is told of the sites' conditions, and by which ways.

use std::time::Duration;

use domain::{Severity, SiteId};
use hardware::encoder::{LineAddress, Parity};
use hardware::modem::Number;
use jiff::civil::Time;

use super::Password;
use super::file::{Gateway, Mail, Modem, NoticeTo, Notices, Text};
use super::read::{Reader, address};
use super::units;
use crate::notices::{self, Address, GatewayOptions, MailOptions, ModemOptions, NoticeOptions, Security};
use crate::speech::{Said, severity_of};

/// Modems find the speed themselves; nearly all begin here.
const BAUD_USUAL: u32 = 115_200;
/// Less rings for a restart, more than an hour is nobody's alarm.
const AFTER: std::ops::RangeInclusive<Duration> = Duration::from_secs(5)..=Duration::from_hours(1);

impl Reader<'_> {
    pub(super) fn notices(&mut self, written: &Notices) -> NoticeOptions {
        let mail = written.mail.as_ref().and_then(|m| self.mail(m));
        let modem = written.modem.as_ref().and_then(|m| self.modem(m));
        let gateway = written.gateway.as_ref().and_then(|g| self.gateway(g));
        let readers: Vec<notices::Reader> = written.to.iter().flat_map(|to| self.notice_to(to)).collect();
        for to in &written.to {
            let has_mail = to.mail.is_none() || written.mail.is_some();
            let has_sms = to.sms.is_none() || written.modem.is_some() || written.gateway.is_some();
            if !has_mail || !has_sms {
                let (what, way) = if has_mail {
                    ("SMS", "[notices.modem] ou/or [notices.gateway]")
                } else {
                    ("mail", "[notices.mail]")
                };
                let name = to.name.get_ref();
                self.complain(
                    &to.name.span(),
                    format!("{name} : {what} demande {way}."),
                    format!("{name}: {what} needs {way}."),
                );
            }
        }
        if let Some(one_more) = written.to.get(NoticeOptions::READERS_MAX).or(written.to.last())
            && readers.len() > NoticeOptions::READERS_MAX
        {
            let max = NoticeOptions::READERS_MAX;
            self.complain(
                &one_more.name.span(),
                format!("plus de {max} adresses ; écrivez à une liste du serveur de courrier."),
                format!("more than {max} addresses; write to a list of the mail server."),
            );
        }
        NoticeOptions {
            after: self.value(written.after.as_ref(), NoticeOptions::AFTER_USUAL, after),
            readers,
            mail,
            modem,
            gateway,
        }
    }

    fn mail(&mut self, written: &Mail) -> Option<MailOptions> {
        let security = self.value(written.security.as_ref(), Security::Tls, security);
        let (host, port) = self.value(Some(&written.server), None, |t| server(t, security).map(Some))?;
        let user = match (&written.user, &written.password_file) {
            (Some(user), Some(file)) => Some((user.get_ref().clone(), Password::InFile(self.path(Some(file), "")))),
            (None, None) => None,
            (Some(one), None) | (None, Some(one)) => {
                self.complain(
                    &one.span(),
                    "user et password_file vont ensemble.",
                    "user and password_file go together.",
                );
                None
            }
        };
        if let (Security::Clear, Some(user)) = (security, &written.user) {
            self.complain(
                &user.span(),
                "un mot de passe ne part pas en clair : security = \"tls\" ou \"starttls\", ou pas de user.",
                "a password does not leave in the clear: security = \"tls\" or \"starttls\", or no user.",
            );
        }
        let from = self.value(Some(&written.from), None, |t| mail_address(t).map(Some));
        let authorities = written.authorities.as_ref().map(|f| self.path(Some(f), ""));
        Some(MailOptions { host, port, security, authorities, user, from: from? })
    }

    fn modem(&mut self, written: &Modem) -> Option<ModemOptions> {
        let line = match (&written.serial, &written.tcp) {
            (Some(path), None) => {
                let baud = written.baud.unwrap_or(BAUD_USUAL);
                Some(LineAddress::Serial { path: path.get_ref().into(), baud, parity: Parity::None })
            }
            (None, Some(to)) => self.value(Some(to), None, |t| address(t).map(|a| Some(LineAddress::Tcp(a)))),
            (one, _) => {
                let at = one.as_ref().map_or(0..0, Text::span);
                self.complain(&at, "un modem demande soit serial, soit tcp.", "a modem needs either serial or tcp.");
                None
            }
        };
        let pin = written.pin_file.as_ref().map(|f| Password::InFile(self.path(Some(f), "")));
        Some(ModemOptions { address: line?, pin })
    }

    fn gateway(&mut self, written: &Gateway) -> Option<GatewayOptions> {
        let url = written.url.get_ref();
        let is_secret = written.token_file.is_some();
        let fits = url.starts_with("https://") || (url.starts_with("http://") && !is_secret);
        if !fits || url.chars().any(|c| c.is_whitespace() || c.is_control()) {
            self.complain(
                &written.url.span(),
                "url commence par « https:// » ; « http:// » seulement sans token_file.",
                "url begins with “https://”; “http://” only without token_file.",
            );
            return None;
        }
        Some(GatewayOptions {
            url: url.clone(),
            token: written.token_file.as_ref().map(|f| Password::InFile(self.path(Some(f), ""))),
            to_field: written.to_field.clone().unwrap_or_else(|| "to".to_owned()),
            text_field: written.text_field.clone().unwrap_or_else(|| "text".to_owned()),
            fields: written.fields.clone().into_iter().collect(),
            is_json: written.json.unwrap_or(false),
        })
    }

    /// One reader for each address.
    fn notice_to(&mut self, written: &NoticeTo) -> Vec<notices::Reader> {
        let mail = self.value(written.mail.as_ref(), None, |t| mail_address(t).map(|a| Some(Address::Mail(a))));
        let sms = self.value(written.sms.as_ref(), None, |t| number(t).map(|n| Some(Address::Sms(n))));
        if written.mail.is_none() && written.sms.is_none() {
            self.complain(&written.name.span(), "il faut mail ou sms.", "mail or sms is needed.");
        }
        let sites = written.sites.iter().filter_map(|t| self.value(Some(t), None, |t| site(t).map(Some))).collect();
        let reader = notices::Reader {
            name: written.name.get_ref().chars().filter(|c| !c.is_control()).take(80).collect(),
            address: Address::Mail(String::new()),
            sites,
            least: self.value(written.least.as_ref(), Severity::Warning, least),
            quiet: self.value(written.quiet.as_ref(), None, |t| hours(t).map(Some)),
            daily: self.value(written.daily.as_ref(), None, |t| time(t).map(Some)),
        };
        [mail, sms].into_iter().flatten().map(|address| notices::Reader { address, ..reader.clone() }).collect()
    }
}

fn after(text: &str) -> Result<Duration, Said> {
    let after = units::duration(text)?;
    if AFTER.contains(&after) {
        return Ok(after);
    }
    Err(Said::new(
        format!("« {text} » : un avis part après \"5s\" à \"1h\", d'habitude \"30s\"."),
        format!("“{text}”: a notice goes out after \"5s\" to \"1h\", usually \"30s\"."),
    ))
}

fn security(text: &str) -> Result<Security, Said> {
    match text {
        "tls" => Ok(Security::Tls),
        "starttls" => Ok(Security::StartTls),
        "none" => Ok(Security::Clear),
        _ => Err(Said::new(
            format!("« {text} » : \"tls\" (port 465), \"starttls\" (port 587) ou \"none\"."),
            format!("“{text}”: \"tls\" (port 465), \"starttls\" (port 587) or \"none\"."),
        )),
    }
}

fn server(text: &str, security: Security) -> Result<(String, u16), Said> {
    let usual = match security {
        Security::Tls => 465,
        Security::StartTls => 587,
        Security::Clear => 25,
    };
    let bad = || {
        Said::new(
            format!(
                "« {text} » n'est pas un serveur de courrier : un nom et au besoin un port, comme \"smtp.exemple.org:465\"."
            ),
            format!("“{text}” is not a mail server: a name and a port if need be, such as \"smtp.example.org:465\"."),
        )
    };
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) => (host, port.parse().map_err(|_| bad())?),
        None => (text, usual),
    };
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-');
    if host.is_empty() || host.len() > 253 || !host.bytes().all(plain) {
        return Err(bad());
    }
    Ok((host.to_owned(), port))
}

/// Of the addresses of RFC 5321 those that people have.
fn mail_address(text: &str) -> Result<String, Said> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"._+-'=&%!#$*/?^{|}~".contains(&b);
    let host = |h: &str| !h.is_empty() && h.bytes().all(|b| b.is_ascii_alphanumeric() || b".-".contains(&b));
    match text.split_once('@') {
        Some((name, at)) if !name.is_empty() && text.len() <= 254 && name.bytes().all(plain) && host(at) => {
            Ok(text.to_owned())
        }
        _ => Err(Said::new(
            format!("« {text} » n'est pas une adresse de courrier, comme \"technique@exemple.org\"."),
            format!("“{text}” is not a mail address, such as \"technique@example.org\"."),
        )),
    }
}

fn number(text: &str) -> Result<Number, Said> {
    text.parse().map_err(|_| {
        Said::new(
            format!("« {text} » n'est pas un numéro : « + », le pays, le numéro, comme \"+22376000000\"."),
            format!("“{text}” is not a number: “+”, the country, the number, such as \"+22376000000\"."),
        )
    })
}

fn site(text: &str) -> Result<SiteId, Said> {
    text.parse().map_err(|_| super::read::bad_site(text))
}

fn least(text: &str) -> Result<Severity, Said> {
    severity_of(text).ok_or_else(|| {
        Said::new(
            format!("« {text} » : \"info\", \"warning\" (à voir) ou \"blocking\" (le son est en cause)."),
            format!("“{text}”: \"info\", \"warning\" (to be looked at) or \"blocking\" (the sound is at stake)."),
        )
    })
}

fn hours(text: &str) -> Result<(Time, Time), Said> {
    let bad = || {
        Said::new(
            format!("« {text} » : les heures calmes s'écrivent \"22:00-06:00\"."),
            format!("“{text}”: quiet hours are written \"22:00-06:00\"."),
        )
    };
    let (from, to) = text.split_once('-').ok_or_else(bad)?;
    Ok((time(from.trim()).map_err(|_| bad())?, time(to.trim()).map_err(|_| bad())?))
}

fn time(text: &str) -> Result<Time, Said> {
    Time::strptime("%H:%M", text).map_err(|_| {
        Said::new(
            format!("« {text} » n'est pas une heure, comme \"07:30\"."),
            format!("“{text}” is not a time, such as \"07:30\"."),
        )
    })
}
