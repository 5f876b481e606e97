// Resumable upload for form[data-upload]: choose or drop files, then their preview opens.
// Without this module the same form sends them in one go.

import { Several, filesOf } from "./upload-several.js";
import { bytes, isPassing, seconds, sentence, smooth, status } from "./upload-words.js";

const CHUNK_BYTES = 8 * 1024 * 1024; // what a broken connection can cost, and what the server spools
const RETRY_DELAYS = [500, 1000, 3000, 5000, 10_000, 20_000, 30_000];
const SAMPLE_MS = 500; // the speed is measured, and the text changed, at most this often
const NO_UPLOAD = "00000000-0000-0000-0000-000000000000";
const MAX_FILES = 2000;

class Uploader {
  constructor(form) {
    this.form = form;
    this.input = form.querySelector("input[type=file]");
    this.accept = this.input.accept.split(",").filter(Boolean);
    this.input.addEventListener("change", () => this.take([...this.input.files]));
    form.querySelector("[data-act=folder]").hidden = !("webkitdirectory" in this.input);
    for (const button of form.querySelectorAll("[data-act]")) {
      button.addEventListener("click", () => this[button.dataset.act]());
    }
    window.addEventListener("online", () => this.broken && this.resume());
    if (this.input.files.length) this.take([...this.input.files]); // chosen before this was loaded
  }

  part(name) {
    return this.form.querySelector(`[data-part="${name}"]`);
  }

  // --- which files --------------------------------------------------------------------------

  take(files) {
    const seen = files.filter((file) => files.length === 1 || !file.name.startsWith("."));
    if (!seen.length || this.upload || this.several) return;
    const faults = seen.map((file) => ({ file, text: this.fault(file) })).filter((f) => f.text);
    const good = seen.filter((file) => !faults.some((fault) => fault.file === file));
    const fault = (!good.length && faults[0].text) || this.faultOfAll(good);
    if (fault) {
      this.input.value = "";
      this.show("idle");
      this.fail(fault);
    } else if (seen.length === 1) {
      this.start(good[0]);
    } else {
      this.several = new Several(this, good, faults);
      this.several.start();
    }
  }

  faultOfAll(files) {
    const total = files.reduce((sum, file) => sum + file.size, 0);
    const most = Number(this.form.dataset.maxBytes);
    if (files.length > MAX_FILES) {
      return `At most ${MAX_FILES.toLocaleString("en")} files can become one dataset.`;
    }
    if (total > most) {
      return `The files have ${bytes(total)} together; this server accepts at most ${bytes(most)}.`;
    }
    return "";
  }

  folder() {
    const input = document.createElement("input");
    input.type = "file";
    input.webkitdirectory = true;
    input.addEventListener("change", () => this.take([...input.files]));
    input.click();
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

  client(file, more = {}) {
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
      ...more,
    });
  }

  token() {
    return this.form.querySelector("[name=csrfmiddlewaretoken]").value;
  }

  resume() {
    if (this.several) {
      this.several.resume();
      return;
    }
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
    if (this.several) {
      this.several.pause();
      return;
    }
    this.upload.abort();
    this.buttons({ resume: true });
    this.status("Paused", true);
  }

  again() {
    this.several.again();
  }

  without() {
    this.several.faults = [];
    this.several.list();
    this.several.settle();
  }

  async cancel() {
    const { upload, several } = this;
    this.upload = this.several = null;
    this.input.value = "";
    this.part("error").hidden = this.part("faults").hidden = true;
    this.show("idle");
    this.say("Upload cancelled");
    this.input.focus();
    if (several) await several.cancel();
    else await upload.abort(true).catch(() => {}); // what is left on the server expires by itself
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
    this.open(/([0-9a-f-]{36})\/?$/.exec(this.upload.url)[1]);
  }

  open(id) {
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

  // Show these buttons; whoever had one of them in hand goes on with the first that is there.
  buttons(shown) {
    const held = this.form.contains(document.activeElement);
    const kept = { ...shown, cancel: Object.values(shown).some(Boolean) };
    const all = [...this.part("busy").querySelectorAll("[data-act]")];
    for (const button of all) {
      button.hidden = !kept[button.dataset.act];
      if (button.dataset.act === "without") button.classList.toggle("btn-primary", !kept.again);
    }
    const next = all.find((button) => !button.hidden);
    if (held && next) next.focus();
  }
}

// --- files dropped anywhere on the page --------------------------------------------------------

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
      if (take) filesOf(event.dataTransfer).then((files) => uploader.take(files));
    });
  on("dragenter", (n) => n + 1);
  on("dragover", (n) => n);
  on("dragleave", (n) => Math.max(0, n - 1));
  on("drop", () => 0, true);
}

const form = document.querySelector("form[data-upload]");
if (form && window.tus && window.tus.isSupported) dropAnywhere(new Uploader(form));
