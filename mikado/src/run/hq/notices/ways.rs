//! The ways out of this machine: mail, a modem, a gateway. Each is tried with deadlines; none is waited for twice in a turn.

use std::io::ErrorKind;
use std::time::Duration;

use hardware::modem::{GsmText, Modem, ModemError, ModemState, Number};
use hardware::transmitter::Secret;

use super::mail;
use super::smtp::{SmtpError, Step, TALK_WITHIN, deliver};
use crate::config::Password;
use crate::notices::{Address, GatewayOptions, MailOptions, Notice, NoticeOptions};
use crate::speech::Said;

/// A gateway answers in a second; a satellite and a slow one in ten.
const GATEWAY_WITHIN: Duration = Duration::from_secs(30);

/// The ways that the config names.
pub struct Ways {
    mail: Option<MailOptions>,
    modem: Option<Result<Modem, Said>>,
    gateway: Option<GatewayOptions>,
    agent: ureq::Agent,
}

/// Why a notice did not go out.
#[derive(Debug)]
pub enum NotSent {
    /// The way is closed, for everybody.
    Closed(Said),
    /// This reader's address was refused.
    Refused(Said),
}

impl NotSent {
    /// The reason as a sentence.
    pub fn why(self) -> Said {
        match self {
            Self::Closed(said) | Self::Refused(said) => said,
        }
    }
}

impl Ways {
    /// The ways of a config; nothing is opened before it is needed.
    pub fn new(options: &NoticeOptions) -> Self {
        let modem = options.modem.as_ref().map(|m| {
            let pin = m.pin.as_ref().map(Password::read).transpose().map_err(|why| no_secret("pin_file", &why))?;
            Ok(Modem::new(m.address.clone(), pin.map(Secret::new)))
        });
        let config = ureq::Agent::config_builder().timeout_global(Some(GATEWAY_WITHIN)).max_redirects(0);
        let agent = config.http_status_as_error(false).build().into();
        Self { mail: options.mail.clone(), modem, gateway: options.gateway.clone(), agent }
    }

    /// Sends a notice to an address. `mark` tells one mail from another.
    ///
    /// # Errors
    /// Why it did not go out.
    pub fn send(&mut self, to: &Address, notice: &Notice, mark: u64) -> Result<(), NotSent> {
        match to {
            Address::Mail(to) => {
                let options = self.mail.as_ref().ok_or_else(|| NotSent::Closed(no_way("[notices.mail]")))?;
                let text = mail::written(notice, &options.from, to, mark);
                deliver(options, Some((to, &text)), TALK_WITHIN).map_err(|why| not_mailed(options, &why))
            }
            Address::Sms(number) => self.short(number, &notice.short()),
        }
    }

    /// By the modem; by the gateway when there is none or it failed.
    fn short(&mut self, to: &Number, text: &GsmText) -> Result<(), NotSent> {
        let by_modem = self.modem.as_mut().map(|modem| match modem {
            Ok(modem) => modem.send(to, text).map_err(|why| not_taken(&why)),
            Err(why) => Err(NotSent::Closed(why.clone())),
        });
        match (by_modem, &self.gateway) {
            (Some(Ok(())), _) => Ok(()),
            (_, Some(gateway)) => by_gateway(&self.agent, gateway, to, text),
            (Some(not_sent), None) => not_sent,
            (None, None) => Err(NotSent::Closed(no_way("[notices.modem]"))),
        }
    }

    /// Whether the mail server lets us in; `None` when there is none.
    pub fn try_mail(&self) -> Option<Result<(), Said>> {
        let options = self.mail.as_ref()?;
        Some(deliver(options, None, TALK_WITHIN).map_err(|why| not_mailed(options, &why).why()))
    }

    /// How the modem is; `None` when there is none.
    pub fn try_modem(&mut self) -> Option<Result<ModemState, Said>> {
        Some(match self.modem.as_mut()? {
            Ok(modem) => modem.state().map_err(|why| not_taken(&why).why()),
            Err(why) => Err(why.clone()),
        })
    }
}

fn by_gateway(agent: &ureq::Agent, gateway: &GatewayOptions, to: &Number, text: &GsmText) -> Result<(), NotSent> {
    let token = gateway.token.as_ref().map(Password::read).transpose();
    let token = token.map_err(|why| NotSent::Closed(no_secret("token_file", &why)))?;
    let mut fields = gateway.fields.clone();
    fields.push((gateway.to_field.clone(), to.to_string()));
    fields.push((gateway.text_field.clone(), text.read()));
    let mut request = agent.post(&gateway.url);
    if let Some(token) = token {
        request = request.header("Authorization", format!("Bearer {token}"));
    }
    let answered = if gateway.is_json {
        let fields: serde_json::Map<_, _> = fields.into_iter().map(|(k, v)| (k, v.into())).collect();
        request.send_json(fields)
    } else {
        request.send_form(fields)
    };
    match answered {
        Ok(answer) if answer.status().is_success() => Ok(()),
        Ok(answer) => {
            let status = answer.status().as_u16();
            let (fr, en) = (
                format!("la passerelle SMS répond {status}."),
                format!("the gateway of short messages answers {status}."),
            );
            Err(if (400..500).contains(&status) {
                NotSent::Refused(Said::new(fr, en))
            } else {
                NotSent::Closed(Said::new(fr, en))
            })
        }
        // What it says may hold the address, which may hold a secret.
        Err(_) => Err(NotSent::Closed(Said::new(
            "la passerelle SMS ne répond pas comme il faut ; vérifiez le réseau et url.",
            "the gateway of short messages does not answer as it should; check the network and url.",
        ))),
    }
}

fn no_way(section: &str) -> Said {
    Said::new(format!("il manque {section} dans mikado.toml."), format!("{section} is missing in mikado.toml."))
}

fn no_secret(key: &str, why: &std::io::Error) -> Said {
    let kind = why.kind();
    Said::new(
        format!("le fichier de {key} ne se lit pas ({kind})."),
        format!("the file of {key} cannot be read ({kind})."),
    )
}

fn not_mailed(options: &MailOptions, why: &SmtpError) -> NotSent {
    let host = &options.host;
    match why {
        SmtpError::Refused { step: Step::To, said } => NotSent::Refused(Said::new(
            format!("{host} refuse l'adresse ({said})."),
            format!("{host} refuses the address ({said})."),
        )),
        SmtpError::Refused { step: Step::SignIn, said } => NotSent::Closed(Said::new(
            format!("{host} refuse l'utilisateur ou le mot de passe ({said})."),
            format!("{host} refuses user or password ({said})."),
        )),
        SmtpError::Refused { said, .. } => NotSent::Closed(Said::new(
            format!("{host} refuse le courrier ({said})."),
            format!("{host} refuses the mail ({said})."),
        )),
        SmtpError::Clear => NotSent::Closed(Said::new(
            format!("{host} ne chiffre pas ; rien ne lui a été dit. Sur un réseau à vous seul : security = \"none\"."),
            format!("{host} does not encrypt; nothing was said to it. On a network of your own: security = \"none\"."),
        )),
        SmtpError::Line(why) if why.kind() == ErrorKind::TimedOut => NotSent::Closed(Said::new(
            format!("{host} ne répond pas à temps."),
            format!("{host} does not answer in time."),
        )),
        SmtpError::Line(why) => NotSent::Closed(Said::new(
            format!("{host} ne peut pas être joint ({why})."),
            format!("{host} cannot be reached ({why})."),
        )),
    }
}

fn not_taken(why: &ModemError) -> NotSent {
    let fr = match why {
        ModemError::Line(kind) => format!("la ligne du modem ne s'ouvre pas ou s'est coupée ({kind})"),
        ModemError::Silent => "le modem ne répond pas".to_owned(),
        ModemError::Pin => "la carte du modem demande son code (pin_file), essayé une seule fois".to_owned(),
        ModemError::NoNetwork => "le modem n'a pas de réseau".to_owned(),
        ModemError::Refused(said) => format!("le message est refusé ({said})"),
    };
    let said = Said::new(format!("{fr}."), format!("{why}."));
    if matches!(why, ModemError::Refused(_)) { NotSent::Refused(said) } else { NotSent::Closed(said) }
}

/// Two addresses of one way share its fate in a turn.
pub const fn is_same_way(one: &Address, other: &Address) -> bool {
    matches!((one, other), (Address::Mail(_), Address::Mail(_)) | (Address::Sms(_), Address::Sms(_)))
}

/// A random mark.
pub fn mark() -> u64 {
    let mut bytes = [0; 8];
    // Without randomness two mails of the same second would share a name, no more.
    let _ = getrandom::fill(&mut bytes);
    u64::from_le_bytes(bytes)
}
