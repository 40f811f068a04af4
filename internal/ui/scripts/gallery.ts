/** <photo-gallery>: a lightbox with keys over plain links to the large photos, and a counter for swiping. */
class PhotoGallery extends HTMLElement {
  #at = 0;

  connectedCallback(): void {
    this.addEventListener("click", this);
    this.addEventListener("keydown", this);
    this.#list?.addEventListener("scroll", this, { passive: true });
  }

  get #links(): HTMLAnchorElement[] { return [...this.querySelectorAll<HTMLAnchorElement>("li a")]; }
  get #list(): HTMLElement | null { return this.querySelector("ul"); }
  get #box(): HTMLDialogElement | null { return this.querySelector("dialog"); }

  handleEvent(event: Event): void {
    if (event.type === "scroll") this.#count(Math.round(Math.abs(this.#list!.scrollLeft) / this.#list!.clientWidth));
    if (event instanceof KeyboardEvent) this.#key(event);
    if (event.type === "click") this.#click(event as MouseEvent);
  }

  #click(event: MouseEvent): void {
    const target = event.target as Element;
    const link = target.closest<HTMLAnchorElement>("li a");
    const step = target.closest<HTMLElement>("[data-step]")?.dataset.step;
    if (step) return this.#show(this.#at + Number(step));
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    this.#show(this.#links.indexOf(link));
    this.#box?.showModal();
  }

  #key(event: KeyboardEvent): void {
    const forward = this.matches(":dir(rtl)") ? "ArrowLeft" : "ArrowRight";
    if (!this.#box?.open || !event.key.startsWith("Arrow")) return;
    event.preventDefault();
    this.#show(this.#at + (event.key === forward || event.key === "ArrowDown" ? 1 : -1));
  }

  #show(index: number): void {
    const links = this.#links;
    this.#at = (index + links.length) % links.length;
    const link = links[this.#at];
    const photo = this.#box?.querySelector("img");
    if (!link || !photo) return;
    photo.src = link.href;
    photo.alt = link.querySelector("img")?.alt ?? "";
    this.#count(this.#at);
  }

  #count(index: number): void {
    const total = this.#links.length;
    for (const label of this.querySelectorAll("[data-count]")) label.textContent = `${index + 1} / ${total}`;
  }
}

customElements.define("photo-gallery", PhotoGallery);
