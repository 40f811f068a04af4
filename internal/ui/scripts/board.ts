/** <fg-board>: cards that are moved by a pointer or by keys. Where a card was dropped is posted to the card's address. */
class Board extends HTMLElement {
  #card: HTMLElement | null = null;
  #home: { list: Element; next: Element | null } | null = null;
  #start: { x: number; y: number } | null = null;
  #isDragging = false;

  connectedCallback(): void {
    for (const name of ["pointerdown", "pointermove", "pointerup", "pointercancel", "keydown", "focusout", "click"]) this.addEventListener(name, this);
  }

  handleEvent(event: Event): void {
    switch (event.type) {
      case "pointerdown": return this.#press(event as PointerEvent);
      case "pointermove": return this.#drag(event as PointerEvent);
      case "pointerup": return this.#release(event as PointerEvent);
      case "pointercancel": return this.#putBack();
      case "keydown": return this.#key(event as KeyboardEvent);
      case "focusout": return this.#leave(event as FocusEvent);
      case "click": return this.#swallow(event);
    }
  }

  // By pointer: a card follows after a few pixels, so that a click stays a click. Fingers take it by its handle, so that
  // the page still scrolls under them.

  #press(event: PointerEvent): void {
    const target = event.target as Element;
    const card = target.closest<HTMLElement>("[data-move]");
    const isByHandle = target.closest(".handle") !== null;
    if (!card || event.button !== 0 || target.closest("form") || (event.pointerType !== "mouse" && !isByHandle)) return;
    this.#lift(card);
    this.#start = { x: event.clientX, y: event.clientY };
  }

  #drag(event: PointerEvent): void {
    const [card, start] = [this.#card, this.#start];
    if (!card || !start) return;
    if (event.buttons === 0) return this.#putBack(); // the button was let go elsewhere
    const [x, y] = [event.clientX - start.x, event.clientY - start.y];
    if (!this.#isDragging && Math.hypot(x, y) < 6) return;
    if (!this.#isDragging) {
      this.#isDragging = true;
      card.classList.add("flies", "lifted");
      this.setPointerCapture(event.pointerId);
    }
    card.style.translate = `${x}px ${y}px`;
    this.#hover(event.clientX, event.clientY);
  }

  #hover(x: number, y: number): void {
    const over = document.elementFromPoint(x, y)?.closest("[data-column]") ?? null;
    for (const column of this.querySelectorAll("[data-column]")) column.classList.toggle("over", column === over);
  }

  #release(event: PointerEvent): void {
    const card = this.#card;
    if (!card || !this.#start) return;
    if (!this.#isDragging) return this.#rest();
    const list = document.elementFromPoint(event.clientX, event.clientY)?.closest("[data-column]")?.querySelector("[data-cards]");
    if (!list || !this.contains(list)) return this.#putBack();
    const next = this.#cardsOf(list).find((other) => event.clientY < middle(other)) ?? null;
    list.insertBefore(card, next);
    void this.#drop();
  }

  /** The click that ends a drag follows no link. */
  #swallow(event: Event): void {
    if (!this.#isDragging) return;
    event.preventDefault();
    event.stopPropagation();
    this.#isDragging = false;
  }

  // By keys, from the handle.

  #key(event: KeyboardEvent): void {
    const handle = (event.target as Element).closest<HTMLElement>(".handle");
    const card = handle?.closest<HTMLElement>("[data-move]");
    if (!handle || !card) return;
    const isLifted = this.#card === card;
    if (event.key === " " || event.key === "Enter") isLifted ? void this.#drop() : this.#lift(card, true);
    else if (isLifted && event.key === "Escape") this.#putBack();
    else if (isLifted && event.key.startsWith("Arrow")) this.#move(card, event.key);
    else return;
    event.preventDefault();
    event.stopPropagation();
    handle.focus();
  }

  #move(card: HTMLElement, key: string): void {
    const forward = this.matches(":dir(rtl)") ? "ArrowLeft" : "ArrowRight";
    const lists = [...this.querySelectorAll("[data-cards]")];
    const list = card.parentElement!;
    const place = this.#cardsOf(list).indexOf(card);
    if (key === "ArrowUp") card.previousElementSibling?.before(card);
    else if (key === "ArrowDown") card.nextElementSibling?.after(card);
    else {
      const other = lists[lists.indexOf(list) + (key === forward ? 1 : -1)];
      if (other) other.insertBefore(card, other.children[place] ?? null);
    }
    card.scrollIntoView({ block: "nearest", inline: "nearest" });
    card.querySelector<HTMLElement>(".handle")?.focus();
    this.#say("over");
  }

  #leave(event: FocusEvent): void {
    const isGone = !this.#start && this.#card && !this.#card.contains(event.relatedTarget as Node) && event.relatedTarget !== null;
    if (isGone) this.#putBack();
  }

  #lift(card: HTMLElement, isByKey = false): void {
    if (this.#card) this.#putBack();
    this.#card = card;
    this.#isDragging = false;
    this.#home = { list: card.parentElement!, next: card.nextElementSibling };
    if (!isByKey) return;
    card.classList.add("lifted");
    card.querySelector(".handle")?.setAttribute("aria-pressed", "true");
    this.#say("lifted");
  }

  #putBack(): void {
    const [card, home] = [this.#card, this.#home];
    if (card && home) home.list.insertBefore(card, home.next);
    const wasLifted = card?.classList.contains("lifted");
    if (wasLifted) this.#say("back");
    this.#rest();
  }

  #rest(): void {
    this.#card?.classList.remove("lifted", "flies");
    this.#card?.style.removeProperty("translate");
    this.#card?.querySelector(".handle")?.setAttribute("aria-pressed", "false");
    for (const column of this.querySelectorAll(".over")) column.classList.remove("over");
    this.#card = this.#start = null;
    if (this.#isDragging) setTimeout(() => (this.#isDragging = false));
  }

  async #drop(): Promise<void> {
    const [card, home] = [this.#card, this.#home];
    if (!card || !home) return;
    this.#say("dropped");
    this.#rest();
    if (card.parentElement === home.list && card.nextElementSibling === home.next) return;
    const to = columnOf(card)?.dataset.column ?? "";
    const before = (card.nextElementSibling as HTMLElement | null)?.dataset.card ?? "";
    card.classList.add("sent");
    const isTaken = await send(card.dataset.move ?? "", new URLSearchParams({ to, before }));
    card.classList.remove("sent");
    if (isTaken) return void this.dispatchEvent(new CustomEvent("moved"));
    home.list.insertBefore(card, home.next);
    this.#say("failed", card);
  }

  #cardsOf(list: Element): HTMLElement[] {
    return [...list.querySelectorAll<HTMLElement>("[data-card]")].filter((card) => card !== this.#card || !this.#isDragging);
  }

  #say(what: "lifted" | "over" | "dropped" | "back" | "failed", card = this.#card): void {
    const box = this.querySelector("[data-says]");
    if (!box || !card) return;
    const all = [...(card.parentElement?.children ?? [])];
    const gaps: Record<string, string> = { card: card.dataset.title ?? "", column: columnOf(card)?.dataset.title ?? "", place: String(all.indexOf(card) + 1), places: String(all.length) };
    box.textContent = (this.dataset[what] ?? "").replace(/\{(\w+)\}/g, (gap, name: string) => gaps[name] ?? gap);
  }
}

function columnOf(card: Element): HTMLElement | null {
  return card.closest<HTMLElement>("[data-column]");
}

function middle(card: Element): number {
  const box = card.getBoundingClientRect();
  return box.top + box.height / 2;
}

async function send(address: string, body: URLSearchParams): Promise<boolean> {
  try {
    return (await fetch(address, { method: "POST", body, headers: { "HX-Request": "true" } })).ok;
  } catch {
    return false;
  }
}

customElements.define("fg-board", Board);
