import { drags } from "./drag.ts";
import { fill, read, Refusal, send, wordsOf } from "./parts.ts";
import type { Posting } from "./save.ts";
import { HEIC, fit, largest_bytes } from "./shrink.ts";

const atOnce = 2; // photos on their way

/** The photos of the form: each is sent alone, with its own progress and its own error. */
export class Photos {
  private readonly waiting: (() => Promise<void>)[] = [];
  private active = 0;
  private submitter: HTMLElement | null = null;

  constructor(private readonly posting: Posting) {
    const section = posting.querySelector<HTMLElement>("#photos");
    if (!section) return;
    const input = this.input;
    input.addEventListener("change", () => {
      this.take([...(input.files ?? [])]);
      input.value = "";
    });
    for (const name of ["dragover", "dragleave", "drop"]) section.addEventListener(name, (event) => this.drop(event as DragEvent, section));
    drags(posting, (photo, to) => void this.place(photo, to));
  }

  private get input(): HTMLInputElement {
    return this.posting.querySelector<HTMLInputElement>("input[name=photos]")!;
  }

  private get list(): HTMLElement {
    return this.posting.querySelector<HTMLElement>("[data-uploads]")!;
  }

  private words(name: string): string {
    return this.list.getAttribute(`data-words-${name}`) ?? "";
  }

  private drop(event: DragEvent, section: HTMLElement): void {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    section.classList.toggle("over", event.type === "dragover");
    if (event.type === "drop") this.take([...event.dataTransfer.files]);
  }

  private take(files: File[]): void {
    let room = Number(this.list.dataset.most) - document.querySelectorAll("#part-photos > li").length - this.list.querySelectorAll("progress").length;
    for (const file of files) {
      const row = new Row(file, this.words("cancel"));
      this.list.append(row.item);
      if (room-- <= 0) row.fail(this.words("many"));
      else if (HEIC.test(file.name) || HEIC.test(file.type)) row.fail(this.words("heic"));
      else this.queue(row, file);
    }
  }

  private queue(row: Row, file: File): void {
    row.begin();
    this.waiting.push(() => this.upload(row, file));
    void this.next();
  }

  private async next(): Promise<void> {
    if (this.active >= atOnce) return;
    const work = this.waiting.shift();
    if (!work) return this.rest();
    this.active++;
    try {
      await work();
    } finally {
      this.active--;
      void this.next();
    }
  }

  /** Nothing is on its way any more: a button that was pressed meanwhile has its turn. */
  private rest(): void {
    if (this.active > 0 || !this.submitter) return;
    const submitter = this.submitter;
    this.submitter = null;
    if (this.list.querySelector(".error")) return;
    this.posting.form.requestSubmit(submitter);
  }

  /** Whether photos are on their way; then the button waits for them. */
  busy(submitter: HTMLElement | null): boolean {
    if (this.active === 0) return false;
    this.submitter = submitter;
    this.posting.announce(this.words("working"));
    return true;
  }

  private async upload(row: Row, file: File): Promise<void> {
    if (row.gone) return;
    try {
      row.say(this.words("shrinking"));
      const photo = await fit(file);
      if (photo.size > largest_bytes) return row.fail(this.words("heavy"));
      await this.posting.begun();
      const parts = await this.post(row, photo, file.name);
      this.posting.apply(parts);
      row.item.remove();
      this.posting.announce(this.words("stored"));
    } catch (error) {
      if (row.gone) return;
      const words = error instanceof Refusal && error.message ? error.message : this.words("failed");
      const again = !(error instanceof Refusal) || error.status >= 429;
      row.fail(words, again ? this.words("retry") : "", () => this.queue(row, file));
    }
  }

  /** XMLHttpRequest, because fetch does not tell how much was sent. */
  private post(row: Row, photo: Blob, name: string): Promise<HTMLElement | null> {
    return new Promise((done, failed) => {
      const request = new XMLHttpRequest();
      const body = new FormData();
      body.append("photos", photo, name);
      request.open("POST", `${this.posting.base}/photos`);
      request.setRequestHeader("X-Parts", "1");
      request.upload.onprogress = (event) => row.progress(event.loaded / Math.max(1, event.total));
      request.upload.onload = () => row.say(this.words("working"));
      request.onerror = request.onabort = request.ontimeout = () => failed(new TypeError("the photo did not arrive"));
      request.onload = () => {
        if (request.status === 200) done(read(request.responseText));
        else failed(new Refusal(request.status, wordsOf(request.getResponseHeader("Content-Type") ?? "", request.responseText)));
      };
      row.onCancel = () => request.abort();
      request.send(body);
    });
  }

  /** A button at a photo: earlier, later, remove, or undo. */
  async press(button: HTMLButtonElement): Promise<void> {
    const [what = "", photo = ""] = button.value.split(":");
    const body = new FormData();
    body.set("photo", button.value);
    await this.change(this.posting.base, body);
    if (what === "earlier" || what === "later") this.follow(photo, what);
    else document.querySelector<HTMLElement>(what === "remove" ? "#part-undo button" : "#photos")?.focus();
  }

  /** Keeps the focus on the photo that was moved, and says where it is. */
  private follow(photo: string, what: string): void {
    const items = [...document.querySelectorAll<HTMLElement>("#part-photos > li")];
    const at = items.findIndex((item) => item.dataset.photo === photo);
    const same = items[at]?.querySelector<HTMLButtonElement>(`button[value="${what}:${photo}"]`);
    const other = items[at]?.querySelector<HTMLButtonElement>("button[name=photo]:not(:disabled)");
    (same?.disabled ? other : same)?.focus();
    this.posting.announce(fill(this.words("moved"), { number: at + 1, all: items.length }));
  }

  private async place(photo: string, to: number): Promise<void> {
    const body = new FormData();
    body.set("do", "place");
    body.set("to", String(to + 1));
    await this.change(`${this.posting.base}/photos/${photo}`, body);
    this.follow(photo, "later");
  }

  private async change(address: string, body: FormData): Promise<void> {
    try {
      this.posting.apply(await send(address, body));
    } catch (error) {
      this.posting.announce(error instanceof Refusal ? error.message : this.words("failed"));
    }
  }
}

/** One photo on its way. */
class Row {
  readonly item = document.createElement("li");
  private readonly text = document.createElement("span");
  private readonly bar = document.createElement("progress");
  private readonly tools = document.createElement("span");
  private readonly name: string;
  gone = false;
  onCancel: () => void = () => {};

  constructor(file: File, private readonly cancel: string) {
    this.name = file.name;
    const title = document.createElement("b");
    title.className = "clip";
    title.textContent = file.name;
    this.bar.max = 1;
    this.bar.setAttribute("aria-label", file.name);
    this.tools.className = "row tight end";
    this.item.append(title, this.text, this.bar, this.tools);
    this.tool(cancel, () => this.leaveOut());
  }

  private leaveOut(): void {
    this.gone = true;
    this.onCancel();
    this.item.remove();
    document.querySelector<HTMLElement>("input[name=photos]")?.focus();
  }

  private tool(words: string, act: () => void): void {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "button small", textContent: words });
    button.setAttribute("aria-label", `${words}: ${this.name}`);
    button.addEventListener("click", act);
    this.tools.append(button);
  }

  begin(): void {
    this.item.append(this.tools);
    this.item.insertBefore(this.bar, this.tools);
    this.bar.value = 0;
    this.text.className = "small muted";
    this.text.removeAttribute("role");
    this.text.textContent = "";
  }

  say(words: string): void {
    this.text.textContent = words;
  }

  progress(share: number): void {
    this.bar.value = share;
    this.text.textContent = `${Math.round(share * 100)} %`;
  }

  fail(words: string, retry = "", again: () => void = () => {}): void {
    this.bar.remove();
    this.text.className = "small error";
    this.text.setAttribute("role", "alert");
    this.text.textContent = words;
    this.tools.replaceChildren();
    if (retry) this.tool(retry, again);
    this.tool(this.cancel, () => this.leaveOut());
  }
}
