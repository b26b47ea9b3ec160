// One file on its way, by the tus protocol in pieces of 256 KiB: each with its SHA-256, none sent twice for nothing, and
// never given up while the line may come back.
import { sha256 } from "@noble/hashes/sha2.js";
import { DefaultHttpStack, Upload } from "tus-js-client";

const PIECE_BYTES = 256 * 1024;
// A piece takes half a minute at 64 kbit/s; a line that has not brought it after this long is dead.
const PIECE_WITHIN_MS = 180_000;
const TRY_AGAIN_MS = [0, 1000, 3000, 5000, 10_000, 20_000];
const REST_MS = 20_000;
const LATER = [0, 408, 409, 423, 429, 460, 507];

const statusOf = (error) => error.originalResponse?.getStatus() ?? 0;
const isWorthWaiting = (error) => error.originalRequest && (LATER.includes(statusOf(error)) || statusOf(error) >= 500);

/** What a page knows a file by: the same file chosen again goes on where it stopped. */
export const mark = (file) => `${file.name}|${file.size}|${file.lastModified}`;

// The sum is made here: a browser makes one itself only behind TLS, which a studio's own network may not have.
class SummingStack extends DefaultHttpStack {
  createRequest(method, url) {
    const request = super.createRequest(method, url);
    const [send, abort] = [request.send.bind(request), request.abort.bind(request)];
    let isOver = false;
    request.abort = () => { isOver = true; return abort(); };
    request.send = async (body) => {
      if (body) {
        const sum = sha256(new Uint8Array(await new Blob([body]).arrayBuffer()));
        request.setHeader("Upload-Checksum", `sha256 ${btoa(String.fromCharCode(...sum))}`);
      }
      if (isOver) return new Promise(() => {}); // paused while the sum was made: nobody waits for this piece
      const xhr = request.getUnderlyingObject();
      xhr.timeout = PIECE_WITHIN_MS;
      const answered = send(body);
      xhr.ontimeout = xhr.onerror;
      return answered;
    };
    return request;
  }
}

/**
 * Sends `file`. `tell` is called with `progress(sent, total)`, `waiting()`, `arrived(url)` and `failed(status, sentence)`.
 * The answer has `pause()`, `resume()` and `cancel()`.
 */
export function send(file, { url, metadata, tell }) {
  let state = "sending";
  let rest;
  const upload = new Upload(file, {
    endpoint: "/api/envois",
    uploadUrl: url,
    chunkSize: PIECE_BYTES,
    retryDelays: TRY_AGAIN_MS,
    storeFingerprintForResuming: false, // the station itself knows what is unfinished
    httpStack: new SummingStack(),
    headers: { "x-csrf-token": document.body.dataset.csrf },
    metadata: { ...metadata, filename: file.name, mark: mark(file) },
    onShouldRetry: isWorthWaiting,
    onProgress: (sent, total) => { if (state === "sending") tell.progress(sent, total); },
    onSuccess: () => { over(); tell.arrived(upload.url); },
    onError: (error) => {
      if (state !== "sending") return;
      if (isWorthWaiting(error)) {
        tell.waiting();
        clearTimeout(rest);
        rest = setTimeout(again, REST_MS);
        return;
      }
      over();
      let sentence = "";
      try { sentence = JSON.parse(error.originalResponse.getBody()).error; } catch { /* the answer was no sentence of ours */ }
      tell.failed(statusOf(error), sentence);
    },
  });
  const again = () => { clearTimeout(rest); if (state === "sending") upload.start(); };
  const offline = () => { if (state === "sending") { upload.abort(); tell.waiting(); clearTimeout(rest); rest = setTimeout(again, REST_MS); } };
  const over = () => { state = "over"; clearTimeout(rest); removeEventListener("online", again); removeEventListener("offline", offline); };
  addEventListener("online", again);
  addEventListener("offline", offline);
  upload.start();
  return {
    pause() { if (state === "sending") { state = "paused"; clearTimeout(rest); upload.abort(); } },
    resume() { if (state === "paused") { state = "sending"; upload.start(); } },
    cancel() { over(); return upload.abort(Boolean(upload.url)).catch(() => {}); },
  };
}
