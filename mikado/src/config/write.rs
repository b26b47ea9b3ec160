//! A new config file with a sentence beside every choice, for the demonstration and for a first station.

use std::fmt::Write;
use std::net::SocketAddr;

use domain::SiteId;

/// What a new config file says.
#[derive(Clone, Debug)]
pub struct NewConfig {
    /// Where the pages are served.
    pub http: SocketAddr,
    /// The sites with the addresses of their streams.
    pub sites: Vec<(SiteId, SocketAddr)>,
    /// Where somebody live may come in, in the order of the sites; a site beyond its end has no door.
    pub doors: Vec<SocketAddr>,
}

impl NewConfig {
    /// The text of the file.
    pub fn to_toml(&self) -> String {
        let mut text = String::from(HEAD);
        text = text.replace("{http}", &self.http.to_string());
        for (n, (id, http)) in self.sites.iter().enumerate() {
            // Writing to a String cannot fail.
            let _ = write!(text, "\n[[site]]\nid = \"{id}\"\nhttp = \"{http}\"\n");
            if let Some(door) = self.doors.get(n) {
                let _ = writeln!(text, "live = {{ listen = \"{door}\" }}   # la porte des directs");
            }
        }
        text.push_str(TAIL);
        text
    }
}

const HEAD: &str = "\
# Mikado : ce que porte cette machine. Les chemins partent du dossier de ce fichier.
# Une valeur porte son unité. Une clé inconnue est refusée avec sa ligne.

[station]
file = \"station.toml\"             # grille, langues, campagnes ; lu au premier démarrage
target_loudness = \"-23 LUFS\"      # EBU R 128
true_peak_ceiling = \"-1 dBTP\"
# agc = true                       # mise à niveau lente de toute l'antenne, directs compris : guide/live.md

[hq]
dir = \"hq\"                        # catalogue, grille, comptes
http = \"{http}\"      # pages web
# metrics = \"127.0.0.1:9180\"      # pour Prometheus : http://127.0.0.1:9180/metrics
# watch = \"depot\"                 # dossier surveillé : depot/bm/fichier.mp3 entre de lui-même

[[hq.job]]                        # ce que le siège fait de lui-même : voir guide/jobs.md
name = \"sauvegarde\"
cron = \"30 2 * * *\"               # minute heure jour mois jour-de-semaine, à l'heure de la station
run = \"backup\"                   # une commande de mikado qui ne fait que regarder ou copier
keep = 7

[[hq.job]]
name = \"campagnes-de-la-semaine\"
cron = \"0 6 * * 1\"
run = \"report campaign --over last-week --format csv\"

[[hq.job]]
name = \"verification\"
cron = \"30 3 * * 0\"
run = \"check\"
within = \"2h\"

[shelf]
dir = \"shelf\"                     # le son, par empreinte
disk_budget = \"2GB\"

[run]
dir = \"run\"                       # état des processus
# watchdog = \"/dev/watchdog\"      # la machine redémarre quand plus aucun site ne sonne : guide/equipment.md
";

const TAIL: &str = "
# Pour un site, aussi :
# opus = \"96 kbit/s\"              # ou \"off\"
# mp3 = \"128 kbit/s\"              # ou \"off\"
# card = \"hw:0,0\"                 # un nom que donne « mikado doctor »
# card_buffer = \"50ms\"            # \"20ms\" pour un direct par carte : voir guide/live.md
# wav = \"air.wav\"                 # enregistre la sortie
# [[site.rtp]]                    # vers un codec IP ou un émetteur ; description : /GAO.sdp
# to = \"239.1.2.3:5004\"
# format = \"L24\"                  # ou \"L16\", \"opus\"
# packet_time = \"1ms\"
# dscp = \"AF41\"                   # ou \"EF\", \"best effort\"
# [site.mpx]                      # le multiplex stéréo avec RDS, à 192 kHz : voir guide/transmitter.md
# card = \"hw:1,0\"                 # ou pipe = \"mpx\" : un tube nommé, ou rtp = \"192.168.10.9:5004\"
# power_max = \"0 dBr\"             # UIT-R BS.412 ; sans elle, la puissance est mesurée
# [site.live]                     # la porte des directs (protocole source d'Icecast) ; droits : mikado live grant
# listen = \"127.0.0.1:8091\"
# buffer = \"1s\"                   # ce que le réseau peut tarder
# [site.witness]                  # un récepteur qui entend le site sur sa fréquence : voir guide/transmitter.md
# card = \"hw:2,0\"                 # ou rtp et from, ou pipe = \"recepteur\"
# [site.transmitter]              # ce que dit l'émetteur, par SNMP : voir guide/equipment.md
# snmp = \"192.168.10.20:161\"
# community_file = \"gao.snmp\"
# rf_on = { oid = \"1.3.6.1.4.1.…\", on = 1 }
# forward_power_w = { oid = \"1.3.6.1.4.1.…\", scale = 0.1, min = 400 }
# [site.time]                     # d'autres sources d'heure que l'horloge de la machine
# gpsd = \"127.0.0.1:2947\"
# rtc = true
# [notices.mail]                  # qui est prévenu par courrier ou SMS : voir guide/notices.md
# server = \"smtp.exemple.org:465\"
# from = \"mikado@exemple.org\"
# [[notices.to]]
# name = \"Awa\"
# mail = \"awa@exemple.org\"
# [site.aircheck]                 # la pige : ce qui est passé, heure par heure
# opus = \"64 kbit/s\"              # ou \"off\"
# channels = \"mono\"               # ou \"stereo\"
# keep = \"30d\"
# disk_budget = \"25GB\"            # par site ; le plus ancien part d'abord
# disk_free_min = \"10GB\"          # en dessous, la pige s'arrête et le dit ; d'usage 5 % du disque
# [[site.icecast]]
# url = \"http://127.0.0.1:8000\"
# mount = \"/gao.opus\"
# password_file = \"icecast.secret\"
";
