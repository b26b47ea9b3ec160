// One ear: plays one site's own stream, Opus first and MP3 where Opus is not known, and tries again when it breaks.
export function player(words) {
  const bar = document.querySelector("[data-player]");
  const audio = document.querySelector("[data-audio]");
  const label = document.querySelector("[data-player-text]");
  const volume = document.querySelector("[data-volume]");
  let button = null;
  let retry = 0;

  const kinds = [["opus", 'audio/ogg; codecs="opus"'], ["mp3", "audio/mpeg"]].filter(([, type]) => audio.canPlayType(type));
  let kind = 0;

  function stop() {
    clearTimeout(retry);
    audio.removeAttribute("src");
    audio.load();
    if (button) mark(button, false);
    button = null;
    bar.hidden = true;
    document.body.classList.remove("is-listening");
  }

  function mark(b, on) {
    b.setAttribute("aria-pressed", String(on));
    b.querySelector("span").textContent = on ? words.stop : words.listen;
  }

  function play() {
    clearTimeout(retry);
    const [ending] = kinds[kind % kinds.length];
    // The air process serves its own stream: the studio's server may stop without a listener noticing.
    audio.src = `${location.protocol}//${location.hostname}:${button.dataset.port}/${button.dataset.listen}.${ending}?t=${Date.now()}`;
    audio.volume = volume.value / 100;
    audio.play().catch(() => {});
    label.textContent = `${words.listening} ${button.dataset.name}`;
  }

  function broken() {
    if (!button) return;
    kind += 1;
    label.textContent = `${button.dataset.name} : ${words.fail}`;
    clearTimeout(retry);
    retry = setTimeout(play, 1500);
  }

  audio.addEventListener("error", broken);
  audio.addEventListener("ended", broken);
  audio.addEventListener("playing", () => { label.textContent = `${words.listening} ${button?.dataset.name ?? ""}`; });
  volume.addEventListener("input", () => { audio.volume = volume.value / 100; });
  document.querySelector("[data-player-stop]").addEventListener("click", stop);
  document.addEventListener("click", (e) => {
    const b = e.target.closest("[data-listen]");
    if (!b) return;
    if (b === button) { stop(); return; }
    if (button) mark(button, false);
    button = b;
    kind = 0;
    mark(b, true);
    bar.hidden = false;
    document.body.classList.add("is-listening");
    play();
  });
}
