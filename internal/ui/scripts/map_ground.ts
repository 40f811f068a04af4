import type { Camera } from "./map_camera.ts";
import { coarser, extent, fetchPiece, levelAt, pieceAt, type Name, type Piece } from "./map_pieces.ts";

/** Left, top, right and bottom, in pixels of the window. */
export type Area = [number, number, number, number];

interface Colours { land: string; water: string; border: string; name: string; small: string }

/** How many people a place needs to be named, by whole zoom; 0 names all. */
const namedFrom = [5e6, 5e6, 4e6, 2.5e6, 1.2e6, 5e5, 2e5, 7e4, 2.5e4, 9000, 3500, 1000, 0];
const partsFrom_zoom = 11.5;

/** Draws land, water, borders and names. It says through changed when there is more to draw. */
export class Ground {
  readonly #canvas: HTMLCanvasElement;
  readonly #land: string;
  readonly #changed: () => void;
  readonly #widths = new Map<string, number>();
  #colours: Colours | null = null;

  constructor(canvas: HTMLCanvasElement, land: string, changed: () => void) {
    this.#canvas = canvas;
    this.#land = land;
    this.#changed = changed;
  }

  /** Reads the colours anew: the scheme has changed. The style sheet gives them as colours of the canvas itself. */
  recolour(): void {
    const style = getComputedStyle(this.#canvas);
    this.#colours = { land: style.backgroundColor, water: style.borderTopColor, border: style.outlineColor, name: style.color, small: style.textDecorationColor };
  }

  /** Draws all. What is missing is fetched, unless the camera is only passing by. */
  draw(camera: Camera, taken: Area[], isPassing: boolean): void {
    const [context, dots] = [this.#canvas.getContext("2d"), Math.min(2, devicePixelRatio || 1)];
    if (!context || !camera.width) return;
    if (!this.#colours) this.recolour();
    const [width, height] = [Math.round(camera.width * dots), Math.round(camera.height * dots)];
    if (this.#canvas.width !== width || this.#canvas.height !== height) [this.#canvas.width, this.#canvas.height] = [width, height];
    context.setTransform(dots, 0, 0, dots, 0, 0);
    context.fillStyle = this.#colours!.land;
    context.fillRect(0, 0, camera.width, camera.height);
    const shown = this.#shown(camera, !isPassing);
    for (const [piece, turns] of shown) this.#paint(context, camera, piece, turns, dots);
    context.setTransform(dots, 0, 0, dots, 0, 0);
    this.#write(context, camera, shown, taken);
  }

  /** The named place nearest to a point of the world, of those on the map. */
  nearest(camera: Camera, x: number, y: number): string {
    let [best, least] = ["", Infinity];
    for (const name of this.#names(this.#shown(camera, false))) {
      const far = Math.hypot(name.x - x, name.y - y) * (name.weight < 2000 ? 1.6 : 1);
      if (name.weight > 0 && far < least) [best, least] = [name.text, far];
    }
    return best;
  }

  /** The pieces in the window, coarse ones first, where finer ones are still missing; with how often the world went round. */
  #shown(camera: Camera, fetches: boolean): [Piece, turns: number][] {
    const level = levelAt(camera.zoom);
    const found = this.#at(camera, level, fetches);
    const isWhole = found.every(([piece]) => piece);
    const before = isWhole ? [] : coarser(level).flatMap((other) => this.#at(camera, other, false));
    return [...before, ...found].filter((pair): pair is [Piece, number] => pair[0] !== null);
  }

  #at(camera: Camera, z: number, fetches: boolean): [Piece | null, number][] {
    const count = 2 ** z;
    const [across, down] = [camera.width / camera.scale / 2, camera.height / camera.scale / 2];
    const all: [Piece | null, number][] = [];
    for (let y = Math.max(0, Math.floor((camera.y - down) * count)); y <= Math.min(count - 1, Math.floor((camera.y + down) * count)); y++) {
      for (let x = Math.floor((camera.x - across) * count); x <= Math.floor((camera.x + across) * count); x++) {
        const turns = Math.floor(x / count);
        const piece = pieceAt(z, x - turns * count, y);
        if (!piece && fetches) fetchPiece(this.#land, z, x - turns * count, y, this.#changed);
        all.push([piece, turns]);
      }
    }
    return all;
  }

  #paint(context: CanvasRenderingContext2D, camera: Camera, piece: Piece, turns: number, dots: number): void {
    const { land, water, border } = this.#colours!;
    const size = camera.scale / 2 ** piece.z;
    const left = camera.width / 2 + (piece.x / 2 ** piece.z + turns - camera.x) * camera.scale;
    const top = camera.height / 2 + (piece.y / 2 ** piece.z - camera.y) * camera.scale;
    const unit = size / extent;
    const whole = [left, top, left + size, top + size].map((edge) => Math.round(edge * dots)) as Area; // so that no seam shows
    context.save();
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.beginPath();
    context.rect(whole[0], whole[1], whole[2] - whole[0], whole[3] - whole[1]);
    context.clip();
    context.fillStyle = piece.isSea ? water : land;
    context.fillRect(whole[0], whole[1], whole[2] - whole[0], whole[3] - whole[1]);
    context.setTransform(unit * dots, 0, 0, unit * dots, left * dots, top * dots);
    context.fillStyle = water;
    if (piece.water) context.fill(piece.water, "nonzero");
    if (piece.borders) {
      context.strokeStyle = border;
      context.lineWidth = 1.1 / unit;
      context.lineJoin = "round";
      context.setLineDash([4 / unit, 3 / unit]);
      context.stroke(piece.borders);
    }
    context.restore();
  }

  #names(shown: [Piece, number][]): Name[] {
    const finest = Math.max(...shown.map(([piece]) => piece.z));
    return shown.filter(([piece]) => piece.z === finest).flatMap(([piece]) => piece.names);
  }

  /** Writes names where they do not touch: those of many people first. */
  #write(context: CanvasRenderingContext2D, camera: Camera, shown: [Piece, number][], taken: Area[]): void {
    const least = namedFrom[Math.floor(camera.zoom)] ?? 0;
    const names = this.#names(shown).filter(({ weight }) => (weight < 0 ? camera.zoom >= partsFrom_zoom : weight >= least));
    names.sort((a, b) => b.weight - a.weight);
    context.textBaseline = "middle";
    context.textAlign = "left";
    context.lineJoin = "round";
    context.lineWidth = 3.5;
    const written: Area[] = [];
    for (const name of names) {
      const [x, y] = camera.screenOf(name.x, name.y);
      if (x < -60 || y < -20 || x > camera.width + 60 || y > camera.height + 20) continue;
      this.#writeOne(context, name, x, y, least, taken, written);
    }
  }

  #writeOne(context: CanvasRenderingContext2D, { text, weight }: Name, x: number, y: number, least: number, taken: Area[], written: Area[]): void {
    const { land, name, small } = this.#colours!;
    const size = weight > 12 * least + 30_000 ? 14 : weight > 3 * least + 3000 ? 12.5 : 11.5;
    context.font = `${size > 13 ? 620 : 500} ${size}px ${this.#font}`;
    const wide = this.#wide(context, text);
    const dot: Area = [x - 3, y - 3, x + 3, y + 3];
    const beside = [[x + 7, y], [x - 7 - wide, y]] as const;
    const apart = [[x - wide / 2, y + 32], [x - wide / 2, y - 32], [x + 30, y], [x - 30 - wide, y]] as const;
    const isUnderSpot = taken.some((other) => meets(dot, other));
    for (const [left, middle] of !isUnderSpot ? beside : size > 12 ? apart : []) {
      const area: Area = [left - 3, middle - size * 0.7, left + wide + 3, middle + size * 0.7];
      if ([...taken, ...written].some((other) => meets(area, other)) || written.some((other) => meets(dot, other))) continue;
      written.push(area, dot);
      if (!isUnderSpot) this.#dot(context, x, y);
      context.strokeStyle = land;
      context.strokeText(text, left, middle);
      context.fillStyle = size > 12 ? name : small;
      context.fillText(text, left, middle);
      return;
    }
  }

  #dot(context: CanvasRenderingContext2D, x: number, y: number): void {
    context.beginPath();
    context.arc(x, y, 2.2, 0, 7);
    context.fillStyle = this.#colours!.small;
    context.fill();
  }

  get #font(): string { return (this.#family ||= getComputedStyle(this.#canvas).fontFamily); }
  #family = "";

  #wide(context: CanvasRenderingContext2D, text: string): number {
    const key = context.font.slice(0, 8) + text;
    let wide = this.#widths.get(key);
    if (wide === undefined) this.#widths.set(key, (wide = context.measureText(text).width));
    return wide;
  }
}

function meets(a: Area, b: Area): boolean {
  return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
}
