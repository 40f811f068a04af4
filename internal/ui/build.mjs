// Bundles styles, scripts, fonts and icons into dist/, which the Go program embeds.
// A feature adds to a bundle by having public.css, member.css, console.css, desk.css, public.ts, member.ts or console.ts in its
// folder.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { buildPlaces } from "../place/build.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const rooms = join(here, "..");
const modules = join(here, "../../node_modules");
const dist = join(here, "dist");
const faces = ["public", "member", "console", "desk"]; // member comes on top of public for people signed in, desk on top of console

// entry is a module that exists only in memory: our own part of a bundle, then every feature's.
function entry(face, kind) {
  const features = readdirSync(rooms).filter((room) => room !== "ui" && existsSync(join(rooms, room, `${face}.${kind}`)));
  const paths = features.sort().map((room) => `../${room}/${face}.${kind}`);
  const own = existsSync(join(here, `styles/${face}.css`)) ? [`@import "./styles/${face}.css";`] : []; // the desk has none
  if (kind === "css") return [...own, ...paths.map((p) => `@import "${p}" layer(features);`)].join("\n");
  return [`import "./scripts/${face}.ts";`, ...paths.map((p) => `import "${p}";`)].join("\n");
}

const inMemory = {
  name: "entries",
  setup(work) {
    work.onResolve({ filter: /^entry:/ }, ({ path }) => ({ path, namespace: "entry" }));
    work.onLoad({ filter: /.*/, namespace: "entry" }, ({ path }) => {
      const [face, kind] = path.slice("entry:".length).split(".");
      return { contents: entry(face, kind), loader: kind, resolveDir: here };
    });
  },
};

const shared = {
  bundle: true,
  minify: true,
  metafile: true,
  outdir: dist,
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  nodePaths: [modules],
  loader: { ".woff2": "file" },
  legalComments: "none",
  logLevel: "warning",
  plugins: [inMemory],
};

function entryOf(face, kind) {
  return [{ in: `entry:${face}.${kind}`, out: face }];
}

// manifest maps the plain name of an entry or a font to its hashed one: "public.css" to "public-XXXX.css".
function manifestOf(results) {
  const names = {};
  for (const file of outputs(results)) {
    if (!file.startsWith("chunk-")) names[file.replace(/-[A-Z0-9]{8}(\.\w+)$/, "$1")] = file;
  }
  return names;
}

function outputs(results) {
  const paths = results.flatMap(({ metafile }) => Object.keys(metafile.outputs));
  return paths.map((path) => relative(dist, join(process.cwd(), path)));
}

function readIcon(name) {
  const svg = readFileSync(join(modules, "lucide-static/icons", `${name}.svg`), "utf8");
  const inner = svg.slice(svg.indexOf("<svg")).replace(/^<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "");
  return inner.replace(/\s+/g, " ").replace(/ ?\/> ?/g, "/>").trim();
}

function readIcons() {
  const names = readFileSync(join(here, "icons.txt"), "utf8").split(/\s+/).filter(Boolean);
  return Object.fromEntries(names.sort().map((name) => [name, readIcon(name)]));
}

// compress writes .gz and .br beside every text file, so that serving one costs no work.
function compress(file) {
  const bytes = readFileSync(join(dist, file));
  const best = { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } };
  writeFileSync(join(dist, `${file}.br`), brotliCompressSync(bytes, best));
  writeFileSync(join(dist, `${file}.gz`), gzipSync(bytes, { level: 9 }));
}

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
writeFileSync(join(dist, ".keep"), "");

const css = { ...shared, target: ["chrome123", "firefox121", "safari17.5"] };
const js = { ...shared, format: "esm", target: "es2022" };
const results = await Promise.all([
  ...faces.map((face) => build({ ...css, entryPoints: entryOf(face, "css") })),
  build({ ...js, entryPoints: [...entryOf("public", "ts"), ...entryOf("member", "ts")], splitting: true }), // htmx comes only where it is used
  build({ ...js, entryPoints: entryOf("console", "ts") }),
  build({ ...js, entryPoints: [join(here, "scripts/theme.ts")], format: "iife" }),
  build({ ...js, entryPoints: [join(rooms, "member/worker.ts")], format: "iife" }), // served as /sw.js
  build({ ...css, entryPoints: [join(here, "styles/faces.css"), join(here, "styles/map.css")] }),
  build({ ...js, entryPoints: [join(here, "scripts/map.ts")] }), // only where a map is
]);

const names = { ...manifestOf(results), land: buildPlaces(modules) };
writeFileSync(join(dist, "manifest.json"), JSON.stringify(names, null, 1));
writeFileSync(join(dist, "icons.json"), JSON.stringify(readIcons()));
outputs(results).filter((file) => /\.(css|js)$/.test(file)).forEach(compress);

const digest = createHash("sha256").update(JSON.stringify(names)).digest("hex").slice(0, 12);
console.log(`ui: ${Object.keys(names).length} files in internal/ui/dist, ${digest}`);
