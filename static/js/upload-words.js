// What every upload says: sizes, times, and what an error means.

const UNITS = ["B", "KB", "MB", "GB", "TB"];

export function status(error) {
  return error.originalResponse ? error.originalResponse.getStatus() : 0;
}

export function isPassing(code) {
  return code === 0 || code === 409 || code === 423 || code === 429 || code === 460 ||
    (code >= 500 && code !== 507);
}

export function sentence(error) {
  const code = status(error);
  const type = (error.originalResponse && error.originalResponse.getHeader("Content-Type")) || "";
  if (code >= 400 && type.startsWith("text/plain")) return error.originalResponse.getBody();
  if (code === 404) return "This project does not exist any more, or you are no longer a member.";
  if (code === 0 || code >= 500) {
    return "The connection was lost. Nothing that was sent is lost: press Resume to go on.";
  }
  return "You are signed out, or may not upload here. Sign in again and choose the same file: " +
    "the upload goes on where it stopped.";
}

export function bytes(count) {
  let unit = 0;
  while (count >= 1024 && unit < UNITS.length - 1) {
    count /= 1024;
    unit += 1;
  }
  return `${unit && count < 100 ? count.toFixed(1) : Math.round(count)} ${UNITS[unit]}`;
}

export function seconds(count) {
  if (count < 60) return `${Math.max(1, Math.round(count))} s`;
  if (count < 3600) return `${Math.round(count / 60)} min`;
  return `${(count / 3600).toFixed(1)} h`;
}

export function smooth(before, sent, time) {
  const current = (1000 * (sent - before.sent)) / (time - before.time);
  return before.speed ? 0.7 * before.speed + 0.3 * current : current;
}
