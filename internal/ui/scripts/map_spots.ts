import { worldOf, type Camera } from "./map_camera.ts";
import type { Area } from "./map_ground.ts";

/** Listings near each other, as the server answers; with count 1 it is one listing, at its coarse point. */
export interface Cluster { lat: number; lon: number; count: number; listing?: string; title?: string; price?: string; href?: string }

export interface Spot { cluster: Cluster; x: number; y: number; button: HTMLButtonElement }

const wide_px = (a: Cluster, b: Cluster) => (a.count > 1 ? 24 : 36) + (b.count > 1 ? 24 : 36);
const high_px = (a: Cluster, b: Cluster) => (a.count > 1 ? 24 : 14) + (b.count > 1 ? 24 : 14);

function joined(a: Cluster, b: Cluster): Cluster {
  const count = a.count + b.count;
  return { lat: (a.lat * a.count + b.lat * b.count) / count, lon: (a.lon * a.count + b.lon * b.count) / count, count };
}

const reach_m = 1000; // around a coarse point, within which the thing is

/** The buttons of a map: one for each cluster, in the order of how many listings they stand for. */
export class Spots {
  readonly #box: HTMLElement;
  readonly #counts = new Intl.NumberFormat(document.documentElement.lang || "en");
  #spots = new Map<string, Spot>();

  constructor(box: HTMLElement) { this.#box = box; }

  get all(): Spot[] { return [...this.#spots.values()]; }

  of(button: Element | null): Spot | undefined { return this.all.find((spot) => spot.button === button); }

  /** Those that would touch in this window become one. */
  static merged(clusters: Cluster[], camera: Camera): Cluster[] {
    const kept: { cluster: Cluster; px: number; py: number }[] = [];
    for (const cluster of [...clusters].sort((a, b) => b.count - a.count)) {
      const [px, py] = camera.screenOf(...worldOf(cluster.lat, cluster.lon));
      const near = kept.find((other) => Math.abs(other.px - px) < wide_px(other.cluster, cluster) && Math.abs(other.py - py) < high_px(other.cluster, cluster));
      if (near) near.cluster = joined(near.cluster, cluster);
      else kept.push({ cluster, px, py });
    }
    return kept.map(({ cluster }) => cluster);
  }

  /** Shows these and no others. A button that stays is kept, with the focus it may have. */
  show(clusters: Cluster[], name: (cluster: Cluster, x: number, y: number) => string): void {
    const before = this.#spots;
    this.#spots = new Map();
    for (const cluster of [...clusters].sort((a, b) => b.count - a.count)) {
      const key = cluster.listing ?? `${cluster.lat} ${cluster.lon} ${cluster.count}`;
      const [x, y] = worldOf(cluster.lat, cluster.lon);
      const button = before.get(key)?.button ?? this.#button(cluster);
      button.setAttribute("aria-label", name(cluster, x, y));
      this.#spots.set(key, { cluster, x, y, button });
    }
    for (const [key, { button }] of before) if (!this.#spots.has(key)) button.remove();
    this.all.forEach(({ button }, i) => {
      if (this.#box.children[i] !== button) this.#box.insertBefore(button, this.#box.children[i] ?? null);
    });
  }

  #button({ count, price }: Cluster): HTMLButtonElement {
    const button = document.createElement("button");
    button.type = "button";
    const text = document.createElement("span");
    text.textContent = count > 1 ? this.#counts.format(count) : (price ?? "");
    button.className = count > 1 ? "spot many" : price ? "spot one" : "spot one bare";
    if (count > 1) button.style.setProperty("--wide", `${Math.round(30 + 9 * Math.log10(count))}px`);
    else button.append(Object.assign(document.createElement("i"), { className: "reach" }));
    button.append(text);
    return button;
  }

  /** Moves all to where the camera sees them, and returns what they cover. */
  place(camera: Camera): Area[] {
    this.#box.style.setProperty("--reach", `${Math.max(9, (2 * reach_m) / camera.pixel_m).toFixed(1)}px`);
    return this.all.map(({ x, y, button, cluster }) => {
      const [left, top] = camera.screenOf(x, y);
      button.style.translate = `calc(${left.toFixed(1)}px - 50%) calc(${top.toFixed(1)}px - 50%)`;
      const half = cluster.count > 1 ? 22 : 34;
      return [left - half, top - (cluster.count > 1 ? 22 : 13), left + half, top + (cluster.count > 1 ? 22 : 13)];
    });
  }

  /** Lights the spot of a listing, or the nearest to its point within a few pixels; none for null. */
  light(camera: Camera, listing: string | null, at?: string): void {
    let lit: Spot | undefined;
    if (listing) lit = this.#spots.get(listing) ?? this.#near(camera, at);
    for (const spot of this.all) spot.button.classList.toggle("lit", spot === lit);
  }

  #near(camera: Camera, at = ""): Spot | undefined {
    const [lat, lon] = at.split(",").map(Number);
    if (lat === undefined || lon === undefined || !at) return undefined;
    const [px, py] = camera.screenOf(...worldOf(lat, lon));
    let [best, least]: [Spot | undefined, number] = [undefined, 90];
    for (const spot of this.all) {
      const [x, y] = camera.screenOf(spot.x, spot.y);
      const far = Math.hypot(x - px, y - py);
      if (spot.cluster.count > 1 && far < least) [best, least] = [spot, far];
    }
    return best;
  }
}
