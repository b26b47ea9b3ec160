// Sends some pieces of a file by tus-js-client and ends: `node foreign.mjs ENDPOINT COOKIE TOKEN FILE PIECES [URL]`.
// Prints where the parcel is. The client is the one of the npm registry, as any other program would use it.
import { createReadStream, statSync } from "node:fs";
import { createRequire } from "node:module";
import { basename } from "node:path";

const tus = createRequire(`${process.env.UI}/`)("tus-js-client");
const [endpoint, cookie, token, file, pieces, url] = process.argv.slice(2);
let left = Number(pieces);
const upload = new tus.Upload(createReadStream(file), {
  endpoint,
  uploadUrl: url,
  uploadSize: statSync(file).size,
  chunkSize: 256 * 1024,
  retryDelays: null,
  headers: { cookie, "x-csrf-token": token },
  metadata: { title: "Kɔnɔ kan", language: "bm", filename: basename(file), filetype: "audio/wav" },
  onChunkComplete: () => { if (--left === 0) { console.log(upload.url); process.exit(0); } },
  onSuccess: () => { console.log(upload.url); process.exit(0); },
  onError: (error) => { console.error(String(error)); process.exit(1); },
});
upload.start();
