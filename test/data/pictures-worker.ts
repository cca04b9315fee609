// The worker in which the browser tests of src/data run: only workers have sync access handles.
import * as Comlink from 'comlink';
import type { ImportProgress, ImportReport, PictureSet } from '../../src/data/api.ts';
import { loadBatch } from '../../src/data/batches.ts';
import { Browse } from '../../src/data/browse/browse.ts';
import { previewSheet } from '../../src/data/contact-sheet.ts';
import type { Content } from '../../src/data/content.ts';
import {
  checkPicture,
  type Decoded,
  decodeSquare,
  decodeWhole,
  isTransparent,
} from '../../src/data/decode.ts';
import type { Decoder } from '../../src/data/decode-ahead.ts';
import { decodePicture } from '../../src/data/decode-picture.ts';
import { DecodePool } from '../../src/data/decode-pool.ts';
import { renameStored } from '../../src/data/edit-pictures.ts';
import type { Wanted } from '../../src/data/framing.ts';
import { importPictures, type ImportTarget } from '../../src/data/own-pictures.ts';
import { joined } from '../../src/data/sources/joined.ts';
import { recognise } from '../../src/data/sources/recognise.ts';
import { listDatasets, openPictures, removePictures } from '../../src/data/sets.ts';
import { thumbnailOf } from '../../src/data/thumbnail.ts';
import { filesFingerprint, listStopped, removeStopped, useStopped } from '../../src/data/stopped-imports.ts';
import { type Fault, faultOf, type Result } from '../../src/fault.ts';
import { presetConfig } from '../../src/settings/presets.ts';
import { openRunPictures } from '../../src/trainer/run-pictures.ts';

let stop = new AbortController();

/**
 * Calls of createImageBitmap; `open`: pictures that are being decoded, or decoded and not yet closed.
 * `planes`: calls of ImageDecoder.
 */
const decodes = { pictures: 0, open: 0, mostOpen: 0, planes: 0 };

globalThis.ImageDecoder = class extends ImageDecoder {
  override decode(options?: ImageDecodeOptions): Promise<ImageDecodeResult> {
    decodes.planes++;
    return super.decode(options);
  }
};

globalThis.createImageBitmap = new Proxy(globalThis.createImageBitmap, {
  async apply(create, self, args) {
    decodes.pictures++;
    decodes.open++;
    decodes.mostOpen = Math.max(decodes.mostOpen, decodes.open);
    const closed = (): void => void decodes.open--;
    try {
      const bitmap = (await Reflect.apply(create, self, args)) as ImageBitmap;
      const close = bitmap.close.bind(bitmap);
      bitmap.close = () => (closed(), close());
      return bitmap;
    } catch (error) {
      closed();
      throw error;
    }
  },
});

async function attempt<T>(work: () => Promise<T>): Promise<Result<T>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    const fault: Fault = faultOf(error);
    return { ok: false, fault };
  }
}

/** Writes a folder of pictures/, its files in base64 by their names. */
const writeFolder = async (name: string, files: Record<string, string>): Promise<void> => {
  const root = await navigator.storage.getDirectory();
  const pictures = await root.getDirectoryHandle('pictures', { create: true });
  const folder = await pictures.getDirectoryHandle(name, { create: true });
  for (const [file, text] of Object.entries(files)) {
    const handle = await (await folder.getFileHandle(file, { create: true })).createSyncAccessHandle();
    handle.write(Uint8Array.from(atob(text), (char) => char.charCodeAt(0)));
    handle.close();
  }
};

type Asked = Omit<ImportTarget, 'fingerprint'>;

/** Decodes in this worker, so that `decodes` counts it. */
const here: Decoder = { atOnce: 4, decode: decodePicture, close: () => {} };

async function importFiles(
  files: File[],
  target: Asked,
  onProgress: (progress: ImportProgress) => void,
  decoder: Decoder,
): Promise<ImportReport | null> {
  const tools = { decoder, onProgress, signal: stop.signal };
  const fingerprint = await filesFingerprint(files);
  return importPictures(joined(await recognise(files)), {}, { ...target, fingerprint }, tools);
}

async function decode(file: Content, wanted: Wanted): Promise<Decoded> {
  const checked = await checkPicture(file);
  return checked.ok ? decodeSquare(file, checked.header, wanted) : checked;
}

const browse = new Browse(() => Promise.resolve());

/** A set that stays open, as a run's. */
let held: PictureSet | null = null;

const api = {
  find: browse.find.bind(browse),
  tiles: browse.tiles.bind(browse),
  editCaptions: browse.editCaptions.bind(browse),
  undoEdit: browse.undoEdit.bind(browse),
  removeNumbers: browse.remove.bind(browse),
  restoreNumbers: browse.restore.bind(browse),
  sizeOnDisk: browse.size.bind(browse),
  hold: async (id: string) => {
    held = await openPictures(id, { imageSize: 16, maxImages: 1e6 });
  },
  /** Of each picture of the set that stays open the caption and the first byte. */
  readHeld: async () => {
    const set = held;
    if (!set) throw new Error('no set is held');
    const indices = Array.from({ length: set.count }, (_, index) => index);
    return Promise.all(indices.map(async (index) => [set.caption(index), (await set.read(index))[0]]));
  },
  /** The counts of `decodes` since the last call. */
  takeDecodes: () => {
    const taken = { ...decodes };
    decodes.pictures = decodes.mostOpen = decodes.planes = 0;
    return taken;
  },
  decode: (file: Blob, wanted: Wanted) => decode(file, wanted),
  /** The same of a file that is in memory. */
  decodeBytes: async (file: Blob, wanted: Wanted) => decode(new Uint8Array(await file.arrayBuffer()), wanted),
  whole: async (file: Blob, most: number) => {
    const checked = await checkPicture(file);
    return checked.ok ? decodeWhole(file, checked.header, 'white', most) : checked;
  },
  isTransparent,
  importPictures: (
    files: File[],
    target: Asked,
    onProgress: (progress: ImportProgress) => void,
    isPool: boolean,
  ): Promise<Result<ImportReport | null>> => {
    stop = new AbortController();
    return attempt(() => importFiles(files, target, onProgress, isPool ? new DecodePool(3) : here));
  },
  stopped: listStopped,
  useStopped: (folder: string) => attempt(() => useStopped(folder)),
  removeStopped,
  rename: renameStored,
  picture: (id: string, index: number, imageSize = 16) =>
    attempt(async () => {
      const set = await openPictures(id, { imageSize, maxImages: 1e6 });
      return { fileName: set.fileName(index), caption: set.caption(index), rgb: await set.read(index) };
    }),
  /** What a run says that began with a set of this fingerprint and count. */
  ofRun: (id: string, count: number, fingerprint: string) =>
    attempt(async () => {
      const config = { ...presetConfig('tiny'), dataset: id };
      const began = { name: id, title: 'Holiday', count, size: 16, fingerprint };
      const { set, fault } = await openRunPictures(config, began, null);
      return { count: set?.count ?? 0, fault: fault?.title ?? null };
    }),
  cancel: () => stop.abort(),
  list: listDatasets,
  remove: removePictures,
  read: (id: string, imageSize: number, indices: number[]) =>
    attempt(async () => {
      const set = await openPictures(id, { imageSize, maxImages: 1e6 });
      const pictures = await Promise.all(indices.map((index) => set.read(index)));
      return {
        info: set.info,
        count: set.count,
        pictures,
        captions: indices.map((index) => set.caption(index)),
      };
    }),
  /**
   * Reads a picture of a set before and after its files are imported again, and texts that were not read
   * before.
   */
  readAcrossImport: (id: string, files: File[], size: number) =>
    attempt(async () => {
      const set = await openPictures(id, { imageSize: size, maxImages: 1e6 });
      const all = () => Promise.all(Array.from({ length: set.count }, (_, index) => set.read(index)));
      const before = await all();
      const again = await importFiles(files, { title: 'Again', size, addTo: null }, () => {}, here);
      return { before, after: await all(), id: again?.info.id, fileName: set.fileName(0) };
    }),
  /** Reads a set again and again until that fails, and removes it meanwhile. */
  readWhileRemoved: (id: string) =>
    attempt(async () => {
      const set = await openPictures(id, { imageSize: 16, maxImages: 1e6 });
      const indices = Array.from({ length: set.count }, (_, index) => index);
      let removal: Promise<void> | null = null;
      let all: Uint8Array[] = [];
      for (let turn = 0; turn < 1000; turn++) {
        const reads = Promise.all(indices.map((index) => set.read(index)));
        if (turn === 5) removal = removePictures(id);
        const now = await reads.catch(async (error: unknown) => {
          await removal;
          throw error;
        });
        if (turn > 0 && String(now) !== String(all)) throw new Error('the pictures have changed');
        all = now;
      }
      return null;
    }),
  batch: (id: string, imageSize: number, globalStep: number) =>
    attempt(async () =>
      loadBatch(await openPictures(id, { imageSize, maxImages: 1e6 }), {
        seed: 1,
        globalStep,
        position: { epoch: 0, epochPosition: 0 },
        drawn: 0,
        evenClasses: false,
        first: 0,
        batchSize: 4,
        randomFlip: true,
        randomCrop: false,
        channels: 3,
      }),
    ),
  preview: (id: string, imageSize: number) =>
    attempt(async () => previewSheet(await openPictures(id, { imageSize, maxImages: 4 }), 2, 2)),
  thumbnail: (id: string) => attempt(() => thumbnailOf(id)),
  /** From now on this worker fetches nothing. */
  withoutNetwork: () => {
    globalThis.fetch = () => Promise.reject(new TypeError('Failed to fetch'));
  },
  /** Every entry under pictures/ in OPFS, as paths. */
  paths: async () => {
    const root = await (
      await navigator.storage.getDirectory()
    ).getDirectoryHandle('pictures', { create: true });
    const paths: string[] = [];
    for await (const [name, folder] of root.entries()) {
      if (folder.kind === 'directory') for await (const file of folder.keys()) paths.push(`${name}/${file}`);
    }
    return paths;
  },
  writeFolder,
  /** Makes the folder that a killed import leaves: one without info.json. */
  leaveHalf: async () => {
    const root = await (
      await navigator.storage.getDirectory()
    ).getDirectoryHandle('pictures', { create: true });
    const folder = await root.getDirectoryHandle('import-half', { create: true });
    const handle = await (
      await folder.getFileHandle('pixels.bin', { create: true })
    ).createSyncAccessHandle();
    handle.write(new Uint8Array(100));
    handle.close();
  },
};

export type PicturesApi = typeof api;

Comlink.expose(api);
