//! Which variant of a language each site takes (R-LANG-05): Gao's Songhaï is `ses`, Timbuktu's `khq`.

use domain::{Asset, Language, SiteId};

use super::{Programme, Station};

/// Which variants sites have declared, by station language, where the station file does not say otherwise.
const DECLARED: &[(&str, &str, &[&str])] = &[
    ("TBT", "son", &["khq"]),
    ("GAO", "son", &["ses"]),
    ("MEN", "son", &["ses"]),
    ("MEN", "tmh", &["ttq"]),
    ("KDL", "tmh", &["taq"]),
    ("TES", "tmh", &["taq"]),
    ("GAO", "tmh", &["taq"]),
    ("TBT", "tmh", &["taq"]),
    ("MOP", "dts", &["dts", "djm"]),
];

impl Station {
    /// The variants of a language that a site has declared, best first; empty where any will do.
    pub fn variants(&self, site: SiteId, language: &Language) -> Vec<Language> {
        let umbrella = language.umbrella();
        let of_file = self.site(site).map(|s| s.variants.as_slice()).unwrap_or_default();
        let own: Vec<Language> = of_file.iter().filter(|v| v.umbrella() == umbrella).cloned().collect();
        if !own.is_empty() {
            return own;
        }
        let here = DECLARED.iter().find(|d| d.0 == site.as_str() && d.1 == umbrella.as_str());
        here.map(|d| d.2.iter().filter_map(|v| v.parse().ok()).collect()).unwrap_or_default()
    }

    /// Whether people at a site are spoken to in their own variant by sound in this language. A tag that names no variant
    /// says nothing against it.
    pub fn takes(&self, site: SiteId, language: &Language) -> bool {
        let variants = self.variants(site, language);
        let is_open = variants.is_empty() || *language == language.umbrella() && !variants.contains(language);
        is_open || variants.iter().any(|v| primary(v) == primary(language))
    }

    /// Whether an edition may air at a site as this programme: in the programme's language, and in the site's variant.
    pub(crate) fn speaks(&self, site: SiteId, programme: &Programme, edition: &Asset) -> bool {
        let (said, meant) = (edition.language.umbrella(), programme.lang.umbrella());
        let mixed = [&said, &meant].iter().any(|l| l.as_str() == "mul");
        let meant = mixed || said == meant || programme.lang_mix.keys().any(|l| l.umbrella() == said);
        meant && self.takes(site, &edition.language)
    }
}

/// The language of a tag without its script or region.
fn primary(language: &Language) -> &str {
    language.as_str().split('-').next().unwrap_or_default()
}
