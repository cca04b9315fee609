// The built-in data set: 4,096 pictures of planets with captions, packed by scripts/pack-planets.mjs, fetched
// and decoded once. Not here: resizing them (sets.ts).
// Exported for tests: captionOf.
import { context2d } from '../formats/canvas-2d.ts';
import { FaultError } from '../fault.ts';
import type { DatasetInfo } from './api.ts';
import { hexDigest } from '../formats/hex-digest.ts';

/** Pictures in a row of a sheet. */
const COLUMNS = 32;
const PER_SHEET = 512;
/** Edge of a picture, in pixels. */
const SIZE = 32;
const PICTURE_BYTES = SIZE * SIZE * 3;

export const PLANETS: DatasetInfo = {
  id: 'planets',
  title: 'Planets',
  count: 4096,
  storedSize: SIZE,
  // The same as in public/datasets/planets/manifest.json.
  fingerprint: 'b53fd72b70291dbfdbde1b3159ecbfc3f2c8827c9d1717495614eec3b96a8f4a',
  credit: 'Planets by DiceBear, CC0 1.0',
  builtIn: true,
  captions: true,
};

export interface Planets {
  /** `fingerprint`: of the pixels in this browser; one that blurs canvases against tracking gives others. */
  info: DatasetInfo;
  /** [4096, 32, 32, 3] bytes. */
  pixels: Uint8Array;
  caption: (index: number) => string;
}

const loading = new Map<string, Promise<Planets>>();

/** Fetches and decodes the planets, once for each `baseUrl` (see appBase). Throws FaultError kind `data`. */
export function loadPlanets(baseUrl: string): Promise<Planets> {
  let planets = loading.get(baseUrl);
  if (!planets) {
    planets = fetchPlanets(new URL('datasets/planets/', baseUrl));
    loading.set(baseUrl, planets);
    // A failed load is tried again by the next call; this call rejects.
    planets.catch(() => loading.delete(baseUrl));
  }
  return planets;
}

/** A file's address names its content: a copy of it may be kept for ever. */
const fileOf = (name: string, folder: URL): URL =>
  new URL(`${name}?${PLANETS.fingerprint.slice(0, 8)}`, folder);

async function fetchPlanets(folder: URL): Promise<Planets> {
  const sheets = PLANETS.count / PER_SHEET;
  const pixels = new Uint8Array(PLANETS.count * PICTURE_BYTES);
  const loadSheet = async (sheet: number) => {
    const response = await fetchFile(fileOf(`sheet-${sheet}.webp`, folder));
    const bitmap = await createImageBitmap(await response.blob());
    copyTiles(bitmap, pixels.subarray(sheet * PER_SHEET * PICTURE_BYTES));
    bitmap.close();
  };
  const [captions] = await Promise.all([
    fetchFile(fileOf('captions.json', folder)).then((response) => response.json() as Promise<Captions>),
    ...Array.from({ length: sheets }, (_, sheet) => loadSheet(sheet)),
  ]);
  const info = { ...PLANETS, fingerprint: await hexDigest(pixels) };
  return { info, pixels, caption: (index) => captionOf(captions, index) };
}

async function fetchFile(url: URL): Promise<Response> {
  const response = await fetch(url).catch((error: unknown) => String(error));
  if (typeof response !== 'string' && response.ok) return response;
  throw new FaultError({
    kind: 'data',
    title: 'The planets cannot be loaded',
    what: 'They are part of the app, but the server does not give them now. Checkpoints are untouched.',
    expected: url.pathname,
    got: typeof response === 'string' ? response : `status ${response.status}`,
    todo: ['Go online and reload the page.', 'Or choose other pictures.'],
  });
}

/** Copies a sheet's tiles, row by row, into [512, 32, 32, 3] bytes; drops alpha: the sheets are opaque. */
function copyTiles(sheet: ImageBitmap, pixels: Uint8Array): void {
  const context = context2d(sheet.width, sheet.height);
  context.drawImage(sheet, 0, 0);
  const { data, width } = context.getImageData(0, 0, sheet.width, sheet.height);
  let at = 0;
  for (let tile = 0; tile < PER_SHEET; tile++) {
    const corner = Math.floor(tile / COLUMNS) * SIZE * width + (tile % COLUMNS) * SIZE;
    for (let y = 0; y < SIZE; y++) {
      for (let x = 0; x < SIZE; x++) {
        const from = (corner + y * width + x) * 4;
        pixels[at++] = data[from] as number;
        pixels[at++] = data[from + 1] as number;
        pixels[at++] = data[from + 2] as number;
      }
    }
  }
}

/** captions.json. */
export interface Captions {
  /** A caption is one text of each list, joined. */
  parts: string[][];
  /** One letter for each list of `parts`, picture after picture: a is the list's first text. */
  codes: string;
}

/** The caption of picture `index`. */
export function captionOf({ parts, codes }: Captions, index: number): string {
  return parts.map((texts, list) => texts[codes.charCodeAt(index * parts.length + list) - 97] ?? '').join('');
}
