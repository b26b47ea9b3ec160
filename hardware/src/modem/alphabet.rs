//! Text in the default alphabet of GSM (3GPP TS 23.038, 6.2.1), of which a message holds 160 characters.
//!
//! It has é, è, à and ù and not ê, î or ç: what it lacks is written as the letter without its mark, and the letters of our
//! languages as on receivers' displays. The second table of the alphabet is not used: each of its characters costs two.

use unicode_normalization::UnicodeNormalization;

use crate::rds::charset::written;

/// Characters of one message: 140 bytes of seven bits each (3GPP TS 23.040, 9.2.3.16).
pub const SMS_CHARS_MAX: usize = 160;

/// The table, sixteen to a line; `\u{1b}` leads to the second table and is never written.
const TABLE: &str = concat!(
    "@£$¥èéùìòÇ\nØø\rÅå",
    "Δ_ΦΓΛΩΠΨΣΘΞ\u{1b}ÆæßÉ",
    " !\"#¤%&'()*+,-./",
    "0123456789:;<=>?",
    "¡ABCDEFGHIJKLMNO",
    "PQRSTUVWXYZÄÖÑÜ§",
    "¿abcdefghijklmno",
    "pqrstuvwxyzäöñüà",
);

/// What stands for a character that neither the table nor the displays of receivers know how to write.
const STANDS_FOR: [(char, &str); 14] = [
    ('œ', "oe"),
    ('Œ', "OE"),
    ('ŋ', "ng"),
    ('Ŋ', "Ng"),
    ('°', "deg"),
    ('→', "->"),
    ('[', "("),
    (']', ")"),
    ('{', "("),
    ('}', ")"),
    ('|', "/"),
    ('\\', "/"),
    ('€', "EUR"),
    ('×', "x"),
];

/// A text of one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GsmText {
    septets: Vec<u8>,
}

impl GsmText {
    /// `text` in the alphabet, on one line, cut to what one message holds.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut septets = Vec::new();
        for c in text.nfc() {
            if c.is_whitespace() || c.is_control() {
                // Never two spaces; a line's end inside a command would end it.
                if septets.last().is_some_and(|last| *last != b' ') {
                    septets.push(b' ');
                }
            } else if let Some((_, instead)) = STANDS_FOR.iter().find(|(from, _)| *from == c) {
                septets.extend(instead.chars().filter_map(code));
            } else {
                written(c, code, &mut septets);
            }
        }
        septets.truncate(SMS_CHARS_MAX);
        while septets.last() == Some(&b' ') {
            septets.pop();
        }
        Self { septets }
    }

    /// How many characters of [`SMS_CHARS_MAX`] it takes.
    pub fn chars(&self) -> usize {
        self.septets.len()
    }

    /// As it will be read, for people and for gateways.
    pub fn read(&self) -> String {
        self.septets.iter().filter_map(|s| TABLE.chars().nth(usize::from(*s))).collect()
    }

    /// Seven bits each, packed from the lowest bit on (TS 23.038, 6.1.2.1).
    pub(super) fn packed(&self) -> Vec<u8> {
        let mut bytes = vec![0_u8; (self.septets.len() * 7).div_ceil(8)];
        for (n, septet) in self.septets.iter().enumerate() {
            let (byte, shift) = (n * 7 / 8, n * 7 % 8);
            let placed = u16::from(*septet) << shift;
            bytes[byte] |= (placed & 0xFF) as u8;
            if let (Some(next), high @ 1..) = (bytes.get_mut(byte + 1), placed >> 8) {
                *next |= high as u8;
            }
        }
        bytes
    }
}

fn code(c: char) -> Option<u8> {
    let at = TABLE.chars().position(|known| known == c)?;
    (c != '\u{1b}').then_some(at as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_that_the_alphabet_lacks_are_written_without_marks() {
        for (text, read) in [
            ("Gao : la porteuse est coupée « à l'arrêt »", "Gao : la porteuse est coupée \" à l'arret \""),
            ("Ménaka ça brûle, cœur à 75 °C", "Ménaka ca brule, coeur à 75 degC"),
            ("kɔnɔ ɲɛ Ɛŋ", "kònò nyè Eng"),
            ("un\r\nAT+CMGS \u{1a}\u{1b} deux", "un AT+CMGS deux"),
            ("[x] {y} ~ ^ | €", "(x) (y) - ' / EUR"),
        ] {
            assert_eq!(GsmText::new(text).read(), read, "{text}");
        }
        assert_eq!(TABLE.chars().count(), 128);
        assert_eq!(GsmText::new(&"é".repeat(200)).chars(), SMS_CHARS_MAX);
    }

    #[test]
    fn septets_are_packed_as_the_field_packs_them() {
        assert_eq!(GsmText::new("hellohello").packed(), [0xE8, 0x32, 0x9B, 0xFD, 0x46, 0x97, 0xD9, 0xEC, 0x37]);
        assert_eq!(GsmText::new(&"a".repeat(160)).packed().len(), 140);
    }
}
