import { hit } from "./dom.ts";

let opener: HTMLElement | null = null;
const narrow = matchMedia("(max-width: 60rem)");

function panel(): HTMLElement | null {
  return document.querySelector<HTMLElement>("[data-peek]:not(:empty)");
}

/** Marks the row whose record is shown, and only that one. */
function mark(source: Element | null): void {
  for (const old of document.querySelectorAll("[data-current]")) {
    old.removeAttribute("data-current");
    old.querySelector("[aria-current]")?.removeAttribute("aria-current");
  }
  source?.closest("tr, .board-card, .day")?.toggleAttribute("data-current", true);
  source?.setAttribute("aria-current", "true");
}

/** A peek that covers a phone leaves nothing behind it to be reached. */
function cover(): void {
  const isCovered = panel() !== null && narrow.matches;
  for (const behind of document.querySelectorAll(".topbar, .heading, .tabs-row, .with-peek > section")) behind.toggleAttribute("inert", isCovered);
}

/** Empties the peek; the answer is whether it showed anything. */
export function closePeek(): boolean {
  const shown = panel();
  shown?.replaceChildren();
  cover();
  if (shown) mark(null);
  if (shown && opener?.isConnected) opener.focus();
  return shown !== null;
}

document.addEventListener("htmx:after:swap", (event) => {
  const { ctx } = (event as CustomEvent<HtmxDetail>).detail;
  if (!(ctx.target instanceof HTMLElement) || !ctx.target.matches("[data-peek]")) return;
  opener = ctx.sourceElement as HTMLElement;
  mark(opener);
  cover();
  ctx.target.scrollTop = 0;
  ctx.target.querySelector<HTMLElement>("[data-peek-title]")?.focus({ preventScroll: true });
});

document.addEventListener("click", (event) => {
  if (!hit(event, "[data-peek-close]") || event.defaultPrevented) return;
  event.preventDefault();
  closePeek();
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.defaultPrevented && !document.querySelector("fg-grid, dialog[open], .board-card.lifted")) closePeek();
});

narrow.addEventListener("change", cover);
cover();
