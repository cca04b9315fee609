// Lists all data sets, and opens one at a run's image size. Read this file first: the trainer uses it for
// every data set. Not here: importing (own-pictures.ts), batches (batches.ts).
import { type Fault, FaultError } from '../fault.ts';
import type { DatasetInfo, PictureSet } from './api.ts';
import { appBase } from './app-base.ts';
import { openStored, type StoredPictures } from './open-stored.ts';
import { listStored, missing, removeStored } from './picture-store.ts';
import { loadPacked } from './packed-set.ts';
import { type PackedSet, PACKED_SETS, PLANETS } from './packed-sets.ts';
import { resizeSquare } from './resize.ts';
import { pictureReader } from './store/picture-reader.ts';
import { type PictureTexts, unpackTexts } from './store/texts.ts';
import { drawShape, shapeCaption, shapeKind, SHAPES } from './shapes.ts';

/** Pictures of a set stay in memory once resized, where all of them fit into this many bytes. */
const REMEMBERED_BYTES = 256 * 1024 * 1024;

export interface OpenOptions {
  /** Edge in pixels. */
  imageSize: number;
  maxImages: number;
  /** What the set is called where it is not here; by default its id. */
  title?: string;
  /** The fingerprint that it was imported with, by which it is found where its id is not there. */
  imported?: string;
}

/** The built-in sets, then the user's own sets by title. */
export async function listDatasets(): Promise<DatasetInfo[]> {
  const packed = PACKED_SETS.map(({ info }) => info).filter(({ id }) => id !== PLANETS.info.id);
  return [PLANETS.info, SHAPES, ...packed, ...(await listStored())];
}

/**
 * Opens a set at `imageSize`: shapes are drawn at that size, other pictures are resized. Packed pictures may
 * be enlarged, the user's own may not. Throws FaultError kind `data` where the set cannot be fetched,
 * is not on this computer or stored too small.
 */
export async function openPictures(id: string, options: OpenOptions): Promise<PictureSet> {
  if (id === SHAPES.id) return openShapes(options);
  const packed = PACKED_SETS.find(({ info }) => info.id === id);
  if (packed) return openPacked(packed, options);
  return openOwn(id, options);
}

/** Removes a set that the user imported. Throws FaultError kind `storage` where another tab holds it. */
export async function removePictures(id: string): Promise<void> {
  await removeStored(id);
}

function openShapes({ imageSize, maxImages }: OpenOptions): PictureSet {
  const count = Math.min(SHAPES.count, maxImages);
  const read = remembered(count, imageSize, (index) => Promise.resolve(drawShape(index, imageSize)));
  return {
    info: SHAPES,
    count,
    size: imageSize,
    read,
    stored: { size: imageSize, read },
    caption: (index) => shapeCaption(index),
    fileName: () => '',
    className: shapeKind,
    isCurrent: always,
  };
}

async function openPacked(set: PackedSet, { imageSize, maxImages }: OpenOptions): Promise<PictureSet> {
  const { info, pixels, caption, className } = await loadPacked(set, appBase());
  const size = info.storedSize;
  const bytes = size * size * 3;
  const count = Math.min(info.count, maxImages);
  const readStored = (index: number) => Promise.resolve(pixels.subarray(index * bytes, (index + 1) * bytes));
  const read = resized(count, size, imageSize, readStored);
  return {
    info,
    count,
    size: imageSize,
    read,
    stored: { size, read: readStored },
    caption,
    fileName: () => '',
    className,
    isCurrent: always,
  };
}

/** Of sets that come with the app. */
const always = (): Promise<boolean> => Promise.resolve(true);

async function openOwn(
  id: string,
  { imageSize, maxImages, title, imported }: OpenOptions,
): Promise<PictureSet> {
  const opened = await openStored(id, imported);
  if (!opened) throw new FaultError(missing(id, title));
  const { info } = opened;
  if (info.storedSize < imageSize) throw new FaultError(tooSmall(info, imageSize));
  const count = Math.min(info.count, maxImages);
  const { read: readStored, textsOf } = storedReader(opened);
  return {
    info,
    count,
    size: imageSize,
    read: resized(count, info.storedSize, imageSize, readStored),
    // A run that crops reads every picture in every epoch.
    stored: { size: info.storedSize, read: remembered(count, info.storedSize, readStored) },
    caption: (index) => textsOf(index).caption,
    fileName: (index) => textsOf(index).name,
    className: (index) => textsOf(index).className,
    isCurrent: opened.isCurrent,
  };
}

type Read = PictureSet['read'];

/**
 * Reads the files of a set. One that was imported again lies in other files, which are then looked up; one
 * that was changed meanwhile is not the one that was opened. `textsOf` cannot look it up, because it answers
 * at once: it reads where the last picture was found. Both throw FaultError kind `data` where it is gone.
 */
function storedReader(opened: StoredPictures): { read: Read; textsOf: (index: number) => PictureTexts } {
  const { id, title, storedSize, fingerprint, words } = opened.info;
  const bytes = storedSize * storedSize * 3;
  let ofTexts = opened;
  const numberOf = (index: number): number => opened.active[index] ?? opened.base.count;
  const readerOf = ({ folder, pixels, edits }: StoredPictures): Read => {
    const readImported = pictureReader(folder, pixels, bytes);
    return async (number) => edits?.squareOf(number)?.pixels ?? readImported(number);
  };
  let readNumber = readerOf(opened);
  const read: Read = async (index) => {
    try {
      return await readNumber(numberOf(index));
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      const again = await openStored(id);
      if (again?.info.fingerprint !== fingerprint) throw new FaultError(missing(id, title));
      readNumber = readerOf(again);
      // Of the same pixels with other captions only the pixels are what was opened.
      if (again.info.words === words) ofTexts = again;
      return readNumber(numberOf(index));
    }
  };
  const textsOf = (index: number): PictureTexts => {
    try {
      return unpackTexts(ofTexts.textsOf(numberOf(index)));
    } catch (error) {
      if (error instanceof DOMException) throw new FaultError(missing(id, title));
      throw error;
    }
  };
  return { read, textsOf };
}

function resized(count: number, stored: number, size: number, read: Read): Read {
  if (stored === size) return read;
  const source = { width: stored, height: stored, channels: 3 } as const;
  return remembered(count, size, async (index) => resizeSquare(await read(index), source, size));
}

/** Makes each picture once and keeps it, where the whole set fits into memory. */
function remembered(count: number, size: number, make: Read): Read {
  const bytes = size * size * 3;
  if (count * bytes > REMEMBERED_BYTES) return make;
  const pictures: (Uint8Array | undefined)[] = [];
  return async (index) => (pictures[index] ??= await make(index));
}

function tooSmall({ title, storedSize }: DatasetInfo, imageSize: number): Fault {
  return {
    kind: 'data',
    title: `The pictures of ${title} are stored too small`,
    what: `They were imported at ${storedSize} x ${storedSize} pixels, and enlarging them would teach the model blur.`,
    expected: `pictures stored at ${imageSize} x ${imageSize} or larger`,
    got: `${storedSize} x ${storedSize}`,
    todo: [
      `Import the pictures again with image size ${imageSize}.`,
      `Or set the image size to ${storedSize}.`,
    ],
  };
}
