// The wall: draws what the stream tells, and counts the seconds in between.
import { serverSaid, stationNow } from "./clock.js";
import { player } from "./player.js";

const words = JSON.parse(document.getElementById("words").textContent);
const STEPS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-/";
const LOST_AFTER_MS = 3500;
const sites = new Map();

for (const card of document.querySelectorAll("[data-site]")) {
  const fields = {};
  for (const f of card.querySelectorAll("[data-f]")) fields[f.dataset.f] = f;
  sites.set(card.dataset.site, { card, fields, canvas: card.querySelector("canvas"), view: { trace: card.dataset.trace, state: card.dataset.state, alarms: [] } });
}

const fill = (pattern, value) => pattern.replace("{}", value);
const span = (s) => (s < 120 ? fill(words.s, Math.max(0, Math.floor(s))) : s < 7200 ? fill(words.min, Math.floor(s / 60)) : fill(words.h, Math.floor(s / 3600)));
const text = (node, value) => { if (node && node.textContent !== value) node.textContent = value; };
const two = (n) => String(n).padStart(2, "0");
const countdown = (ms) => {
  const s = Math.max(0, Math.ceil(ms / 1000));
  const clock = s >= 3600 ? `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}` : `${two(Math.floor(s / 60))}:${two(s % 60)}`;
  return fill(words.in, clock);
};

function chip(node, turn) {
  if (!node) return;
  text(node, turn ? turn.language : "");
  node.className = `chip lang-${turn?.tag || "none"}`;
}

function show(site) {
  const { card, fields, view } = site;
  const { now, next } = view;
  if ("now" in view) {
    text(fields.now_title, now ? now.title : words.nowNone);
    text(fields.now_programme, now ? now.programme : "");
    if (now) fields.now_title.lang = now.tag === "mul" ? "" : now.tag;
    chip(fields.now_lang, now);
  }
  if ("next" in view) {
    text(fields.next_title, next ? next.title : words.nextNone);
    chip(fields.next_lang, next);
  }
  if ("rung" in view) {
    text(fields.rung_n, view.rung === null ? "—" : String(view.rung));
    text(fields.rung_text, view.rung_text);
    const kind = view.rung === null ? "none" : view.rung >= 3 ? "good" : view.rung >= 1 ? "warning" : "bad";
    fields.rung.className = `rung rung-${kind}`;
    text(fields.horizon, view.horizon);
    text(fields.underrun, view.underrun);
    text(fields.mpx, view.mpx);
    fields.mpx.parentElement.hidden = !view.mpx;
    text(fields.witness, view.witness);
    fields.witness.parentElement.hidden = !view.witness;
    text(fields.equipment, view.equipment);
    fields.equipment.parentElement.hidden = !view.equipment;
    fields.clock_bad.hidden = !view.clock_bad;
  }
  const button = card.querySelector("[data-listen]");
  if ("port" in view && button) {
    button.disabled = !view.port;
    if (view.port) button.dataset.port = view.port;
  }
  age(site);
  draw(site);
}

// Between two messages the ages and countdowns go on; a site that fell silent towards us says so by itself.
function age(site) {
  const { card, fields, view } = site;
  const now = stationNow();
  if ("contact_ms" in view) {
    const since = view.contact_ms === null ? null : (now - view.contact_ms) / 1000;
    text(fields.contact, since === null ? "—" : fill(words.ago, span(Math.max(0, since - 0.5))));
    let state = view.state;
    let said = view.state_text;
    if (since !== null && (state === "lost" || since * 1000 > LOST_AFTER_MS)) {
      state = "lost";
      said = fill(words.lost, span(since));
    }
    const isNew = card.dataset.state !== state;
    card.dataset.state = state;
    if (isNew) draw(site);
    text(fields.state_text, said);
    text(fields.level, state === "lost" ? "—" : view.level || words.silence);
  }
  if (view.next) text(fields.countdown, countdown(view.next.at_ms - now));
  else text(fields.countdown, "");
  if (view.now && view.now.ends_ms > view.now.at_ms) {
    fields.progress.value = Math.max(0, Math.min(1000, (1000 * (now - view.now.at_ms)) / (view.now.ends_ms - view.now.at_ms)));
  }
}

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const FLOOR_DB = -60;
function draw({ canvas, view, card }) {
  const scale = devicePixelRatio || 1;
  const width = canvas.clientWidth * scale;
  const height = canvas.clientHeight * scale;
  if (!width) return;
  if (canvas.width !== width || canvas.height !== height) { canvas.width = width; canvas.height = height; }
  const pen = canvas.getContext("2d");
  pen.clearRect(0, 0, width, height);
  const y = (db) => height * (Math.max(FLOOR_DB, Math.min(0, db)) / FLOOR_DB);
  pen.fillStyle = colour("--line");
  for (const db of [-20, -40]) pen.fillRect(0, Math.round(y(db)), width, scale);
  const count = view.trace ? view.trace.length / 2 : 0;
  const isStale = card.dataset.state === "lost";
  const step = width / 120;
  const [rms, peak, silent] = [colour(isStale ? "--faint" : "--level"), colour(isStale ? "--line" : "--level-peak"), colour("--bad")];
  for (let n = 0; n < count; n++) {
    const level = STEPS.indexOf(view.trace[2 * n]);
    const top = STEPS.indexOf(view.trace[2 * n + 1]);
    const x = Math.floor(width - (count - n) * step);
    const w = Math.max(1, Math.ceil(step) - scale);
    if (level === 0 || level - 63 < FLOOR_DB) {
      pen.fillStyle = silent;
      pen.fillRect(x, height - 3 * scale, Math.ceil(step), 3 * scale);
      continue;
    }
    pen.fillStyle = peak;
    pen.fillRect(x, y(top - 63), w, height - y(top - 63));
    pen.fillStyle = rms;
    pen.fillRect(x, y(level - 63), w, height - y(level - 63));
  }
}

const list = document.querySelector("[data-alarms]");
const calm = document.querySelector("[data-calm]");
function alarms() {
  const rows = [];
  for (const { card, view } of sites.values()) {
    const name = card.querySelector("h2").textContent;
    for (const a of view.alarms || []) rows.push({ name, ...a });
  }
  const key = JSON.stringify(rows);
  calm.hidden = rows.length > 0;
  if (list.dataset.key === key) return;
  list.dataset.key = key;
  list.replaceChildren(...rows.map((a) => {
    const row = document.createElement("li");
    row.className = `alarm-${a.class}`;
    const [who, what, when] = ["b", "span", "small"].map((tag) => document.createElement(tag));
    who.textContent = a.name; what.textContent = a.text; when.textContent = a.since;
    row.append(who, " ", what, " ", when);
    return row;
  }));
}

const summary = document.querySelector("[data-summary]");
const gone = document.querySelector("[data-hq-gone]");
let heardAt = Date.now();
let source = null;

function listen() {
  source?.close();
  source = new EventSource("/antenne/flux");
  source.addEventListener("wall", (e) => {
    heardAt = Date.now();
    const news = JSON.parse(e.data);
    serverSaid(news.now_ms);
    text(summary, news.summary);
    for (const [id, changed] of Object.entries(news.sites)) {
      const site = sites.get(id);
      if (site) { Object.assign(site.view, changed); show(site); }
    }
    alarms();
    summary.classList.toggle("is-well", [...sites.values()].every((s) => s.view.state === "sound"));
  });
  source.addEventListener("ended", () => { source.close(); location.assign("/connexion?vers=/antenne"); });
}

// A browser gives up on some errors for good; this does not.
setInterval(() => {
  const silentS = (Date.now() - heardAt) / 1000;
  const isGone = silentS > 4;
  gone.hidden = !isGone;
  document.body.classList.toggle("hq-gone", isGone);
  if (isGone) text(gone, fill(words.hqGone, span(silentS)));
  if (source.readyState === EventSource.CLOSED || (silentS > 15 && Math.floor(silentS) % 10 === 0)) listen();
  for (const site of sites.values()) age(site);
}, 1000);
for (const site of sites.values()) draw(site);
addEventListener("resize", () => sites.forEach(draw));
addEventListener("themechange", () => sites.forEach(draw));
listen();
player(words);
