// Sending a sound: in pieces, with a bar that is true, pause and resume, and the verdict where the form was.
import { mark, send } from "./sending.js";

const form = document.querySelector("[data-upload]");
const words = JSON.parse(document.getElementById("words").textContent);
const file = form.querySelector("input[type=file]");
const drop = form.querySelector("[data-drop]");
const title = form.querySelector("[name=title]");
const progress = form.querySelector("[data-progress]");
const said = form.querySelector("[data-said]");
const control = form.querySelector("[data-control]");
const [pause, resume, cancel] = ["pause", "resume", "cancel"].map((name) => control.querySelector(`[data-${name}]`));
const answer = document.querySelector("[data-answer]");
const LOOK_AGAIN_MS = 700;

const size = (n) => {
  const units = ["o", "ko", "Mo", "Go"];
  const k = Math.min(3, Math.floor(Math.log10(Math.max(1, n)) / 3));
  return `${(n / 1000 ** k).toFixed(k > 1 ? 1 : 0).replace(".", words.decimal)} ${units[k]}`;
};
const unfinished = (f) => words.unfinished.find((u) => u.mark === mark(f));

function chosen() {
  const f = file.files[0];
  drop.classList.toggle("has-file", Boolean(f));
  form.querySelector("[data-file-name]").textContent = f ? `${f.name} · ${size(f.size)}` : "";
  if (!f) return;
  const known = unfinished(f);
  if (known) {
    for (const name of ["title", "language", "kind", "programme"]) form.elements[name].value = known[name] ?? "";
    form.elements.silence_intended.checked = known.silence_intended;
    said.textContent = words.resuming.replace("{}", `${size(known.offset)} / ${size(f.size)}`);
  } else if (!title.value) {
    title.value = f.name.replace(/\.[^.]{1,5}$/, "").replace(/[_]+/g, " ").slice(0, 200);
  }
}
file.addEventListener("change", chosen);
for (const kind of ["dragover", "dragleave", "drop"]) {
  drop.addEventListener(kind, (e) => {
    e.preventDefault();
    drop.classList.toggle("is-over", kind === "dragover");
    if (kind === "drop" && e.dataTransfer.files.length) { file.files = e.dataTransfer.files; chosen(); }
  });
}

form.addEventListener("submit", (e) => {
  e.preventDefault();
  const f = file.files[0];
  const metadata = {};
  for (const name of ["title", "language", "kind", "programme", "asset"]) metadata[name] = form.elements[name].value;
  if (form.elements.silence_intended.checked) metadata.silence_intended = "1";
  answer.replaceChildren();
  busy(true);
  begin(f, metadata, unfinished(f)?.url);
});

function busy(on) {
  form.classList.toggle("is-busy", on);
  form.querySelector("fieldset").disabled = on;
  progress.hidden = !on;
  control.hidden = !on;
  paused(false);
  if (!on) said.textContent = "";
}

function paused(on) {
  pause.hidden = on;
  resume.hidden = !on;
}

function failed(sentence) {
  busy(false);
  answer.replaceChildren(note(sentence || words.failed));
}

function begin(f, metadata, url) {
  let begun, first;
  const sending = send(f, { url, metadata, tell: {
    progress(sent, total) {
      first ??= sent; // what an earlier try has brought says nothing of this line
      begun ??= performance.now();
      progress.max = total;
      progress.value = sent;
      const left = ((performance.now() - begun) / 1000) * ((total - sent) / Math.max(1, sent - first));
      const time = left < 100 ? `${Math.ceil(left)} s` : `${Math.ceil(left / 60)} min`;
      const amount = words.sending.replace("{}", size(sent)).replace("{}", size(total));
      said.textContent = sent > first ? `${amount} · ${words.left.replace("{}", time)}` : amount;
    },
    waiting() { begun = first = undefined; said.textContent = words.waiting; },
    arrived(place) { verdict(new URL(place, location.href).pathname.split("/").pop()); },
    failed(status, sentence) { failed(status === 401 ? words.signedOut : sentence); },
  } });
  pause.onclick = () => { sending.pause(); paused(true); said.textContent = words.paused; begun = first = undefined; };
  resume.onclick = () => { paused(false); sending.resume(); };
  cancel.onclick = async () => { await sending.cancel(); failed(words.failed); };
}

// The sound is whole at the station; whatever happens to this page, its verdict waits there.
async function verdict(id) {
  control.hidden = true;
  progress.removeAttribute("value");
  said.textContent = words.checking;
  for (;;) {
    try {
      const standing = await (await fetch(`/api/envois/${id}`)).json();
      if (standing.state === "known") break;
      if (standing.error) said.textContent = standing.error;
      // A disk that has changed a byte is told by the station: the rest is sent again.
      if (standing.state === "arriving") { location.reload(); return; }
    } catch { /* the line is down: what is known there will be known later too */ }
    await new Promise((done) => setTimeout(done, LOOK_AGAIN_MS));
  }
  const page = new DOMParser().parseFromString(await (await fetch(`/mediatheque/envoi/${id}`)).text(), "text/html");
  busy(false);
  const shown = page.querySelector("[data-verdict]");
  answer.replaceChildren(shown ? document.importNode(shown, true) : note(words.failed));
  answer.scrollIntoView({ block: "nearest" });
  answer.querySelector("a, button")?.focus();
  if (shown && !shown.classList.contains("refused")) form.reset(), chosen();
}

function note(sentence) {
  const p = document.createElement("p");
  p.className = "note note-bad";
  p.setAttribute("role", "alert");
  p.textContent = sentence;
  return p;
}
