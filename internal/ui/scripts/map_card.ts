import type { Cluster } from "./map_spots.ts";

/** The small card of one listing in a corner of the map. What it shows comes from the server, or from the cluster. */
export class Card {
  readonly #box: HTMLElement;
  readonly #address: string;
  readonly #closed: () => void;
  #opener: HTMLElement | null = null;
  #stop = new AbortController();

  constructor(box: HTMLElement, address: string, closed: () => void) {
    this.#box = box;
    this.#address = address;
    this.#closed = closed;
    box.querySelector(".map-close")?.addEventListener("click", () => this.close(true));
    box.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close(true);
      event.stopPropagation();
    });
  }

  get isOpen(): boolean { return !this.#box.hidden; }

  async open(cluster: Cluster, opener: HTMLElement, takesFocus: boolean): Promise<void> {
    this.#stop.abort();
    const { signal } = (this.#stop = new AbortController());
    this.#opener?.removeAttribute("aria-expanded");
    this.#opener = opener;
    opener.setAttribute("aria-expanded", "true");
    const content = this.#box.lastElementChild!;
    content.replaceChildren(plain(cluster));
    this.#box.hidden = false;
    if (takesFocus) this.#box.querySelector("a")?.focus();
    if (!this.#address || !cluster.listing) return;
    try {
      const response = await fetch(this.#address + encodeURIComponent(cluster.listing), { headers: { "HX-Request": "true" }, signal });
      if (!response.ok) return;
      const hadFocus = content.contains(document.activeElement);
      content.innerHTML = await response.text(); // a part of a page of this site, written by its own templates
      if (hadFocus) content.querySelector("a")?.focus();
    } catch {
      // The plain card says enough.
    }
  }

  close(givesFocusBack: boolean): void {
    if (this.#box.hidden) return;
    this.#stop.abort();
    this.#box.hidden = true;
    this.#opener?.removeAttribute("aria-expanded");
    if (givesFocusBack) this.#opener?.focus({ preventScroll: true });
    this.#opener = null;
    this.#closed();
  }
}

function plain({ href, title, price }: Cluster): HTMLElement {
  const link = document.createElement("a");
  link.className = "map-plain";
  link.href = href?.startsWith("/") ? href : "#";
  const [sum, name] = [document.createElement("b"), document.createElement("span")];
  sum.textContent = price ?? "";
  name.textContent = title ?? "";
  name.dir = "auto";
  link.append(sum, name);
  return link;
}
