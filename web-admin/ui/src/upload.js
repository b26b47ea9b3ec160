// Sending a sound: with a bar that is true, and the verdict where the form was.
const form = document.querySelector("[data-upload]");
const words = JSON.parse(document.getElementById("words").textContent);
const file = form.querySelector("input[type=file]");
const drop = form.querySelector("[data-drop]");
const title = form.querySelector("[name=title]");
const progress = form.querySelector("[data-progress]");
const said = form.querySelector("[data-said]");
const answer = document.querySelector("[data-answer]");
const cancel = form.querySelector("[data-cancel]");

const size = (n) => {
  const units = ["o", "ko", "Mo", "Go"];
  const k = Math.min(3, Math.floor(Math.log10(Math.max(1, n)) / 3));
  return `${(n / 1000 ** k).toFixed(k > 1 ? 1 : 0).replace(".", words.decimal)} ${units[k]}`;
};

function chosen() {
  const f = file.files[0];
  drop.classList.toggle("has-file", Boolean(f));
  form.querySelector("[data-file-name]").textContent = f ? `${f.name} · ${size(f.size)}` : "";
  if (f && !title.value) title.value = f.name.replace(/\.[^.]{1,5}$/, "").replace(/[_]+/g, " ").slice(0, 200);
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
  const body = new FormData();
  for (const name of ["title", "language", "kind", "programme"]) body.append(name, form.elements[name].value);
  body.append("file", file.files[0]); // last: everything about it is known before its first byte
  send(body);
});

function busy(on) {
  form.classList.toggle("is-busy", on);
  form.querySelector("fieldset").disabled = on;
  progress.hidden = !on;
  cancel.hidden = !on;
  if (!on) said.textContent = "";
}

function send(body) {
  const request = new XMLHttpRequest();
  const begun = performance.now();
  request.open("POST", "/mediatheque/envoi");
  request.setRequestHeader("x-csrf-token", document.body.dataset.csrf);
  request.upload.addEventListener("progress", (e) => {
    progress.max = e.total;
    progress.value = e.loaded;
    const left = ((performance.now() - begun) / 1000) * (e.total / Math.max(1, e.loaded) - 1);
    const time = left < 100 ? `${Math.ceil(left)} s` : `${Math.ceil(left / 60)} min`;
    said.textContent = `${words.sending.replace("{}", size(e.loaded)).replace("{}", size(e.total))} · ${words.left.replace("{}", time)}`;
  });
  request.upload.addEventListener("load", () => { progress.removeAttribute("value"); said.textContent = words.checking; });
  const failed = () => { busy(false); answer.replaceChildren(note(words.failed)); };
  request.addEventListener("error", failed);
  request.addEventListener("abort", failed);
  request.addEventListener("load", () => {
    busy(false);
    if (request.status === 401) { location.assign("/connexion?vers=/mediatheque/envoyer"); return; }
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    const verdict = page.querySelector("[data-verdict]");
    answer.replaceChildren(verdict ? document.importNode(verdict, true) : note(page.querySelector(".lead")?.textContent || words.failed));
    answer.scrollIntoView({ block: "nearest" });
    answer.querySelector("a, button")?.focus();
    if (request.status < 300) form.reset(), chosen();
  });
  cancel.onclick = () => request.abort();
  answer.replaceChildren();
  busy(true);
  request.send(body);
}

function note(sentence) {
  const p = document.createElement("p");
  p.className = "note note-bad";
  p.setAttribute("role", "alert");
  p.textContent = sentence;
  return p;
}
