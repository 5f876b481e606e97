// Resumable upload for form[data-upload]: choose or drop a file, then its preview opens.
// Without this module the same form sends the file in one go.

const CHUNK_BYTES = 8 * 1024 * 1024; // what a broken connection can cost, and what the server spools
const RETRY_DELAYS = [500, 1000, 3000, 5000, 10_000, 20_000, 30_000];
const SAMPLE_MS = 500; // the speed is measured, and the text changed, at most this often
const NO_UPLOAD = "00000000-0000-0000-0000-000000000000";
const UNITS = ["B", "KB", "MB", "GB", "TB"];

class Uploader {
  constructor(form) {
    this.form = form;
    this.input = form.querySelector("input[type=file]");
    this.accept = this.input.accept.split(",").filter(Boolean);
    this.input.addEventListener("change", () => this.take(this.input.files));
    for (const button of form.querySelectorAll("[data-act]")) {
      button.addEventListener("click", () => this[button.dataset.act]());
    }
    window.addEventListener("online", () => this.broken && this.resume());
  }

  part(name) {
    return this.form.querySelector(`[data-part="${name}"]`);
  }

  // --- which file ---------------------------------------------------------------------------

  take(files) {
    const file = files[0];
    if (!file || this.upload) return;
    const fault = this.fault(file) || (files.length > 1 && "Upload one file at a time.");
    if (fault) {
      this.input.value = "";
      this.show("idle");
      this.fail(fault);
      return;
    }
    this.start(file);
  }

  fault(file) {
    const extension = (/\.[^.]+$/.exec(file.name) || [""])[0].toLowerCase();
    if (extension && !this.accept.includes(extension)) {
      return `“${file.name}” cannot be imported. Choose a ${this.form.dataset.formats} file.`;
    }
    if (!file.size) return `“${file.name}” is empty. Choose a file with at least one row.`;
    if (file.size > Number(this.form.dataset.maxBytes)) {
      return `“${file.name}” has ${bytes(file.size)}; this server accepts at most ${bytes(
        Number(this.form.dataset.maxBytes),
      )}.`;
    }
    return "";
  }

  // --- sending ------------------------------------------------------------------------------

  async start(file) {
    this.file = file;
    this.upload = this.client(file);
    this.part("name").textContent = file.name;
    this.part("size").textContent = bytes(file.size);
    this.progress(0, file.size);
    this.say("Uploading");
    this.show("busy");
    const [previous] = await this.upload.findPreviousUploads();
    if (previous) this.upload.resumeFromPreviousUpload(previous);
    this.resume();
  }

  client(file) {
    return new window.tus.Upload(file, {
      endpoint: new URL(this.form.dataset.upload, location.href).href,
      chunkSize: CHUNK_BYTES,
      retryDelays: RETRY_DELAYS,
      metadata: { filename: file.name, filetype: file.type },
      removeFingerprintOnSuccess: true,
      onBeforeRequest: (request) => request.setHeader("X-CSRFToken", this.token()),
      onShouldRetry: (error) => this.retries(error),
      onProgress: (sent, total) => this.progress(sent, total),
      onSuccess: () => this.done(),
      onError: (error) => this.interrupted(error),
    });
  }

  token() {
    return this.form.querySelector("[name=csrfmiddlewaretoken]").value;
  }

  resume() {
    this.broken = false;
    this.sample = null;
    this.part("error").hidden = true;
    this.buttons({ pause: true });
    this.upload.start();
  }

  retries(error) {
    const passing = isPassing(status(error));
    this.sample = null;
    if (passing) this.status("The connection was lost. Trying again…", true);
    return passing;
  }

  pause() {
    this.upload.abort();
    this.buttons({ resume: true });
    this.status("Paused", true);
  }

  async cancel() {
    const upload = this.upload;
    this.upload = null;
    this.input.value = "";
    this.part("error").hidden = true;
    this.show("idle");
    this.say("Upload cancelled");
    this.input.focus();
    await upload.abort(true).catch(() => {}); // what is left on the server expires by itself
  }

  interrupted(error) {
    this.broken = status(error) === 0;
    this.buttons({ resume: true });
    this.status("Stopped", true);
    this.fail(sentence(error));
  }

  done() {
    this.buttons({});
    this.part("bar").value = 100;
    this.status("Uploaded. Opening the preview…", true);
    const id = /([0-9a-f-]{36})\/?$/.exec(this.upload.url)[1];
    location.assign(this.form.dataset.next.replace(NO_UPLOAD, id));
  }

  // --- telling ------------------------------------------------------------------------------

  progress(sent, total) {
    const time = performance.now();
    this.part("bar").value = total ? (100 * sent) / total : 0;
    if (this.sample && time - this.sample.time < SAMPLE_MS) return;
    const speed = this.sample && smooth(this.sample, sent, time);
    this.sample = { time, sent, speed };
    const words = [`${bytes(sent)} of ${bytes(total)}`];
    if (speed > 0) words.push(`${bytes(speed)}/s`, `${seconds((total - sent) / speed)} left`);
    this.status(words.join(" · "), false);
    if (sent && sent === total) this.status("Checking the file…", true);
  }

  status(text, aloud) {
    this.part("status").textContent = text;
    if (aloud) this.say(text);
  }

  say(text) {
    this.part("live").textContent = text;
  }

  fail(text) {
    this.part("error").hidden = false;
    this.part("error-text").textContent = text;
  }

  show(state) {
    this.part("idle").hidden = state !== "idle";
    this.part("busy").hidden = state !== "busy";
  }

  buttons({ pause = false, resume = false }) {
    const held = this.form.contains(document.activeElement);
    this.form.querySelector("[data-act=pause]").hidden = !pause;
    this.form.querySelector("[data-act=resume]").hidden = !resume;
    this.form.querySelector("[data-act=cancel]").hidden = !(pause || resume);
    const next = pause ? "pause" : "resume";
    if (held && (pause || resume)) this.form.querySelector(`[data-act=${next}]`).focus();
  }
}

// --- words ------------------------------------------------------------------------------------

function status(error) {
  return error.originalResponse ? error.originalResponse.getStatus() : 0;
}

function isPassing(code) {
  return code === 0 || code === 409 || code === 423 || code === 429 || code === 460 ||
    (code >= 500 && code !== 507);
}

function sentence(error) {
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

function bytes(count) {
  let unit = 0;
  while (count >= 1024 && unit < UNITS.length - 1) {
    count /= 1024;
    unit += 1;
  }
  return `${unit && count < 100 ? count.toFixed(1) : Math.round(count)} ${UNITS[unit]}`;
}

function seconds(count) {
  if (count < 60) return `${Math.max(1, Math.round(count))} s`;
  if (count < 3600) return `${Math.round(count / 60)} min`;
  return `${(count / 3600).toFixed(1)} h`;
}

function smooth(before, sent, time) {
  const current = (1000 * (sent - before.sent)) / (time - before.time);
  return before.speed ? 0.7 * before.speed + 0.3 * current : current;
}

// --- a file dropped anywhere on the page --------------------------------------------------------

function dropAnywhere(uploader) {
  let depth = 0;
  const isFile = (event) => event.dataTransfer && event.dataTransfer.types.includes("Files");
  const mark = () => uploader.form.classList.toggle("is-over", depth > 0);
  const on = (name, change, take) =>
    document.addEventListener(name, (event) => {
      if (!isFile(event)) return;
      event.preventDefault();
      depth = change(depth);
      mark();
      if (take) uploader.take(event.dataTransfer.files);
    });
  on("dragenter", (n) => n + 1);
  on("dragover", (n) => n);
  on("dragleave", (n) => Math.max(0, n - 1));
  on("drop", () => 0, true);
}

const form = document.querySelector("form[data-upload]");
if (form && window.tus && window.tus.isSupported) dropAnywhere(new Uploader(form));
