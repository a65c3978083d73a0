// Photos on their way up: dropped, pasted or chosen, each with its own progress, its own refusal and its own second try.
const AT_ONCE = 3;
const KINDS = "JPEG, PNG, WebP or TIFF";
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
let last = 0;

export const dropzone = () => {
  const sources = new Map(); // the files themselves: what Alpine watches is wrapped, and cannot be sent

  return {
    files: [],

    init() {
      const { url, maxBytes } = this.$root.dataset;
      this.url = url;
      this.maxBytes = Number(maxBytes);
      this.zone = this.$root.querySelector("#drop");
      const whole = document.documentElement;
      // All of the page takes what is dropped, so that nothing that falls beside the zone opens in the browser.
      this.listen(whole, "dragover", (event) => {
        if (![...event.dataTransfer.types].includes("Files")) return;
        event.preventDefault();
        this.zone.classList.add("over");
      });
      this.listen(whole, "dragleave", (event) => event.relatedTarget || this.zone.classList.remove("over"));
      this.listen(whole, "drop", (event) => {
        if (!event.dataTransfer.files.length) return;
        event.preventDefault();
        this.zone.classList.remove("over");
        this.take([...event.dataTransfer.items].map((item) => [item.getAsFile(), item.webkitGetAsEntry?.()?.isDirectory]));
      });
      this.listen(document, "paste", (event) => {
        if (event.clipboardData.files.length) this.take([...event.clipboardData.files].map((file) => [file, false]));
      });
      this.listen(window, "beforeunload", (event) => {
        if (this.files.some((file) => file.going)) event.preventDefault();
      });
    },

    destroy() {
      for (const undo of this.undo ?? []) undo();
    },

    listen(target, name, heard) {
      target.addEventListener(name, heard);
      (this.undo ??= []).push(() => target.removeEventListener(name, heard));
    },

    choose(event) {
      this.take([...event.target.files].map((file) => [file, false]));
      event.target.value = ""; // the same file can be chosen again
    },

    take(given) {
      for (const [source, isFolder] of given) {
        if (!source) continue;
        const key = ++last;
        const picture = isFolder || !source.type.startsWith("image/") || source.type.includes("tif") ? "" : URL.createObjectURL(source);
        sources.set(key, source);
        this.files.push({
          key, picture, name: source.name || "photo", label: `Uploading ${source.name}`, state: "waiting",
          words: megabytes(source.size), sent: 0, going: true, again: false, wrong: "", remedy: "",
        });
        const entry = this.entry(key);
        if (isFolder) this.refuse(entry, `${source.name} is a folder.`, "Open it and drop the photos in it.");
        else if (!source.size) this.refuse(entry, `${source.name} is empty.`, `Use ${KINDS}.`);
        else if (source.size > this.maxBytes) {
          this.refuse(entry, `${source.name} has ${megabytes(source.size)}; ${megabytes(this.maxBytes)} are accepted.`, "Save it smaller and drop it again.");
        }
      }
      this.next();
    },

    entry(key) {
      return this.files.find((file) => file.key === key);
    },

    next() {
      const busy = this.files.filter((file) => file.state === "sending").length;
      for (const entry of this.files.filter((file) => file.state === "waiting").slice(0, AT_ONCE - busy)) this.send(entry);
    },

    send(entry) {
      Object.assign(entry, { state: "sending", going: true, again: false, wrong: "", remedy: "", sent: 0 });
      const form = new FormData();
      form.append("file", sources.get(entry.key), entry.name);
      const request = new XMLHttpRequest();
      request.open("POST", this.url);
      request.setRequestHeader("X-CSRF-Token", window.packshot.token());
      request.setRequestHeader("Accept", "application/json");
      request.responseType = "json";
      request.upload.onprogress = ({ loaded, total }) => {
        entry.sent = (100 * loaded) / total;
        entry.words = loaded < total ? `${megabytes(loaded)} of ${megabytes(total)}` : "Sent, being checked";
      };
      request.onerror = () => this.refuse(entry, "The network is away.", "The file is still here: try again when it is back.", true);
      request.onload = () => this.answered(entry, request);
      request.send(form);
    },

    answered(entry, request) {
      const { status, response } = request;
      if (status === 201) {
        this.forget(entry.key);
        document.dispatchEvent(new CustomEvent("photos-changed"));
      } else if (status === 429 || status === 503) {
        const seconds = Number(request.getResponseHeader("Retry-After")) || 5;
        Object.assign(entry, { state: "held", words: `Goes on in ${seconds} s` });
        setTimeout(() => {
          entry.state = "waiting";
          this.next();
        }, seconds * 1000);
      } else if (status === 401) {
        this.refuse(entry, "You were logged out.", "Log in in another tab, then try again here.", true);
      } else {
        const { message, remedy } = response?.error ?? {};
        this.refuse(entry, message ?? `The server answered ${status}.`, remedy ?? "Try again.", status >= 500 || status === 403);
      }
      this.next();
    },

    refuse(entry, wrong, remedy, again = false) {
      Object.assign(entry, { state: "refused", going: false, words: "", wrong, remedy, again });
      this.next();
    },

    again(key) {
      this.entry(key).state = "waiting";
      this.next();
    },

    forget(key) {
      const entry = this.entry(key);
      if (entry.picture) URL.revokeObjectURL(entry.picture);
      sources.delete(key);
      this.files = this.files.filter((file) => file.key !== key);
      this.next();
    },
  };
};
