// A packed data set in the browser: its files fetched once, its sheets decoded, its captions and classes. Not
// here: which sets there are (packed-sets.ts), resizing the pictures (sets.ts).
// Exported for tests: captionOf, classOf.
import { context2d } from '../formats/canvas-2d.ts';
import { type Fault, FaultError } from '../fault.ts';
import type { DatasetInfo } from './api.ts';
import type { ContactSheet } from './contact-sheet.ts';
import { hexDigest } from '../formats/hex-digest.ts';
import { forgetFile, keepFiles, keptFile } from './kept-files.ts';
import type { PackedSet } from './packed-sets.ts';

export interface PackedPictures {
  /** `fingerprint`: of the pixels in this browser; one that blurs canvases against tracking gives others. */
  info: DatasetInfo;
  /** [count, size, size, 3] bytes. */
  pixels: Uint8Array;
  caption: (index: number) => string;
  className: (index: number) => string;
}

const loading = new Map<string, Promise<PackedPictures>>();

/**
 * Fetches and decodes a set, once for each `baseUrl` (see appBase). One that does not come with the app is
 * kept once it is whole, and is then here with the network off too. Throws FaultError kind `data`.
 */
export function loadPacked(set: PackedSet, baseUrl: string): Promise<PackedPictures> {
  const folder = folderOf(set, baseUrl);
  let pictures = loading.get(folder.href);
  if (!pictures) {
    pictures = readPacked(set, folder);
    loading.set(folder.href, pictures);
    // A failed load is tried again by the next call; this call rejects.
    pictures.catch(() => loading.delete(folder.href));
  }
  return pictures;
}

/** Four pictures of a set that has such a file, without the set. Throws FaultError kind `data`. */
export async function packedThumbnail(set: PackedSet, baseUrl: string): Promise<ContactSheet> {
  const blob = await fetchFile(set, addressOf(set, 'thumbnail.webp', folderOf(set, baseUrl)));
  const { data, width } = await pixelsOf(blob);
  return { size: width / 2, columns: 2, rows: 2, rgba: data };
}

const folderOf = ({ info }: PackedSet, baseUrl: string): URL => new URL(`datasets/${info.id}/`, baseUrl);

/** A file's address names its content: a copy of it may be kept for ever. */
const addressOf = ({ info }: PackedSet, name: string, folder: URL): URL =>
  new URL(`${name}?${info.fingerprint.slice(0, 8)}`, folder);

async function readPacked(set: PackedSet, folder: URL): Promise<PackedPictures> {
  const { info, perSheet } = set;
  const sheets = Array.from(
    { length: Math.ceil(info.count / perSheet) },
    (_, sheet) => `sheet-${sheet}.webp`,
  );
  const isKept = info.download !== undefined;
  const fetched = new Map<URL, Blob>();
  const read = async <T>(name: string, decode: (blob: Blob) => Promise<T>): Promise<T> => {
    const url = addressOf(set, name, folder);
    const kept = isKept ? await keptFile(url) : null;
    // What was kept can be damaged since: it is fetched once more.
    const value = kept && (await decode(kept).catch(() => forgetFile(url)));
    if (value) return value;
    const blob = await fetchFile(set, url);
    fetched.set(url, blob);
    return decode(blob).catch((error: unknown) => {
      throw new FaultError(notRead(set, url, `${blob.size} bytes that are none: ${String(error)}`));
    });
  };
  const pixels = new Uint8Array(info.count * info.storedSize ** 2 * 3);
  const [captions] = await Promise.all([
    read('captions.json', async (blob) => JSON.parse(await blob.text()) as Captions),
    ...sheets.map(async (name, sheet) => copyTiles(set, await read(name, pixelsOf), sheet, pixels)),
  ]);
  // Only now: what cannot be decoded is not kept.
  if (isKept && fetched.size > 0) await keepFiles(folder, fetched);
  return {
    info: { ...info, fingerprint: await hexDigest(pixels) },
    pixels,
    caption: (index) => captionOf(captions, index),
    className: (index) => classOf(set, captions, index),
  };
}

async function fetchFile(set: PackedSet, url: URL): Promise<Blob> {
  const response = await fetch(url).catch((error: unknown) => String(error));
  if (typeof response !== 'string' && response.ok) return response.blob();
  const got = typeof response === 'string' ? response : `status ${response.status}`;
  throw new FaultError(notRead(set, url, got));
}

function notRead({ info }: PackedSet, url: URL, got: string): Fault {
  const isPart = info.download === undefined;
  return {
    kind: 'data',
    title: `${info.title} cannot be ${isPart ? 'loaded' : 'fetched'}`,
    what: isPart
      ? 'They are part of the app, but the server does not give them now. Checkpoints are untouched.'
      : 'They are not in this browser yet, and the server does not give them now. Once fetched they are kept. Checkpoints are untouched.',
    expected: url.pathname,
    got,
    todo: ['Go online and reload the page.', 'Or choose other pictures.'],
  };
}

async function pixelsOf(blob: Blob): Promise<ImageData> {
  const bitmap = await createImageBitmap(blob);
  const context = context2d(bitmap.width, bitmap.height);
  context.drawImage(bitmap, 0, 0);
  const image = context.getImageData(0, 0, bitmap.width, bitmap.height);
  bitmap.close();
  return image;
}

/**
 * Copies the tiles of sheet number `sheet`, row by row, into the set's pixels; drops alpha: sheets are
 * opaque.
 */
function copyTiles(
  { info, columns, perSheet }: PackedSet,
  image: ImageData,
  sheet: number,
  pixels: Uint8Array,
) {
  const { data, width } = image;
  const size = info.storedSize;
  const first = sheet * perSheet;
  const tiles = Math.min(perSheet, info.count - first);
  let at = first * size * size * 3;
  for (let tile = 0; tile < tiles; tile++) {
    const corner = Math.floor(tile / columns) * size * width + (tile % columns) * size;
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        const from = (corner + y * width + x) * 4;
        pixels[at++] = data[from] as number;
        pixels[at++] = data[from + 1] as number;
        pixels[at++] = data[from + 2] as number;
      }
    }
  }
}

/** captions.json: made by a rule, or one text a picture. */
export type Captions = Phrases | { texts: string[] };

export interface Phrases {
  /** A caption is one text of each list, joined. */
  parts: string[][];
  /** One letter for each list of `parts`, picture after picture: a is the list's first text. */
  codes: string;
}

/** The caption of picture `index`. */
export function captionOf(captions: Captions, index: number): string {
  if ('texts' in captions) return captions.texts[index] ?? '';
  return captions.parts.map((_, list) => phraseOf(captions, index, list)).join('');
}

const phraseOf = ({ parts, codes }: Phrases, index: number, list: number): string =>
  parts[list]?.[codes.charCodeAt(index * parts.length + list) - 97] ?? '';

/** The class of picture `index`: its group, or the first phrase of its caption without the article. */
export function classOf({ groups }: Pick<PackedSet, 'groups'>, captions: Captions, index: number): string {
  if (groups) return groups.findLast(([, first]) => first <= index)?.[0] ?? '';
  if ('texts' in captions) return '';
  return phraseOf(captions, index, 0).replace(/^an? /, '').trim();
}
