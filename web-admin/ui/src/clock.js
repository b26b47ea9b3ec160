// The station's time, counted on from what the server said.
let offsetMs = 0;

/** The station's wall clock now, in milliseconds since 1970. */
export const stationNow = () => Date.now() + offsetMs;

/** Corrects the offset by a time that the server has just told. */
export const serverSaid = (ms) => {
  const offset = ms - Date.now();
  // The network delays a message, never hastens it; small differences are left alone so that the seconds do not hop.
  if (Math.abs(offset - offsetMs) > 400) offsetMs = offset;
};

export function startClock(nowMs) {
  if (!nowMs) return;
  offsetMs = nowMs - Date.now();
  const face = document.querySelector("[data-clock]");
  if (!face) return;
  const tick = () => {
    const now = stationNow();
    face.textContent = new Date(now).toISOString().slice(11, 19);
    setTimeout(tick, 1000 - (now % 1000) + 5);
  };
  tick();
}
