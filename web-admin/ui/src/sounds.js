// The waveform of a sound, as close as one likes, and the player under it.
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const RATE_HZ = 48000;
// As close as the picture goes: its finest rows are 10.7 ms, and a screen shows some hundreds of them.
const SPAN_S_MIN = 5;

export function sounds(root) {
  for (const wave of root.querySelectorAll("[data-wave]")) {
    if (wave.dataset.ready) continue;
    wave.dataset.ready = "1";
    start(wave);
  }
}

/** The light copy takes the place of the sound in the player, at the same second. */
function lighten(link, audio) {
  link.addEventListener("click", (e) => {
    e.preventDefault();
    const at = audio.currentTime;
    audio.src = link.href;
    audio.currentTime = at;
    audio.play();
    link.replaceWith(link.dataset.light);
  });
}

async function start(wave) {
  const canvas = wave.querySelector("canvas");
  const audio = wave.parentElement.querySelector("audio");
  const light = wave.parentElement.querySelector("[data-light]");
  if (audio && light) lighten(light, audio);
  const tools = wave.parentElement.querySelector("[data-wave-tools]");
  const length = Number(wave.dataset.seconds);
  const cues = [...wave.parentElement.querySelectorAll("[data-at]")];
  const view = { from: 0, span: length, peaks: null, cues: cues.map((cue) => Number(cue.dataset.at)) };
  const draw = () => {
    if (view.peaks) paint(canvas, view, audio ? audio.currentTime : 0);
    if (tools) tools.querySelector("output").textContent = `${time(view.from)} – ${time(view.from + view.span)}`;
  };
  let asked = 0;
  async function load() {
    const mine = ++asked;
    const to = Math.ceil((view.from + view.span) * RATE_HZ);
    try {
      const answer = await fetch(`${wave.dataset.wave}?from=${Math.floor(view.from * RATE_HZ)}&to=${to}`);
      const peaks = answer.ok ? await answer.json() : null;
      // Whoever turns the wheel has asked again meanwhile.
      if (mine === asked && peaks?.length) view.peaks = peaks;
    } catch { /* the player works without its picture */ }
    draw();
  }
  /** Shows `span` seconds so that `at` stays where it stands. */
  function show(span, at, where = 0.5) {
    view.span = Math.min(length, Math.max(Math.min(SPAN_S_MIN, length), span));
    view.from = Math.min(length - view.span, Math.max(0, at - where * view.span));
    load();
  }
  const middle = () => view.from + view.span / 2;
  const moves = {
    in: () => show(view.span / 4, near()), out: () => show(view.span * 4, middle()),
    back: () => show(view.span, middle() - view.span / 2), on: () => show(view.span, middle() + view.span / 2),
  };
  // Closer is closer to what is heard, when it is in sight.
  const near = () => {
    const at = audio?.currentTime ?? 0;
    return at > view.from && at < view.from + view.span ? at : middle();
  };
  await load();
  if (!view.peaks) { wave.classList.add("is-empty"); tools?.remove(); return; }
  if (tools) {
    tools.hidden = false;
    for (const button of tools.querySelectorAll("[data-move]")) button.addEventListener("click", moves[button.dataset.move]);
  }
  canvas.addEventListener("keydown", (e) => {
    const move = { "+": moves.in, "-": moves.out, ArrowLeft: moves.back, ArrowRight: moves.on }[e.key];
    if (move) { e.preventDefault(); move(); }
  });
  for (const cue of cues) cue.addEventListener("click", () => {
    const at = Number(cue.dataset.at);
    if (at < view.from || at > view.from + view.span) show(view.span, at);
    if (audio) { audio.currentTime = at; audio.play(); }
  });
  audio?.addEventListener("timeupdate", () => {
    const at = audio.currentTime;
    // What plays on leaves the picture at its end, and the picture follows.
    if (!audio.paused && view.span < length && (at < view.from || at > view.from + view.span)) show(view.span, at, 0);
    else draw();
  });
  addEventListener("themechange", draw);
  addEventListener("resize", draw);
  canvas.addEventListener("click", (e) => {
    if (!audio?.duration) return;
    audio.currentTime = view.from + (e.offsetX / canvas.clientWidth) * view.span;
    audio.play();
  });
}

/** Seconds as `m:ss,t`. */
function time(s) {
  const tenths = Math.round(s * 10);
  const digits = [Math.floor(tenths / 600), String(Math.floor(tenths / 10) % 60).padStart(2, "0")].join(":");
  return digits + (document.documentElement.lang === "en" ? "." : ",") + (tenths % 10);
}

/** `peaks` are pairs of lowest and highest sample, −1 to 1. */
function paint(canvas, { from, span, peaks, cues }, at) {
  const scale = devicePixelRatio || 1;
  canvas.width = canvas.clientWidth * scale;
  canvas.height = canvas.clientHeight * scale;
  const draw = canvas.getContext("2d");
  const count = peaks.length / 2;
  const middle = canvas.height / 2;
  const played = (at - from) / span;
  const [gone, coming] = [colour("--accent"), colour("--wave")];
  for (let x = 0; x < canvas.width; x++) {
    const first = Math.floor((x / canvas.width) * count);
    const last = Math.max(first + 1, Math.floor(((x + 1) / canvas.width) * count));
    let low = 1, high = -1;
    for (let n = first; n < last && n < count; n++) { low = Math.min(low, peaks[2 * n]); high = Math.max(high, peaks[2 * n + 1]); }
    draw.fillStyle = x / canvas.width < played ? gone : coming;
    draw.fillRect(x, middle - high * middle, 1, Math.max(scale, (high - low) * middle));
  }
  draw.fillStyle = colour("--warning");
  for (const cue of cues) draw.fillRect(Math.round(((cue - from) / span) * canvas.width), 0, Math.max(1, scale), canvas.height);
}
