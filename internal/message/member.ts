import { hit, isBareKey, say } from "../ui/scripts/dom.ts";

/** What the stream says: how many conversations have something unread. What changed is fetched by the regions themselves. */
interface News {
  unread: number;
}

let waiting = 0;
let missed = false; // news that came while the page was in the background

const talks = document.querySelector<HTMLElement>("[data-news]");

/** Writes the number of unread conversations beside every way to the inbox, and into the title of the window. */
function count(unread: number): void {
  for (const link of document.querySelectorAll<HTMLAnchorElement>('a[href="/messages"]:not(.talk-back)')) {
    let badge = link.querySelector<HTMLElement>(".count");
    if (!badge && unread > 0) {
      badge = document.createElement("span");
      badge.className = "count";
      link.append(badge);
    }
    if (badge) {
      badge.textContent = unread >= 100 ? "99+" : String(unread);
      badge.hidden = unread === 0;
    }
  }
  waiting = unread;
  retitle();
}

/** The window's title says how many wait, also after a part of the page brought its own title. */
function retitle(): void {
  const title = (waiting > 0 ? `(${waiting}) ` : "") + document.title.replace(/^\(\d+\) /, "");
  if (document.title !== title) document.title = title;
}

function listen(address: string): void {
  const source = new EventSource(address);
  source.addEventListener("news", (event) => {
    count((JSON.parse(event.data) as News).unread);
    missed = document.hidden; // fetching a conversation marks it as read, and nobody is looking
    if (!missed) document.body.dispatchEvent(new CustomEvent("news"));
  });
  document.addEventListener("visibilitychange", () => {
    if (missed && !document.hidden) document.body.dispatchEvent(new CustomEvent("news"));
    missed = missed && document.hidden;
  });
  window.addEventListener("pagehide", () => source.close());
  const title = document.querySelector("title");
  if (title) new MutationObserver(retitle).observe(title, { childList: true });
}

if (talks?.dataset.news && "EventSource" in window) listen(talks.dataset.news);

let sent = false;

/** <fg-talk>: a conversation begins at its end, and stays there while what is new comes in below. */
class Talk extends HTMLElement {
  private atEnd = true;
  private watch = new MutationObserver(() => this.follow());

  connectedCallback(): void {
    this.atEnd = true;
    this.follow();
    if (sent) requestAnimationFrame(() => document.querySelector<HTMLElement>("#composer textarea")?.focus());
    sent = false;
    this.watch.observe(this, { childList: true, subtree: true });
    this.addEventListener("scroll", this, { passive: true });
    document.addEventListener("scroll", this, { passive: true });
  }

  disconnectedCallback(): void {
    this.watch.disconnect();
    document.removeEventListener("scroll", this);
  }

  handleEvent(): void {
    const page = document.documentElement;
    const scroller = getComputedStyle(this).overflowY === "visible" ? page : this;
    this.atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < (scroller === page ? 400 : 80); // below a page stands its foot
  }

  private follow(): void {
    if (!this.atEnd) return;
    this.scrollTop = this.scrollHeight;
    const scrollsItself = getComputedStyle(this).overflowY !== "visible"; // not on a phone, where the page does
    if (!scrollsItself && !new URLSearchParams(location.search).has("before")) this.closest(".talk")?.scrollIntoView({ block: "end" });
  }
}
customElements.define("fg-talk", Talk);

// Signs of what one should not send, for the hint above the button. The server looks more closely.
const signs: [string, RegExp][] = [
  ["payment", /\b[a-z]{2}\d{2}[ ]?(?:[a-z0-9]{4}[ ]?){3,}|gift ?card|geschenkkarte|bitcoin|vorkasse|in advance|im voraus/i],
  ["link", /https?:\/\/|www\.|\b[\w.+-]+@[\w-]+\.\w/i],
  ["phone", /(?:\+|\b0)\d(?:[ ./-]?\d){7,}/],
];

document.addEventListener("input", (event) => {
  const form = hit<HTMLFormElement>(event, ".talk-composer");
  if (!form) return;
  const files = hit<HTMLInputElement>(event, "input[type=file]");
  if (files) form.querySelector("[data-chosen]")!.textContent = `${files.files?.length ?? 0} ${files.dataset.said ?? ""}`;
  const hint = form.querySelector<HTMLElement>(".talk-hint")!;
  const text = form.querySelector<HTMLTextAreaElement>("textarea")!.value;
  const sign = signs.find(([, shape]) => shape.test(text));
  const words = sign ? (form.dataset[sign[0]] ?? "") : "";
  if (hint.textContent !== words) hint.textContent = words;
  hint.hidden = words === "";
});

// Ctrl+Enter or ⌘+Enter sends.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) hit(event, ".talk-composer textarea")?.closest("form")?.requestSubmit();
});

// A message that went out leaves the cursor where the next one is written.
document.addEventListener("submit", (event) => {
  sent = (event.target as HTMLElement).id === "composer";
});

// An answer that is not the part asked for (too much at once, signed out, an error) must not take the place of what is
// there, least of all of what somebody is typing.
document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = (event as CustomEvent<HtmxDetail>).detail;
  const source = ctx.sourceElement;
  const id = source?.getAttribute("hx-select")?.slice(1);
  if (!source?.closest(".talks") || !id || (ctx as { text?: string }).text?.includes(`id="${id}"`)) return;
  event.preventDefault();
  if (source.id === "composer") say(talks?.dataset.failed ?? "");
});
document.addEventListener("htmx:error", (event) => {
  if ((event as CustomEvent<HtmxDetail>).detail.ctx?.sourceElement?.id === "composer") say(talks?.dataset.failed ?? "");
});

// j and k walk through the list, e archives what is open.
document.addEventListener("keydown", (event) => {
  if (!talks || !isBareKey(event)) return;
  if (event.key === "e") document.querySelector<HTMLElement>('.talk-head [formaction$="archive"]')?.click();
  if (event.key !== "j" && event.key !== "k") return;
  const entries = [...document.querySelectorAll<HTMLElement>(".talk-entry")];
  const focused = entries.findIndex((entry) => entry === document.activeElement);
  const at = focused >= 0 ? focused : entries.findIndex((entry) => entry.hasAttribute("aria-current"));
  const next = entries[Math.max(0, Math.min(entries.length - 1, at + (event.key === "j" ? 1 : -1)))];
  if (next) {
    event.preventDefault();
    next.focus();
  }
});

// Small menus close with Escape and with a click elsewhere.
document.addEventListener("pointerdown", (event) => {
  for (const menu of document.querySelectorAll<HTMLDetailsElement>(".talk-head details[open]")) {
    if (!menu.contains(event.target as Node)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  const menu = document.querySelector<HTMLDetailsElement>(".talk-head details[open]");
  if (event.key !== "Escape" || !menu) return;
  menu.open = false;
  menu.querySelector("summary")?.focus();
});

// "Make a counter-offer" opens the form it leads to.
document.addEventListener("click", (event) => {
  if (!hit(event, 'a[href="#offer"]')) return;
  const bid = document.querySelector<HTMLDetailsElement>("#offer");
  if (!bid) return;
  bid.open = true;
  bid.querySelector<HTMLInputElement>("input[name=amount]")?.focus();
});
