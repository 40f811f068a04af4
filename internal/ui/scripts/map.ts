import { Camera, mostZoom, worldOf, type Box } from "./map_camera.ts";
import { Card } from "./map_card.ts";
import { Ground, type Area } from "./map_ground.ts";
import { Hands, type Change, type Held } from "./map_hands.ts";
import { Scale } from "./map_scale.ts";
import { Spots, type Cluster, type Spot } from "./map_spots.ts";
import { Tiles } from "./map_tiles.ts";

const settle_ms = 200; // after a move, before clusters are asked for
const glide_ms = 260;
const isCalm = matchMedia("(prefers-reduced-motion: reduce)");

/** <fg-map>: see ui.Map, which writes its markup and says what it does. */
class MapElement extends HTMLElement implements Held {
  static observedAttributes = ["data-clusters"];

  readonly camera = new Camera();
  #ground!: Ground | Tiles;
  #spots!: Spots;
  #card!: Card;
  #scale!: Scale;
  #frame = 0;
  #timer = 0;
  #glide = 0;
  #aim: { x: number; y: number; zoom: number } | null = null;
  #asked = new AbortController();
  #clusters: Cluster[] = [];
  #ends = new AbortController();
  #isReady = false;

  connectedCallback(): void {
    const { signal } = (this.#ends = new AbortController());
    if (!this.#isReady) this.#prepare();
    const size = new ResizeObserver(() => this.#measure());
    const scheme = new MutationObserver(() => this.#recolour());
    size.observe(this.#pane);
    scheme.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#recolour(), { signal });
    for (const name of ["pointerover", "focusin"]) document.addEventListener(name, (event) => this.#listed(event), { signal });
    signal.addEventListener("abort", () => { size.disconnect(); scheme.disconnect(); });
  }

  disconnectedCallback(): void {
    this.#ends.abort();
    this.#asked.abort();
    clearTimeout(this.#timer);
  }

  attributeChangedCallback(_name: string, before: string | null, now: string | null): void {
    if (this.#isReady && before !== now && this.camera.width) void this.#ask();
  }

  get #pane(): HTMLElement { return this.querySelector(".map-pane")!; }

  #find<E extends HTMLElement = HTMLElement>(selector: string): E | null { return this.querySelector<E>(selector); }

  #prepare(): void {
    this.#isReady = true;
    const canvas = this.querySelector("canvas")!;
    const { land = "", tiles, card = "" } = this.dataset;
    this.#ground = tiles ? new Tiles(canvas, tiles, () => this.#redraw()) : new Ground(canvas, land, () => this.#arrived());
    this.#spots = new Spots(this.#find(".map-spots")!);
    this.#card = new Card(this.#find(".map-card")!, card, () => this.#mark(null));
    this.#scale = new Scale(this.#find(".map-scale")!, this.dataset.unit);
    new Hands(this.#pane, this, this.classList.contains("small"));
    this.#find(".map-tools")!.hidden = false;
    this.#pane.tabIndex = 0;
    this.addEventListener("click", (event) => this.#pressed(event));
    this.addEventListener("keydown", (event) => event.key === "Escape" && this.#card.close(true));
    this.#find(".map-spots")!.addEventListener("pointerover", (event) => this.#mark(this.#spots.of((event.target as Element).closest("button"))));
    this.#find(".map-spots")!.addEventListener("pointerout", () => this.#mark(null));
    this.#pane.addEventListener("focusin", (event) => this.#keepInSight(this.#spots.of(event.target as Element)));
  }

  // The window.

  #measure(): void {
    const { clientWidth, clientHeight } = this.#pane;
    const isFirst = this.camera.width === 0;
    [this.camera.width, this.camera.height] = [clientWidth, clientHeight];
    if (!clientWidth || !clientHeight) return;
    if (isFirst) this.#goHome();
    else this.camera.zoomAt(this.camera.zoom);
    this.#redraw();
    if (isFirst) void this.#ask();
    else this.#settle();
  }

  #goHome(): void {
    const { box, centre, zoom } = this.dataset;
    const [lat, lon] = (centre || "").split(",").map(Number);
    if (box) this.camera.fit(box.split(",").map(Number) as Box);
    else if (lat !== undefined && lon !== undefined && centre) this.camera.show(lat, lon, Number(zoom) || 10);
    else this.camera.show(48, 9, 4);
  }

  home(): void {
    this.#goHome();
    this.moved(true);
  }

  moved(isDone: boolean): void {
    cancelAnimationFrame(this.#glide);
    this.#aim = null;
    this.#redraw();
    if (isDone) this.#movedBy("person");
  }

  glide(change: Change): void {
    cancelAnimationFrame(this.#glide);
    const { camera } = this;
    const from = { x: camera.x, y: camera.y, zoom: camera.zoom };
    const aim = this.#aim ?? from; // several in a row add up
    const to = (this.#aim = {
      x: change.x ?? aim.x + (change.across_px ?? 0) / camera.scale,
      y: change.y ?? aim.y + (change.down_px ?? 0) / camera.scale,
      zoom: Math.min(mostZoom, change.zoom ?? Math.round((aim.zoom + (change.by ?? 0)) * 100) / 100),
    });
    const begun = performance.now();
    const step = (now: number) => {
      const share = isCalm.matches ? 1 : Math.min(1, Math.max(0, (now - begun) / glide_ms));
      const eased = 1 - (1 - share) ** 3;
      camera.x = from.x + (to.x - from.x) * eased;
      camera.y = from.y + (to.y - from.y) * eased;
      camera.zoomAt(from.zoom + (to.zoom - from.zoom) * eased);
      this.#redraw();
      if (share < 1) return void (this.#glide = requestAnimationFrame(step));
      this.#aim = null;
      this.#redraw();
      this.#movedBy("person");
    };
    step(begun);
  }

  #movedBy(by: "person" | "page"): void {
    const { box, zoom } = this.camera;
    this.dispatchEvent(new CustomEvent("map-moved", { bubbles: true, detail: { box, zoom, by } }));
    const area = this.#find<HTMLAnchorElement>(".map-area");
    if (area && by === "person") {
      area.href = withBox(this.dataset.area ?? "", box);
      area.hidden = false;
    }
    this.#settle();
  }

  #settle(): void {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.#ask(), settle_ms);
  }

  #redraw(): void {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  #draw(): void {
    this.#scale.draw(this.camera);
    const covered = [...this.#spots.place(this.camera), ...this.#here()];
    for (const part of this.querySelectorAll<HTMLElement>(".map-tools, .map-credit, .map-scale, .map-area:not([hidden])")) {
      const { offsetLeft: left, offsetTop: top, offsetWidth: wide, offsetHeight: high } = part;
      covered.push([left, top, left + wide, top + high]);
    }
    this.#ground.draw(this.camera, covered, this.#aim !== null);
  }

  #recolour(): void {
    this.#ground.recolour();
    this.#redraw();
  }

  #arrived(): void {
    this.#redraw();
    this.#name();
  }

  /** The coarse circle of a listing's own page. */
  #here(): Area[] {
    const around_km = Number(this.dataset.around) || 0;
    const [lat, lon] = (this.dataset.centre || "").split(",").map(Number);
    if (!around_km || lat === undefined || lon === undefined) return [];
    let circle = this.#find(".map-here");
    if (!circle) this.#find(".map-spots")!.append((circle = Object.assign(document.createElement("i"), { className: "map-here" })));
    const [left, top] = this.camera.screenOf(...worldOf(lat, lon));
    const wide = Math.max(14, (2000 * around_km) / this.camera.pixel_m);
    circle.style.translate = `calc(${left.toFixed(1)}px - 50%) calc(${top.toFixed(1)}px - 50%)`;
    circle.style.inlineSize = circle.style.blockSize = `${wide.toFixed(1)}px`;
    return [[left - wide / 2, top - wide / 2, left + wide / 2, top + wide / 2]];
  }

  // Clusters.

  async #ask(): Promise<void> {
    const { clusters } = this.dataset;
    if (!clusters || !this.camera.width) return;
    this.#asked.abort();
    const { signal } = (this.#asked = new AbortController());
    const slow = setTimeout(() => this.classList.add("busy"), 300);
    try {
      const response = await fetch(`${withBox(clusters, this.camera.box)}&zoom=${Math.floor(this.camera.zoom)}`, { signal, headers: { Accept: "application/json" } });
      if (!response.ok) throw new Error(response.statusText);
      this.#show(((await response.json()) as { clusters: Cluster[] | null }).clusters ?? []);
    } catch {
      if (!signal.aborted) this.#note(this.dataset.failed ?? "", true);
    } finally {
      clearTimeout(slow);
      if (!signal.aborted) this.classList.remove("busy");
    }
  }

  #show(clusters: Cluster[]): void {
    this.#clusters = Spots.merged(clusters, this.camera);
    this.#note(clusters.length ? "" : (this.dataset.none ?? ""), false);
    this.#name();
    this.#draw();
    const count = clusters.reduce((sum, cluster) => sum + cluster.count, 0);
    this.dispatchEvent(new CustomEvent("map-clusters", { bubbles: true, detail: { count, clusters } }));
    if (count) this.#say(count);
  }

  #name(): void {
    this.#spots.show(this.#clusters, (cluster, x, y) => this.#called(cluster, this.#ground.nearest(this.camera, x, y)));
  }

  #called({ count, title = "", price = "" }: Cluster, place: string): string {
    if (count > 1) return filled(place ? this.dataset.severalNear : this.dataset.several, { count, place });
    return place && price ? filled(this.dataset.near, { title, price, place }) : [title, price, place].filter(Boolean).join(", ");
  }

  #say(count: number): void {
    const places = this.#spots.all.slice(0, 3).map(({ cluster, x, y }) => `${cluster.count} ${this.#ground.nearest(this.camera, x, y)}`);
    const box = this.querySelector("[role=status]");
    if (box) box.textContent = filled(this.dataset.shown, { count, places: places.join(", ") });
  }

  #note(text: string, mayTryAgain: boolean): void {
    const note = this.#find(".map-state")!;
    note.hidden = text === "";
    note.querySelector("p")!.textContent = text;
    note.querySelector("button")!.hidden = !mayTryAgain;
    const box = this.querySelector("[role=status]");
    if (box && text) box.textContent = text;
  }

  #pressed(event: Event): void {
    const button = (event.target as Element).closest<HTMLElement>("button");
    if (!button) return;
    if (button.dataset.zoomBy) this.glide({ by: Number(button.dataset.zoomBy) });
    if (button.dataset.again !== undefined) void this.#ask();
    const spot = this.#spots.of(button);
    if (spot) this.#open(spot, (event as MouseEvent).detail === 0);
  }

  #open(spot: Spot, isByKey: boolean): void {
    const { cluster, x, y } = spot;
    const isNearest = this.camera.zoom >= mostZoom - 0.01;
    if (cluster.count === 1) {
      void this.#card.open(cluster, spot.button, isByKey);
      this.#mark(spot);
    } else if (!isNearest) {
      this.glide({ x, y, zoom: Math.min(mostZoom, this.camera.zoom + 2) });
      if (isByKey) this.#pane.focus({ preventScroll: true });
    } else if (this.dataset.area) {
      const title = this.#called(cluster, this.#ground.nearest(this.camera, x, y));
      void this.#card.open({ ...cluster, title, href: withBox(this.dataset.area, [cluster.lat - 0.004, cluster.lon - 0.006, cluster.lat + 0.004, cluster.lon + 0.006]) }, spot.button, isByKey);
    }
  }

  /** A spot that has the focus is never outside of the window. */
  #keepInSight(spot: Spot | undefined): void {
    if (!spot || !spot.button.matches(":focus-visible")) return;
    const [left, top] = this.camera.screenOf(spot.x, spot.y);
    if (left < 20 || top < 20 || left > this.camera.width - 20 || top > this.camera.height - 20) this.glide({ x: spot.x, y: spot.y });
    this.#pane.scrollTo(0, 0); // the browser may have scrolled to it
  }

  // The list beside.

  #listed(event: Event): void {
    const target = event.target as Element;
    if (this.contains(target)) return;
    const card = target.closest<HTMLElement>("[data-listing]");
    this.#spots.light(this.camera, card?.dataset.listing ?? null, card?.dataset.at);
  }

  /** Marks the card in the list that belongs to a spot. */
  #mark(spot: Spot | null | undefined): void {
    const listing = spot?.cluster.listing;
    for (const card of document.querySelectorAll<HTMLElement>("[data-listing]")) card.classList.toggle("lit", listing !== undefined && card.dataset.listing === listing);
  }
}

function filled(words = "", gaps: Record<string, string | number>): string {
  return words.replace(/\{(\w+)\}/g, (gap, name: string) => String(gaps[name] ?? gap));
}

/** An address of this site with the box added, rounded so that answers can be kept. A box over the date line has its
 * east west of its west. */
function withBox(address: string, [south, west, north, east]: Box): string {
  const turned = (lon: number) => lon - Math.round(lon / 360) * 360;
  const sides = east - west >= 360 ? [south, -180, north, 180] : [south, turned(west), north, turned(east)];
  return `${address}${address.includes("?") ? "&" : "?"}box=${sides.map((degrees) => degrees.toFixed(4)).join(",")}`;
}

customElements.define("fg-map", MapElement);
