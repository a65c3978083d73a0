// One photo, dropped or chosen, sent with its progress; a refusal stands below the zone.
const INVITATION = "Drop a photo here, or choose one";

export const tryout = () => ({
  busy: false,
  percent: 0,
  words: INVITATION,
  message: "",
  remedy: "",
  zone: {
    ["@dragover.prevent"]() {
      this.$el.classList.add("over");
    },
    ["@dragleave"]() {
      this.$el.classList.remove("over");
    },
    ["@drop.prevent"]() {
      this.$el.classList.remove("over");
      this.send(this.$event.dataTransfer.files[0]);
    },
    ["@paste.window"]() {
      const [file] = this.$event.clipboardData.files;
      if (file) this.send(file);
    },
  },
  chooser: {
    ["@change"]() {
      this.send(this.$el.files[0]);
    },
  },
  send(file) {
    if (!file || this.busy) return;
    this.busy = true;
    this.words = `Sending ${file.name}`;
    this.message = "";
    const body = new FormData();
    body.append("file", file);
    const request = new XMLHttpRequest();
    request.open("POST", "/try");
    request.setRequestHeader("HX-Request", "true");
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRF-Token", window.packshot.token());
    request.upload.onprogress = (event) => {
      this.percent = (100 * event.loaded) / event.total;
    };
    request.onerror = () => this.fail({ message: "The network is away.", remedy: "Try again when it is back." });
    request.onload = () => {
      const next = request.getResponseHeader("HX-Redirect");
      if (next) window.location.assign(next);
      else this.fail(problem(request.responseText));
    };
    request.send(body);
  },
  fail(told) {
    this.busy = false;
    this.words = INVITATION;
    Object.assign(this, told);
  },
});

// What a notice from the server says.
export function problem(html) {
  const notice = new DOMParser().parseFromString(html, "text/html");
  const text = (name) => notice.querySelector(name)?.textContent.trim() ?? "";
  return { message: text("strong") || "That did not work.", remedy: text("span") };
}
