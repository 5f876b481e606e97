// Several files that become one dataset: sent a few at a time, put together, then one preview.
// A file that fails is told and can be tried again; the others go on.

import { bytes, isPassing, sentence, status } from "./upload-words.js";

const AT_ONCE = 4; // more than hides the waiting of each is only more work at once
const RETRY_DELAYS = [500, 1000, 3000, 5000, 10_000];
const SHOWN_FAULTS = 100;

export class Several {
  // `faults` are files that cannot be taken, as {file, text}; nothing else of them is sent.
  constructor(uploader, files, faults) {
    this.uploader = uploader;
    this.items = files.map((file) => ({ file, sent: 0, id: null, upload: null }));
    this.faults = faults;
    this.total = files.reduce((sum, file) => sum + file.size, 0);
    this.waiting = [...this.items];
    this.running = new Set();
  }

  start() {
    const { uploader } = this;
    uploader.part("name").textContent = `${this.items.length.toLocaleString("en")} files`;
    uploader.part("size").textContent = bytes(this.total);
    uploader.say("Uploading");
    uploader.show("busy");
    this.resume();
  }

  resume() {
    this.paused = false;
    this.uploader.part("error").hidden = true;
    this.uploader.buttons({ pause: true });
    this.tell();
    this.fill();
  }

  // --- sending ------------------------------------------------------------------------------

  fill() {
    while (!this.paused && this.waiting.length && this.running.size < AT_ONCE) {
      this.send(this.waiting.shift());
    }
    if (!this.running.size && !this.waiting.length) this.settle();
  }

  async send(item) {
    this.running.add(item);
    if (!item.upload) {
      item.upload = this.client(item);
      const [previous] = await item.upload.findPreviousUploads();
      if (previous) item.upload.resumeFromPreviousUpload(previous);
    }
    if (!this.paused) item.upload.start();
  }

  client(item) {
    return this.uploader.client(item.file, {
      uploadDataDuringCreation: true,
      removeFingerprintOnSuccess: false, // a page that is left midway goes on with what is there
      retryDelays: RETRY_DELAYS,
      onShouldRetry: (error) => isPassing(status(error)),
      onProgress: (sent) => this.progress(item, sent),
      onSuccess: () => this.arrived(item),
      onError: (error) => this.failed(item, error),
    });
  }

  progress(item, sent) {
    item.sent = sent;
    this.tell();
  }

  arrived(item) {
    item.id = /([0-9a-f-]{36})\/?$/.exec(item.upload.url)[1];
    item.sent = item.file.size;
    this.running.delete(item);
    this.tell();
    this.fill();
  }

  failed(item, error) {
    this.running.delete(item);
    item.sent = 0;
    this.faults.push({ item, file: item.file, text: fault(error) });
    this.fill();
  }

  pause() {
    this.paused = true;
    for (const item of this.running) {
      item.upload.abort();
      this.waiting.unshift(item);
    }
    this.running.clear();
    this.uploader.buttons({ resume: true });
    this.uploader.status("Paused", true);
  }

  again() {
    const failed = this.faults.filter((fault) => fault.item);
    this.faults = this.faults.filter((fault) => !fault.item);
    this.waiting.push(...failed.map((fault) => fault.item));
    this.list();
    this.resume();
  }

  async cancel() {
    this.paused = true;
    this.waiting = [];
    const begun = this.items.filter((item) => item.upload);
    // What is left on the server expires by itself.
    await Promise.all(begun.map((item) => item.upload.abort(true).catch(() => {})));
    await this.forget();
  }

  // --- the end ------------------------------------------------------------------------------

  settle() {
    if (!this.faults.length) {
      this.together();
      return;
    }
    const arrived = this.items.filter((item) => item.id).length;
    const again = this.faults.some((fault) => fault.item);
    this.uploader.buttons({ again, without: arrived > 0 });
    this.uploader.status(
      `${count(arrived)} arrived. ${count(this.faults.length)} left out:`, true,
    );
    this.list();
  }

  async together() {
    const { uploader } = this;
    uploader.buttons({});
    uploader.part("bar").value = 100;
    uploader.status("Uploaded. Opening the preview…", true);
    const ids = this.items.filter((item) => item.id).map((item) => item.id);
    try {
      const answer = await fetch(uploader.form.dataset.together, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": uploader.token() },
        body: JSON.stringify({ uploads: ids }),
      });
      const found = await answer.json();
      if (!answer.ok) throw new Error(found.error.message);
      await this.forget();
      uploader.open(found.id);
    } catch (error) {
      const lost = error instanceof TypeError || error instanceof SyntaxError;
      uploader.fail(lost ? "The connection was lost. Nothing that was sent is lost." : error.message);
      uploader.status("Stopped", true);
      uploader.buttons({ again: true });
    }
  }

  async forget() {
    const storage = window.tus.defaultOptions.urlStorage;
    for (const { upload } of this.items) {
      if (!upload) continue;
      for (const known of await upload.findPreviousUploads()) {
        if (known.urlStorageKey) await storage.removeUpload(known.urlStorageKey);
      }
    }
  }

  // --- telling ------------------------------------------------------------------------------

  tell() {
    const sent = this.items.reduce((sum, item) => sum + item.sent, 0);
    const arrived = this.items.filter((item) => item.id).length;
    this.uploader.part("bar").value = this.total ? (100 * sent) / this.total : 0;
    if (this.paused) return;
    const files = `${arrived.toLocaleString("en")} of ${count(this.items.length)}`;
    this.uploader.status(`${files} · ${bytes(sent)} of ${bytes(this.total)}`, false);
  }

  list() {
    const shown = this.faults.slice(0, SHOWN_FAULTS).map(({ file, text }) => {
      const line = document.createElement("li");
      line.textContent = text.includes(file.name) ? text : `“${file.name}”: ${text}`;
      return line;
    });
    this.uploader.part("fault-list").replaceChildren(...shown);
    this.uploader.part("faults").hidden = !shown.length;
  }
}

function count(files) {
  return files === 1 ? "1 file" : `${files.toLocaleString("en")} files`;
}

function fault(error) {
  const code = status(error);
  const lost = code === 0 || (code >= 500 && code !== 507);
  return lost ? "The connection was lost. Try again." : sentence(error);
}

// --- the files of dropped folders ---------------------------------------------------------------

// Give every file of what was dropped, those of folders too; hidden ones are not meant.
export async function filesOf(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry && item.webkitGetAsEntry());
  const files = [...transfer.files];
  if (!entries.some((entry) => entry && entry.isDirectory)) return files;
  const found = await Promise.all(entries.filter(Boolean).map(walk));
  return found.flat().filter((file) => !file.name.startsWith("."));
}

async function walk(entry) {
  if (entry.isFile) return [await new Promise((take, fail) => entry.file(take, fail))];
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const some = await new Promise((take, fail) => reader.readEntries(take, fail));
    if (!some.length) return (await Promise.all(found.map(walk))).flat();
    found.push(...some); // it gives at most a hundred at a time
  }
}
