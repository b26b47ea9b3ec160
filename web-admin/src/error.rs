//! What may go wrong for a visitor. They read a sentence and an incident number; the details stay in the trace.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::library::Refusal;
use crate::people::PeopleError;
use crate::words::Words;

/// A refused or failed request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum WebError {
    /// Nothing lives at this address, or not for this visitor.
    NotFound,
    /// Nobody is signed in.
    SignedOut,
    /// The role does not have the right.
    Forbidden,
    /// The request did not come from one of our own pages, or its token is missing or old.
    Foreign,
    /// The request cannot be read: which field, in the visitor's words.
    Unreadable(Field),
    /// The body is larger than the route takes.
    TooLarge,
    /// The body did not come: its sender fell silent, or was slower than any line.
    Silent,
    /// Too many at once.
    Busy,
    /// Someone else changed it meanwhile.
    Changed,
    /// The sound is protected, in the trash, or without its bytes.
    Barred,
    /// A parcel or a piece of it is not taken.
    Refused(Refusal),
    /// A change that makes no sense, in both languages.
    Said(scheduler::changes::BadOverride),
    /// Something failed here; the number is in the trace beside the reason.
    Internal {
        /// What the visitor can quote.
        incident: String,
    },
}

/// A field that people fill in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Day,
    Site,
    Time,
    Title,
    Language,
    Kind,
    Programme,
    Asset,
    File,
    Name,
    Length,
    Role,
    Reason,
    Form,
}

impl WebError {
    /// Writes the reason to the trace under a new incident number.
    pub(crate) fn internal(reason: impl std::fmt::Display) -> Self {
        let mut bytes = [0; 4];
        // Without random numbers the incident is numbered by zeroes; the sentence still reaches the visitor.
        let _ = getrandom::fill(&mut bytes);
        let incident = format!("{:08X}", u32::from_be_bytes(bytes));
        tracing::error!(incident, "web: {reason}");
        Self::Internal { incident }
    }

    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::SignedOut => StatusCode::UNAUTHORIZED,
            Self::Forbidden | Self::Foreign => StatusCode::FORBIDDEN,
            Self::Unreadable(_) => StatusCode::BAD_REQUEST,
            Self::Said(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Silent => StatusCode::REQUEST_TIMEOUT,
            Self::Busy => StatusCode::TOO_MANY_REQUESTS,
            Self::Changed | Self::Barred => StatusCode::CONFLICT,
            Self::Refused(why) => why.status(),
            Self::Internal { .. } => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The sentence for a visitor.
    pub(crate) fn sentence(&self, t: &Words) -> String {
        match self {
            Self::NotFound => t.err_not_found.to_owned(),
            Self::SignedOut => t.err_signed_out.to_owned(),
            Self::Forbidden => t.err_forbidden.to_owned(),
            Self::Foreign => t.err_foreign.to_owned(),
            Self::Unreadable(field) => t.err_unreadable.replace("{}", t.field(*field)),
            Self::Said(why) => {
                if t.g().tag == "fr" {
                    why.fr.clone()
                } else {
                    why.en.clone()
                }
            }
            Self::TooLarge => t.err_too_large.to_owned(),
            Self::Silent => t.err_silent.to_owned(),
            Self::Busy => t.err_busy.to_owned(),
            Self::Changed => t.err_changed.to_owned(),
            Self::Barred => t.err_barred.to_owned(),
            Self::Refused(why) => why.sentence(t).to_owned(),
            Self::Internal { incident } => t.err_internal.replace("{}", incident),
        }
    }

    /// What was meant by a bare status that a library answered with.
    pub(crate) fn from_status(status: StatusCode) -> Self {
        match status {
            StatusCode::UNAUTHORIZED => Self::SignedOut,
            StatusCode::FORBIDDEN => Self::Forbidden,
            StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => Self::NotFound,
            StatusCode::PAYLOAD_TOO_LARGE => Self::TooLarge,
            StatusCode::REQUEST_TIMEOUT => Self::Silent,
            s if s.is_client_error() => Self::Unreadable(Field::Form),
            s => Self::internal(format!("a library answered {s}")),
        }
    }
}

impl IntoResponse for WebError {
    /// A bare status that carries the error along; the outermost layer writes the page or the JSON around it.
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<PeopleError> for WebError {
    fn from(e: PeopleError) -> Self {
        match e {
            PeopleError::BadName(_) | PeopleError::NameTaken(_) => Self::Unreadable(Field::Name),
            PeopleError::Unknown(_) => Self::NotFound,
            other => Self::internal(other),
        }
    }
}

impl From<scheduler::changes::BadOverride> for WebError {
    fn from(why: scheduler::changes::BadOverride) -> Self {
        Self::Said(why)
    }
}

impl From<Refusal> for WebError {
    fn from(why: Refusal) -> Self {
        Self::Refused(why)
    }
}

impl From<askama::Error> for WebError {
    fn from(e: askama::Error) -> Self {
        Self::internal(e)
    }
}
