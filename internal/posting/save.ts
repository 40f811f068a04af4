import { fill, read, Refusal, send, swap } from "./parts.ts";
import { Photos } from "./photos.ts";

const pause_ms = 900; // of typing, before it is kept
const longest_ms = 30_000; // between two tries without a connection

/** <fg-posting>: the form of a listing. It keeps itself, and swaps in the parts that depend on what is typed. */
export class Posting extends HTMLElement {
  readonly changed = new Set<string>();
  private timer = 0;
  private wait_ms = 2000;
  private running: Promise<void> | null = null;
  private leaving = false;
  private photos!: Photos;

  get form(): HTMLFormElement {
    return this.querySelector("form")!;
  }

  get base(): string {
    return this.dataset.base!;
  }

  connectedCallback(): void {
    this.photos = new Photos(this);
    for (const name of ["input", "change", "click", "submit", "keydown"]) this.addEventListener(name, this);
    addEventListener("pagehide", () => this.leave());
    addEventListener("pageshow", () => (this.leaving = false));
    addEventListener("online", () => void this.save());
    document.addEventListener("visibilitychange", () => document.hidden && this.leave());
    this.recover();
    document.getElementById("faults")?.focus();
  }

  handleEvent(event: Event): void {
    const target = event.target as HTMLElement;
    if (event.type === "input" || event.type === "change") this.note(target as HTMLInputElement, event.type);
    else if (event.type === "click") this.clicked(event, target);
    else if (event.type === "keydown") this.key(event as KeyboardEvent, target);
    else this.submit(event as SubmitEvent);
  }

  private note(field: HTMLInputElement, how: string): void {
    if (field.matches("[data-find]")) return narrow(field);
    if (!field.name || field.type === "file" || field.form !== this.form) return;
    this.changed.add(field.name);
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.save(), how === "change" ? 50 : pause_ms);
  }

  private clicked(event: Event, target: HTMLElement): void {
    const tree = target.closest<HTMLAnchorElement>("a[data-tree]");
    const button = target.closest<HTMLButtonElement>("button[name=pick], button[name=photo]");
    if (!tree && !button) return;
    event.preventDefault();
    if (tree) void this.openTree(tree);
    else if (button!.name === "pick") void this.pick(button!);
    else void this.photos.press(button!);
  }

  /** Enter in the search for a category takes the only one that is left. */
  private key(event: KeyboardEvent, target: HTMLElement): void {
    if (event.key !== "Enter" || !target.matches("[data-find]")) return;
    event.preventDefault();
    const left = [...this.querySelectorAll<HTMLElement>("[data-leaf]:not([hidden]) button")];
    if (left.length > 0) left[0]!.click();
  }

  private submit(event: SubmitEvent): void {
    if ((event.submitter as HTMLButtonElement | null)?.value === "fields") {
      event.preventDefault();
      return void this.goOn();
    }
    if (this.leaving || this.photos.busy(event.submitter)) return event.preventDefault();
    this.leaving = true;
    clearTimeout(this.timer);
    setTimeout(() => (this.leaving = false), 8000);
  }

  /** Enter and "continue" keep what is typed and lead to what is next. */
  private async goOn(): Promise<void> {
    await this.save({ begin: "yes" });
    document.getElementById("part-category")?.querySelector<HTMLElement>("button, a")?.focus();
  }

  /** Keeps what is typed, one request after the other. */
  save(more: Record<string, string> = {}): Promise<void> {
    clearTimeout(this.timer);
    if (this.changed.size === 0 && Object.keys(more).length === 0) return this.running ?? Promise.resolve();
    const before = this.running ?? Promise.resolve();
    const now = before.then(() => this.saveNow(more)).finally(() => {
      if (this.running === now) this.running = null;
    });
    return (this.running = now);
  }

  /** Waits until there is a draft, for what needs one. */
  async begun(): Promise<void> {
    if (this.base.endsWith("/new")) await this.save({ begin: "yes" });
    else await this.running;
  }

  private body(more: Record<string, string>): FormData {
    const body = new FormData(this.form);
    body.delete("photos");
    body.set("changed", [...this.changed].join(" "));
    for (const [name, value] of Object.entries(more)) body.set(name, value);
    return body;
  }

  private async saveNow(more: Record<string, string>): Promise<void> {
    const sent = new Set(this.changed);
    const body = this.body(more);
    this.changed.clear();
    this.say(this.dataset.saving!);
    try {
      this.apply(await send(`${this.base}/save`, body));
      this.wait_ms = 2000;
      this.forget();
    } catch (error) {
      sent.forEach((name) => this.changed.add(name));
      this.failed(error);
    }
  }

  private failed(error: unknown): void {
    this.remember();
    if (error instanceof Refusal && error.status === 401) return this.say(this.dataset.signedOut!, `/sign-in?next=${encodeURIComponent(this.base)}`);
    if (error instanceof Refusal && error.status < 500 && error.message) return this.say(error.message);
    this.say(this.dataset.offline!);
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.save(), this.wait_ms);
    this.wait_ms = Math.min(longest_ms, this.wait_ms * 2);
  }

  /** Takes over the parts of an answer. The first one brings the address of the draft. */
  apply(parts: HTMLElement | null): void {
    if (!parts?.matches("[data-parts]")) return;
    const base = parts.dataset.base!;
    const first = base !== this.base;
    if (first) {
      this.dataset.base = base;
      this.form.action = base;
      history.replaceState(history.state, "", base);
    }
    if (parts.dataset.rev) this.dataset.rev = parts.dataset.rev;
    for (const part of [...parts.children]) {
      if (part.id !== "part-foot" || first) swap(part, this.changed);
    }
    if (this.changed.size === 0) this.say(fill(this.dataset.saved!, { time: parts.dataset.time! }));
  }

  /** Says how saving goes, at the foot of the form. */
  private say(words: string, href = ""): void {
    const box = document.getElementById("saved");
    if (!box || (box.textContent?.trim() === words && !href)) return;
    const text = document.createElement(href ? "a" : "span");
    text.textContent = words;
    if (text instanceof HTMLAnchorElement) text.href = href;
    const icon = box.querySelector(".icon");
    box.replaceChildren(...(icon && !href ? [icon, text] : [text]));
  }

  /** Says what a button did to those who listen. */
  announce(words: string): void {
    this.querySelector("[data-said]")!.textContent = words;
  }

  private async pick(button: HTMLButtonElement): Promise<void> {
    this.changed.add("shown");
    await this.save({ pick: button.value });
    const part = document.getElementById("part-category");
    part?.querySelector("[data-tree-here]")?.replaceChildren();
    part?.focus({ preventScroll: true });
    this.announce(part?.querySelector(".chosen")?.textContent ?? "");
  }

  private async openTree(link: HTMLAnchorElement): Promise<void> {
    const here = this.querySelector("[data-tree-here]")!;
    if (here.firstElementChild) return here.replaceChildren();
    try {
      const tree = await send(`${this.base}/categories`, undefined);
      if (tree) here.replaceChildren(tree);
      here.querySelector<HTMLInputElement>("[data-find]")?.focus();
    } catch {
      location.assign(link.href);
    }
  }

  /** The page goes away: what is not kept yet is sent after it. */
  private leave(): void {
    if (this.leaving || this.changed.size === 0) return;
    if (!this.base.endsWith("/new")) this.remember();
    clearTimeout(this.timer);
    const kept = new Set(this.changed);
    fetch(`${this.base}/save`, { method: "POST", body: this.body({}), headers: { "X-Parts": "1" }, keepalive: true })
      .then(async (answer) => {
        if (!answer.ok) return;
        kept.forEach((name) => this.changed.delete(name));
        this.apply(read(await answer.text()));
        this.forget();
      })
      .catch(() => {}); // it is remembered here
  }

  private get memory(): string {
    return `draft:${this.base}`;
  }

  /** Keeps the words in this browser as long as the server does not have them. */
  private remember(): void {
    const words: Record<string, string> = {};
    for (const [name, value] of this.body({})) if (this.changed.has(name) && typeof value === "string") words[name] = value;
    try {
      localStorage.setItem(this.memory, JSON.stringify({ rev: this.dataset.rev, words }));
    } catch {
      // Without storage there are still the tries to come.
    }
  }

  private forget(): void {
    try {
      localStorage.removeItem(this.memory);
    } catch {
      // There was none.
    }
  }

  /** Brings back what an earlier page could not send, unless the draft went on since. */
  private recover(): void {
    let kept: { rev?: string; words: Record<string, string> } | null = null;
    try {
      kept = JSON.parse(localStorage.getItem(this.memory) ?? "null");
    } catch {
      // Nothing that can be read.
    }
    this.forget();
    if (!kept || kept.rev !== this.dataset.rev) return;
    for (const [name, value] of Object.entries(kept.words)) {
      const field = this.form.elements.namedItem(name);
      if (field instanceof RadioNodeList || field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement || field instanceof HTMLSelectElement) {
        field.value = value;
        this.changed.add(name);
      }
    }
    void this.save();
  }
}
customElements.define("fg-posting", Posting);

/** Shows those categories that have the words typed in their names. */
function narrow(field: HTMLInputElement): void {
  const list = field.closest("[data-tree-part]")?.querySelector("[data-tree-list]");
  if (!list) return;
  const words = field.value.trim().toLowerCase();
  let any = false;
  for (const branch of list.querySelectorAll<HTMLElement>("[data-branch]")) {
    let some = words !== "" && branch.querySelector(".tree-top")!.textContent!.trim().toLowerCase().includes(words);
    for (const leaf of branch.querySelectorAll<HTMLElement>("[data-leaf]")) {
      leaf.hidden = !some && !leaf.dataset.leaf!.includes(words);
      any ||= !leaf.hidden;
    }
    some ||= branch.querySelector("[data-leaf]:not([hidden])") !== null;
    branch.hidden = !some;
  }
  const none = field.closest("[data-tree-part]")!.querySelector<HTMLElement>("[data-none]");
  if (none) none.hidden = any;
}
