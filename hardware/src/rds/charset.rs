//! Text in the characters that every receiver has (IEC 62106-4, table of the EBU Latin based repertoire), and what becomes
//! of letters that it lacks.
//!
//! Receivers do not show bytes above 0x7F as Latin-1, nor all below as ASCII: 0x24 is ¤ and the dollar is 0xAB. Letters of our
//! languages that are not in the table are written as the older French-based spellings write them (ɛ as è, ɔ as ò, ɲ as
//! ny), then without their marks, and what has no writing at all in it is left out and named.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Characters of a radio text (IEC 62106-2: 16 groups 2A of four each).
pub const RADIO_TEXT_CHARS_MAX: usize = 64;
/// Characters of a programme service name.
pub const PROGRAMME_SERVICE_CHARS: usize = 8;

/// The upper half of the table, 0x80 to 0xFE, sixteen to a line.
const UPPER: &str = "áàéèíìóòúùÑÇŞß¡Ĳ\
âäêëîïôöûüñçşğıĳ\
ªα©‰Ğěňőπ€£$←↑→↓\
º¹²³±İńűµ¿÷°¼½¾§\
ÁÀÉÈÍÌÓÒÚÙŘČŠŽĐĿ\
ÂÄÊËÎÏÔÖÛÜřčšžđŀ\
ÃÅÆŒŷÝÕØÞŊŔĆŚŹŦð\
ãåæœŵýõøþŋŕćśźŧ";

/// Where the lower half is not ASCII.
const LOWER: [(char, u8); 4] = [('¤', 0x24), ('―', 0x5E), ('‖', 0x60), ('¯', 0x7E)];

/// What stands for a character that the table lacks. Longer than one where the older spelling is.
const STANDS_FOR: [(char, &str); 34] = [
    ('ɛ', "è"),
    ('Ɛ', "È"),
    ('ɔ', "ò"),
    ('Ɔ', "Ò"),
    ('ɲ', "ny"),
    ('Ɲ', "Ny"),
    ('ɓ', "b"),
    ('Ɓ', "B"),
    ('ɗ', "d"),
    ('Ɗ', "D"),
    ('ƴ', "y"),
    ('Ƴ', "Y"),
    ('ɣ', "gh"),
    ('Ɣ', "Gh"),
    ('ǝ', "e"),
    ('Ǝ', "E"),
    ('ə', "e"),
    ('Ə', "E"),
    ('’', "'"),
    ('‘', "'"),
    ('ʼ', "'"),
    ('“', "\""),
    ('”', "\""),
    ('«', "\""),
    ('»', "\""),
    ('–', "-"),
    ('—', "-"),
    ('‑', "-"),
    ('−', "-"),
    ('…', "..."),
    ('^', "'"),
    ('`', "'"),
    ('~', "-"),
    ('·', "."),
];

/// A text as it goes on the air.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RdsText {
    /// Codes of the table, at most as many as were asked for, never 0x0D or below 0x20.
    pub codes: Vec<u8>,
    /// Characters that have no writing in the table and were left out, each once, in the order of the text.
    pub left_out: Vec<char>,
    /// Whether the text was longer and was cut, at a word's end where there was one.
    pub is_cut: bool,
}

/// `text` in at most `chars_max` characters of the table.
#[must_use]
pub fn encoded(text: &str, chars_max: usize) -> RdsText {
    let mut codes = Vec::new();
    let mut left_out = Vec::new();
    for c in text.nfc() {
        if c.is_whitespace() || c.is_control() {
            // Never two spaces, never a control: 0x0D would end the text in the receiver.
            if codes.last().is_some_and(|last| *last != b' ') {
                codes.push(b' ');
            }
        } else if !written(c, code, &mut codes) && !is_combining_mark(c) && !is_unseen(c) && !left_out.contains(&c) {
            left_out.push(c);
        }
    }
    while codes.last() == Some(&b' ') {
        codes.pop();
    }
    let is_cut = codes.len() > chars_max;
    if is_cut {
        cut(&mut codes, chars_max);
    }
    RdsText { codes, left_out, is_cut }
}

/// Writes one character by the codes of a table, its substitute, or its letter without marks; says whether there was one.
pub(crate) fn written(c: char, code: fn(char) -> Option<u8>, codes: &mut Vec<u8>) -> bool {
    if let Some(code) = code(c) {
        codes.push(code);
        return true;
    }
    if let Some((_, instead)) = STANDS_FOR.iter().find(|(from, _)| *from == c) {
        for c in instead.chars() {
            written(c, code, codes);
        }
        return true;
    }
    let bare = std::iter::once(c).nfkd().find(|part| !is_combining_mark(*part));
    bare.filter(|b| *b != c).is_some_and(|bare| written(bare, code, codes))
}

/// The code of a character that is in the table.
fn code(c: char) -> Option<u8> {
    if let Some((_, code)) = LOWER.iter().find(|(known, _)| *known == c) {
        return Some(*code);
    }
    match c {
        '$' | '^' | '`' | '~' | '\x7F' => UPPER.chars().position(|u| u == c).map(|at| 0x80 + at as u8),
        ' '..='}' => Some(c as u8),
        _ => UPPER.chars().position(|u| u == c).map(|at| 0x80 + at as u8),
    }
}

/// Joiners and marks of direction: nothing is lost with them.
const fn is_unseen(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}' | '\u{FE00}'..='\u{FE0F}')
}

/// Cuts at the last space of the second half, or else in the word.
fn cut(codes: &mut Vec<u8>, chars_max: usize) {
    let kept = codes.get(..=chars_max).unwrap_or(codes);
    let space = kept.iter().rposition(|code| *code == b' ').filter(|at| *at >= chars_max / 2);
    codes.truncate(space.unwrap_or(chars_max));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(text: &str) -> Vec<u8> {
        encoded(text, RADIO_TEXT_CHARS_MAX).codes
    }

    #[test]
    fn characters_have_the_codes_of_the_standard() {
        let rows = [
            ('é', 0x82),
            ('è', 0x83),
            ('à', 0x81),
            ('â', 0x90),
            ('ê', 0x92),
            ('î', 0x94),
            ('ô', 0x96),
            ('û', 0x98),
            ('ù', 0x89),
            ('ç', 0x9B),
            ('É', 0xC2),
            ('È', 0xC3),
            ('À', 0xC1),
            ('Ç', 0x8B),
            ('œ', 0xF3),
            ('ŋ', 0xF9),
            ('Ŋ', 0xE9),
            ('$', 0xAB),
            ('¤', 0x24),
            ('A', 0x41),
            ('}', 0x7D),
            ('ŧ', 0xFE),
        ];
        for (c, expected) in rows {
            assert_eq!(codes(&c.to_string()), [expected], "{c}");
        }
        assert_eq!(UPPER.chars().count(), 127, "0x80 to 0xFE");
    }

    #[test]
    fn letters_of_our_languages_are_written_as_the_older_spellings_do() {
        let same = |text: &str, as_if: &str| assert_eq!(codes(text), codes(as_if), "{text}");
        same("Kɔnɔ ɲɛnajɛ", "Kònò nyènajè");
        same("ɓiɗɗo ƴeewi", "biddo yeewi");
        same("e\u{301}cole", "école");
        same("L’eau « propre » — partout…", "L'eau \" propre \" - partout...");
        same("Kidal\r\nGao\tMopti\0", "Kidal Gao Mopti");
        same("Ṭassalit ǎ ẓ", "Tassalit a z");
    }

    #[test]
    fn what_cannot_be_written_is_named_and_nothing_raw_goes_out() {
        let text = encoded("Gao الأخبار ⵜⵉⴼⵉⵏⴰⵖ 🐐 94.0", RADIO_TEXT_CHARS_MAX);
        assert_eq!(text.codes, b"Gao 94.0");
        assert!(text.left_out.starts_with(&['ا', 'ل']) && text.left_out.contains(&'🐐'), "{:?}", text.left_out);
        for c in (0..=u32::from(char::MAX)).step_by(7).filter_map(char::from_u32) {
            let codes = codes(&format!("a{c}b"));
            assert!(codes.len() >= 2 && codes.iter().all(|code| *code >= 0x20 && *code != 0xFF), "{c:?}: {codes:02X?}");
        }
    }

    #[test]
    fn a_long_text_ends_with_a_word_and_a_long_word_is_cut() {
        let rows = [
            ("Le débat de Gao reprend demain à la même heure, après le journal en songhaï", 64, true),
            ("Mikado FM", 64, false),
            ("Tombouctou", PROGRAMME_SERVICE_CHARS, true),
        ];
        for (text, most, is_cut) in rows {
            let written = encoded(text, most);
            assert_eq!(written.is_cut, is_cut, "{text}");
            assert!(written.codes.len() <= most && !written.codes.ends_with(b" "), "{text}");
            assert!(codes(text).starts_with(&written.codes), "{text}");
        }
        assert_eq!(encoded("Tombouctou", 8).codes, b"Tombouct");
        assert!(encoded(&"é ".repeat(10_000), 64).codes.len() <= 64);
    }
}
