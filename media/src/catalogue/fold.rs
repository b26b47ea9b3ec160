//! Folding: the many spellings of one word made equal, for searching and for sorting.
//!
//! The table is that of `demo/languages.json`: the letters of 1982 and the spellings before it (ɛ and è, ɲ and ny), Arabic
//! with and without its marks, and accents that a telephone has no key for. What is stored and shown is never folded.

use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Grows when a rule here changes, or what a card is found by: catalogues then write their index anew when they are opened.
pub(super) const FOLD_VERSION: i64 = 3;

/// Letters that no decomposition reaches, and what they are taken for.
const LETTERS: &[(char, &str)] = &[
    ('ɛ', "e"),
    ('ɔ', "o"),
    ('ɲ', "ny"),
    ('ŋ', "n"),
    ('ɓ', "b"),
    ('ɗ', "d"),
    ('ƴ', "y"),
    ('ɣ', "gh"),
    ('ə', "e"),
    ('ʃ', "sh"),
    ('ʒ', "zh"),
    ('š', "sh"),
    ('ž', "zh"),
    ('è', "e"),
    ('ò', "o"),
    ('ñ', "ny"),
    ('œ', "oe"),
    ('æ', "ae"),
    ('ǝ', "e"),
    ('ʔ', ""),
    ('ʕ', ""),
    ('ʼ', ""),
    ('’', ""),
    ('\'', ""),
];

/// Arabic letters that are written in several ways. Marks (tashkil, hamza on its seat) fall with the other marks.
const ARABIC: &[(char, &str)] = &[
    ('أ', "ا"),
    ('إ', "ا"),
    ('آ', "ا"),
    ('ٱ', "ا"),
    ('ى', "ي"),
    ('ئ', "ي"),
    ('ؤ', "و"),
    ('ة', "ه"),
    // A hamza that stands alone is left out as often as it is written.
    ('ء', ""),
    // Tatweel only stretches a word.
    ('ـ', ""),
    // Keyboards of other languages give these two forms.
    ('ی', "ي"),
    ('ک', "ك"),
];

/// Names with several spellings: whoever writes one of a line is found by all of it.
const NAMES: &[&[&str]] = &[
    &["songhaï", "songhai", "songhay", "sonrhaï", "sonrai", "songoï", "songhoy", "soŋay", "soŋoy"],
    &["peuhl", "peul", "peulh", "fulfulde", "pulaar", "fula", "fulani"],
    &["tamasheq", "tamachek", "tamacheq", "tamashek", "tamašəq", "touareg"],
    &["bambara", "bamanankan", "bamana"],
    &["dogon", "dɔgɔsɔ", "dogoso", "toro so", "tɔrɔ sɔɔ", "jamsay"],
    &["arabe", "العربية", "hassaniya", "hassanya"],
    &["Ménaka", "Menaka"],
    &["Tombouctou", "Timbuktu", "Tombuctu", "Tumbutu"],
    &["Taoudéni", "Taoudénit", "Taoudenni"],
    &["Tessalit", "Tessalite"],
];

static FOLDED_NAMES: LazyLock<Vec<Vec<Vec<String>>>> =
    LazyLock::new(|| NAMES.iter().map(|line| line.iter().map(|name| plain_words(name)).collect()).collect());

/// The text without case, accents, marks and the letters of one spelling only.
pub fn fold(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.nfkc().flat_map(char::to_lowercase) {
        match LETTERS.iter().chain(ARABIC).find(|(l, _)| *l == letter) {
            Some((_, written)) => plain.push_str(written),
            None => plain.push(western_digit(letter)),
        }
    }
    plain.nfd().filter(|c| !is_combining_mark(*c)).collect()
}

/// What a title is sorted by: its folded words alone, so that « É stands with E and a quotation mark nowhere.
pub fn sort_key(text: &str) -> String {
    letters_of(&fold(text)).collect::<Vec<_>>().join(" ")
}

/// The words that a text is searched by, each in the widest spelling: `ny` and `ng` are a plain `n` (ɲ, ŋ).
pub(super) fn plain_words(text: &str) -> Vec<String> {
    letters_of(&fold(text)).map(|word| word.replace("ny", "n").replace("ng", "n")).collect()
}

/// Every word that a text is found by: its words with elisions joined (`k’a` is `ka`) and apart (`l’oiseau` is also
/// `oiseau`), Arabic nouns also without their article, and the other spellings of the names in it.
pub(super) fn all_words(text: &str) -> Vec<String> {
    let mut words = plain_words(text);
    let known: Vec<&Vec<Vec<String>>> =
        FOLDED_NAMES.iter().filter(|line| line.iter().any(|name| holds(&words, name))).collect();
    if text.contains(['\'', '’', 'ʼ']) {
        words.extend(plain_words(&text.replace(['\'', '’', 'ʼ'], " ")));
    }
    let bare: Vec<String> = words.iter().filter_map(|w| without_article(w)).collect();
    words.extend(bare);
    words.extend(known.into_iter().flatten().flatten().cloned());
    words
}

/// An Arabic noun without its article, when a noun is left.
fn without_article(word: &str) -> Option<String> {
    word.strip_prefix("ال").filter(|noun| noun.chars().count() >= 3).map(str::to_owned)
}

fn holds(words: &[String], name: &[String]) -> bool {
    words.windows(name.len().max(1)).any(|stretch| stretch == name)
}

fn letters_of(folded: &str) -> impl Iterator<Item = &str> {
    folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

fn western_digit(letter: char) -> char {
    let value = match letter {
        '٠'..='٩' => u32::from(letter) - u32::from('٠'),
        '۰'..='۹' => u32::from(letter) - u32::from('۰'),
        _ => return letter,
    };
    char::from_digit(value, 10).unwrap_or(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> serde_json::Value {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../demo/languages.json");
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    }

    #[test]
    fn the_tables_are_those_of_the_station() {
        let table = table();
        let letters = table["search_fold"].as_object().unwrap();
        assert_eq!(letters.len(), LETTERS.len());
        for (letter, written) in LETTERS {
            assert_eq!(letters[&letter.to_string()].as_str(), Some(*written), "{letter}");
        }
        let names = table["name_aliases"].as_object().unwrap();
        assert_eq!(names.len(), NAMES.len());
        for line in NAMES {
            let others: Vec<_> = names[line[0]].as_array().unwrap().iter().filter_map(|n| n.as_str()).collect();
            assert_eq!(others, line[1..], "{}", line[0]);
        }
    }

    #[test]
    fn spellings_of_one_word_are_equal() {
        let check = |one: &str, other: &str| assert_eq!(plain_words(one), plain_words(other), "{one} / {other}");
        check("kɔnɔ", "KONO");
        check("Kɔ̀nɔ́", "kònò");
        check("ɲɛnajɛ", "nyenaje");
        check("ÑENAJE", "ɲenaje");
        check("soŋay", "songay");
        check("Ɓiɗɗo ƴaro", "biddo yaro");
        check("tamaɣt", "tamaght");
        check("ʃəq", "sheq");
        check("Œuvre", "oeuvre");
        check("e\u{301}cole", "école");
        check("العَرَبِيّة", "العربيه");
        check("أخبار", "اخبار");
        check("إذاعة", "اذاعه");
        check("مســاء", "مسا");
        check("شؤون على", "شوون علي");
        check("١٢ نوفمبر", "12 نوفمبر");
        check("k’a", "ka");
    }

    #[test]
    fn a_name_is_found_by_its_other_spellings_and_an_elision_by_its_noun() {
        let check = |text: &str, word: &str| {
            let wanted = plain_words(word);
            assert!(wanted.iter().all(|w| all_words(text).contains(w)), "{text} by {word}: {:?}", all_words(text));
        };
        check("Journal en sonrhaï", "songhay");
        check("Tɔrɔ sɔɔ, la causerie", "dogon");
        check("Bonjour Timbuktu", "Tombouctou");
        check("L’oiseau bleu", "oiseau");
        check("L’oiseau bleu", "l'oiseau");
        assert!(!all_words("toro").contains(&"dogon".to_owned()), "half a name is another word");
    }

    #[test]
    fn titles_are_sorted_as_people_read_them() {
        let mut titles = ["Zéro", "« Économie »", "ɲɛnajɛ", "école", "Eau", "العربية", "nuit", "Œuvres"];
        titles.sort_by_key(|t| sort_key(t));
        assert_eq!(titles, ["Eau", "école", "« Économie »", "nuit", "ɲɛnajɛ", "Œuvres", "Zéro", "العربية"]);
    }
}
