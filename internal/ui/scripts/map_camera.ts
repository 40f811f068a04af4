/** South, west, north, east in degrees. East may be beyond 180 where a box lies across the date line. */
export type Box = [south: number, west: number, north: number, east: number];

export const leastZoom = 2;
export const mostZoom = 13; // a coarse circle is then as large as a hand: nearer would promise what is not known

const tile_px = 256; // of the whole world at zoom 0

/** Across and down in the world of Web Mercator, from 0 to 1. */
export function worldOf(lat: number, lon: number): [x: number, y: number] {
  const sine = Math.sin((Math.max(-85.05, Math.min(85.05, lat)) * Math.PI) / 180);
  return [lon / 360 + 0.5, 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)];
}

export function degreesOf(x: number, y: number): [lat: number, lon: number] {
  return [(Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI, (x - 0.5) * 360];
}

/** Which part of the world is seen in a window of some pixels. */
export class Camera {
  x = 0.5;
  y = 0.36;
  zoom = leastZoom;
  width = 0;
  height = 0;

  /** Pixels across the whole world. */
  get scale(): number { return tile_px * 2 ** this.zoom; }

  get centre(): [lat: number, lon: number] { return degreesOf(this.x, this.y); }

  get box(): Box {
    const [across, down] = [this.width / this.scale / 2, this.height / this.scale / 2];
    const [south, west] = degreesOf(this.x - across, Math.min(1, this.y + down));
    const [north, east] = degreesOf(this.x + across, Math.max(0, this.y - down));
    return [south, west, north, east];
  }

  /** Pixels in the window; a point is shown where it is nearest, though the world goes round. */
  screenOf(x: number, y: number): [x: number, y: number] {
    const across = x - this.x - Math.round(x - this.x);
    return [this.width / 2 + across * this.scale, this.height / 2 + (y - this.y) * this.scale];
  }

  /** How long a pixel is in the middle, in metres. */
  get pixel_m(): number { return (40_075_017 / this.scale) * Math.cos((this.centre[0] * Math.PI) / 180); }

  moveBy(across_px: number, down_px: number): void {
    this.x += across_px / this.scale;
    this.y += down_px / this.scale;
    this.#stay();
  }

  /** Zooms so that what is under a pixel stays there. */
  zoomAt(zoom: number, px = this.width / 2, py = this.height / 2): void {
    const [across, down] = [px - this.width / 2, py - this.height / 2];
    const [x, y] = [this.x + across / this.scale, this.y + down / this.scale];
    this.zoom = Math.max(this.#least, Math.min(mostZoom, zoom));
    this.x = x - across / this.scale;
    this.y = y - down / this.scale;
    this.#stay();
  }

  show(lat: number, lon: number, zoom: number): void {
    [this.x, this.y] = worldOf(lat, lon);
    this.zoomAt(zoom);
  }

  fit([south, west, north, east]: Box): void {
    const [left, bottom] = worldOf(south, west);
    const [right, top] = worldOf(north, east < west ? east + 360 : east);
    this.x = (left + right) / 2;
    this.y = (top + bottom) / 2;
    const fits = Math.min(this.width / Math.max(1e-9, right - left), this.height / Math.max(1e-9, bottom - top));
    this.zoomAt(Math.log2(fits / tile_px));
  }

  /** The smallest zoom at which the world is as high as the window. */
  get #least(): number { return Math.max(leastZoom, Math.log2(this.height / tile_px)); }

  #stay(): void {
    this.x -= Math.floor(this.x);
    const half = this.height / this.scale / 2;
    this.y = half >= 0.5 ? 0.5 : Math.max(half, Math.min(1 - half, this.y));
  }
}
