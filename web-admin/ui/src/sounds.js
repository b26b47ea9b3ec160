// The waveform of a sound and the player under it.
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export function sounds(root) {
  for (const wave of root.querySelectorAll("[data-wave]")) {
    if (wave.dataset.ready) continue;
    wave.dataset.ready = "1";
    start(wave);
  }
}

async function start(wave) {
  const canvas = wave.querySelector("canvas");
  const audio = wave.parentElement.querySelector("audio");
  let peaks = null;
  try {
    const answer = await fetch(wave.dataset.wave);
    if (answer.ok) peaks = await answer.json();
  } catch { /* the player works without its picture */ }
  const draw = () => paint(canvas, peaks, audio && audio.duration ? audio.currentTime / audio.duration : 0);
  if (!peaks || !peaks.length) { wave.classList.add("is-empty"); return; }
  draw();
  audio?.addEventListener("timeupdate", draw);
  addEventListener("themechange", draw);
  addEventListener("resize", draw);
  canvas.addEventListener("click", (e) => {
    if (!audio?.duration) return;
    audio.currentTime = (e.offsetX / canvas.clientWidth) * audio.duration;
    audio.play();
  });
}

/** `peaks` are pairs of lowest and highest sample, −1 to 1. */
function paint(canvas, peaks, played) {
  const scale = devicePixelRatio || 1;
  canvas.width = canvas.clientWidth * scale;
  canvas.height = canvas.clientHeight * scale;
  const draw = canvas.getContext("2d");
  const count = peaks.length / 2;
  const middle = canvas.height / 2;
  for (let x = 0; x < canvas.width; x++) {
    const from = Math.floor((x / canvas.width) * count);
    const to = Math.max(from + 1, Math.floor(((x + 1) / canvas.width) * count));
    let low = 1, high = -1;
    for (let n = from; n < to && n < count; n++) { low = Math.min(low, peaks[2 * n]); high = Math.max(high, peaks[2 * n + 1]); }
    draw.fillStyle = x / canvas.width < played ? colour("--accent") : colour("--wave");
    draw.fillRect(x, middle - high * middle, 1, Math.max(scale, (high - low) * middle));
  }
}
