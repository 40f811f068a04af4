import { isBareKey } from "./dom.ts";
import { closePeek } from "./peek.ts";

const boxes = "tbody > tr > .box input";

/** <fg-grid>: keys, selection and editing in place over a plain table of links and boxes. */
class Grid extends HTMLElement {
  #active = 0; // the row that keys speak of
  #lastBox: HTMLInputElement | null = null;
  #edited = "";
  readonly #onKey = (event: KeyboardEvent) => this.#key(event);

  connectedCallback(): void {
    document.addEventListener("keydown", this.#onKey, true);
    for (const name of ["click", "dblclick", "change", "focusin", "htmx:after:swap"]) this.addEventListener(name, this);
    this.#count();
  }

  disconnectedCallback(): void {
    document.removeEventListener("keydown", this.#onKey, true);
  }

  get #rows(): HTMLTableRowElement[] { return [...this.querySelectorAll<HTMLTableRowElement>("tbody > tr")]; }
  get #boxes(): HTMLInputElement[] { return [...this.querySelectorAll<HTMLInputElement>(boxes)]; }

  handleEvent(event: Event): void {
    const target = event.target as Element;
    if (event.type === "change") target.matches("[data-all]") ? this.#select((target as HTMLInputElement).checked) : this.#count();
    if (event.type === "focusin") this.#follow(target);
    if (event.type === "click") this.#click(event as MouseEvent, target);
    if (event.type === "dblclick" && !target.closest(".cell-editor, a, input")) target.closest("td")?.querySelector<HTMLElement>(".pencil")?.click();
    if (event.type === "htmx:after:swap") this.#swapped((event as CustomEvent<HtmxDetail>).detail);
  }

  /** Makes the row of what has the focus, or was pressed, the active one. */
  #follow(target: Element | null): void {
    const row = this.#rows.indexOf(target?.closest("tbody > tr") as HTMLTableRowElement);
    if (row >= 0) this.#active = row;
  }

  #click(event: MouseEvent, target: Element): void {
    this.#follow(target);
    const box = target.closest<HTMLInputElement>(boxes);
    if (box) this.#range(box, event.shiftKey);
    if (target.closest("[data-cancel]")) this.#cancel();
    if (target.closest("[data-unselect]")) this.#select(false);
    const pencil = target.closest(".pencil");
    if (pencil) this.#cancel(pencil.closest("td"));
    const cell = target.closest<HTMLElement>("td");
    const isBare = cell && !cell.matches(".box, .editable") && !target.closest("a, button, input, select, textarea, label, summary");
    if (isBare && !getSelection()?.toString()) cell.closest("tr")?.querySelector<HTMLElement>(".main a[hx-get]")?.click();
  }

  /** With shift held, a box takes along all rows since the last one. */
  #range(box: HTMLInputElement, isRange: boolean): void {
    const all = this.#boxes;
    const [from, to] = [all.indexOf(this.#lastBox!), all.indexOf(box)].sort((a, b) => a - b) as [number, number];
    if (isRange && from >= 0) for (const one of all.slice(from, to + 1)) one.checked = box.checked;
    this.#lastBox = box;
    this.#count();
  }

  #select(on: boolean): void {
    for (const box of this.#boxes) box.checked = on;
    this.#count();
  }

  #count(): void {
    const all = this.#boxes;
    const chosen = all.filter((box) => box.checked).length;
    for (const box of all) box.closest("tr")?.setAttribute("aria-selected", String(box.checked));
    const head = this.querySelector<HTMLInputElement>("[data-all]");
    if (head) {
      head.checked = chosen > 0 && chosen === all.length;
      head.indeterminate = chosen > 0 && chosen < all.length;
    }
    const everything = this.querySelector<HTMLInputElement>(".bulk [name=all]");
    if (everything && chosen < all.length) everything.checked = false;
    const words = this.querySelector<HTMLElement>("[data-selected]");
    if (words) words.textContent = (words.dataset.selected ?? "").replace("{count}", String(chosen));
  }

  #key(event: KeyboardEvent): void {
    const focused = document.activeElement;
    const mine = focused?.closest("fg-grid") ?? document.querySelector("fg-grid");
    if (mine !== this || document.querySelector("dialog[open]")) return;
    if (event.key === "Escape") return this.#escape(event);
    if (!isBareKey(event)) return;
    this.#follow(focused);
    const isInside = this.contains(focused) && !focused?.closest(".bulk");
    if (!this.#act(event.key, isInside)) return;
    event.preventDefault();
  }

  /** Does what a key asks for; the answer is whether it asked for anything. */
  #act(key: string, isInside: boolean): boolean {
    const forward = this.matches(":dir(rtl)") ? "ArrowLeft" : "ArrowRight";
    const backward = forward === "ArrowLeft" ? "ArrowRight" : "ArrowLeft";
    if (key === "j" || (isInside && key === "ArrowDown")) return this.#walk(1, isInside);
    if (key === "k" || (isInside && key === "ArrowUp")) return this.#walk(-1, isInside);
    if (isInside && key === forward) return this.#step(1);
    if (isInside && key === backward) return this.#step(-1);
    if (key === "x") return this.#press(".box input");
    if (key === "e") return this.#edit();
    if (key === "o") return this.#open();
    return false;
  }

  #walk(by: number, isInside: boolean): boolean {
    const rows = this.#rows;
    const column = this.#stops().indexOf(document.activeElement as HTMLElement);
    const from = isInside || rows[this.#active]?.hasAttribute("data-current") ? this.#active + by : this.#active;
    this.#active = Math.min(Math.max(from, 0), rows.length - 1);
    const stops = this.#stops();
    const next = stops[column] ?? stops.find((stop) => stop.matches(".main a"));
    next?.focus();
    next?.scrollIntoView({ block: "nearest", inline: "nearest" });
    return rows.length > 0;
  }

  /** What an arrow to the side can reach in the active row. */
  #stops(): HTMLElement[] {
    return [...(this.#rows[this.#active]?.querySelectorAll<HTMLElement>("input, a, .pencil") ?? [])];
  }

  #step(by: number): boolean {
    const stops = this.#stops();
    stops[stops.indexOf(document.activeElement as HTMLElement) + by]?.focus();
    return stops.includes(document.activeElement as HTMLElement);
  }

  #press(selector: string): boolean {
    const found = this.#rows[this.#active]?.querySelector<HTMLElement>(selector);
    found?.click();
    return found != null;
  }

  #edit(): boolean {
    const here = document.activeElement?.closest("td")?.querySelector<HTMLElement>(".pencil");
    if (!here) return this.#press(".pencil");
    here.click();
    return true;
  }

  #open(): boolean {
    const link = this.#rows[this.#active]?.querySelector<HTMLAnchorElement>(".main a");
    if (link) location.assign(link.href);
    return link != null;
  }

  #escape(event: KeyboardEvent): void {
    const field = document.activeElement;
    if (field?.matches('[role=combobox][aria-expanded="true"]')) return;
    if (this.querySelector(".cell-editor")) this.#cancel();
    else if (field?.closest(".drops[open]")) return;
    else if (field?.matches("[data-filter]")) (field as HTMLElement).blur();
    else if (!closePeek()) return;
    event.preventDefault();
  }

  /** Takes every editor away, but for one in a given cell, and gives the focus back. */
  #cancel(except: Element | null = null): void {
    for (const editor of this.querySelectorAll(".cell-editor")) {
      const cell = editor.closest("td");
      editor.remove();
      if (!except) cell?.querySelector<HTMLElement>(".pencil")?.focus();
    }
  }

  #swapped({ ctx }: HtmxDetail): void {
    const source = ctx.sourceElement;
    if (source?.matches(".pencil")) this.#edited = source.id;
    const isDone = (ctx.response?.status ?? 200) < 400 && !this.querySelector(".cell-editor");
    if (isDone && this.#edited) {
      document.getElementById(this.#edited)?.focus();
      this.#edited = "";
    }
    this.#count();
  }
}

customElements.define("fg-grid", Grid);
