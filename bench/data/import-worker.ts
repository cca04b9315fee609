// What `npm run bench:data` measures, in the worker that imports. Not here: making the pictures
// (made-pictures.ts), printing (main.ts).
import * as Comlink from 'comlink';
import { Browse } from '../../src/data/browse/browse.ts';
import { browsedOwn } from '../../src/data/browse/browsed-set.ts';
import { hashesOf, nearDuplicates } from '../../src/data/browse/duplicates.ts';
import { DecodePool } from '../../src/data/decode-pool.ts';
import { openStored } from '../../src/data/open-stored.ts';
import { importPictures } from '../../src/data/own-pictures.ts';
import { openPictures, removePictures } from '../../src/data/sets.ts';
import { joined } from '../../src/data/sources/joined.ts';
import { recognise } from '../../src/data/sources/recognise.ts';
import type { Source } from '../../src/data/sources/source.ts';
import { zipBlob } from '../../src/formats/zip-writer.ts';
import { yieldToEvents } from '../../src/engine/yield-to-events.ts';
import { madeHashes, madeJpegs, madePixels } from './made-pictures.ts';
import { readAlone, type Waits, waitsBesideNetwork, waitsBesideTimer } from './waits.ts';

const SIZE = 64;
/** Of the set that `small` learns from: as CIFAR's. */
const SMALL_SIZE = 32;
/** Bits of difference hashes: the default of near duplicates, and the most. */
const DISTANCES = { default: 4, most: 10 };

/** Pictures given to the browser's decoder at once: more than it has threads. */
const AT_ONCE = 8;

let jpegs: File[] = [];
/** A zip of the same. */
let archive = new File([], 'faces.zip');

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

async function imported(source: Source, size = SIZE): Promise<{ id: string; seconds: number }> {
  const target = { title: 'Bench', size, addTo: null, fingerprint: `bench ${Math.random()}` };
  const started = performance.now();
  const report = await importPictures(source, {}, target, {
    decoder: new DecodePool(navigator.hardwareConcurrency),
    onProgress: () => {},
    signal: new AbortController().signal,
  });
  if (!report) throw new Error('the import was stopped');
  return { id: report.info.id, seconds: (performance.now() - started) / 1000 };
}

const bench = {
  make: async (count: number): Promise<{ kilobytes: number }> => {
    jpegs = await madeJpegs(count);
    const entries = jpegs.map((file) => ({ name: file.name, content: file }));
    archive = new File([await zipBlob(entries)], archive.name);
    return { kilobytes: jpegs.reduce((sum, { size }) => sum + size, 0) / count / 1000 };
  },

  /** Pictures a second that createImageBitmap alone decodes. */
  decodeAlone: async (): Promise<number> => {
    const started = performance.now();
    let next = 0;
    const hand = async (): Promise<void> => {
      for (let file = jpegs[next++]; file; file = jpegs[next++]) (await createImageBitmap(file)).close();
    };
    await Promise.all(Array.from({ length: AT_ONCE }, hand));
    return (jpegs.length * 1000) / (performance.now() - started);
  },

  /**
   * Pictures a second of an import of the same files in a zip, all of it: read, checked, decoded, filtered,
   * digested, on the disk.
   */
  importJpegs: async (): Promise<number> => {
    const { id, seconds } = await imported(joined(await recognise([archive])));
    await removePictures(id);
    return jpegs.length / seconds;
  },

  /** Imports `count` pictures of different pixels. The set stays. */
  importMany: async (count: number): Promise<{ id: string; seconds: number }> => {
    jpegs = [];
    return imported(madePixels(count, SIZE));
  },

  /** Milliseconds of a wait and a step while a set of 64 px is learnt from, in steps of `stepMs` each. */
  learn: (id: string, steps: number, stepMs: number): Promise<Waits> =>
    waitsBesideTimer({ id, size: SIZE }, steps, stepMs),

  /** Imports `count` pictures of 32 px, for the waits below. */
  importSmall: async (count: number): Promise<string> =>
    (await imported(madePixels(count, SMALL_SIZE), SMALL_SIZE)).id,
  readAlone: (id: string, steps: number): Promise<number> => readAlone({ id, size: SMALL_SIZE }, steps),
  waitsBesideTimer: (id: string, steps: number, stepMs: number): Promise<Waits> =>
    waitsBesideTimer({ id, size: SMALL_SIZE }, steps, stepMs),
  waitsBesideNetwork: (id: string, steps: number): Promise<Waits> =>
    waitsBesideNetwork({ id, size: SMALL_SIZE }, steps),

  /** Milliseconds until a set is open and its first picture and caption are read. */
  open: async (id: string): Promise<number> => {
    const started = performance.now();
    const set = await openPictures(id, { imageSize: SIZE, maxImages: 1e9 });
    await set.read(set.count - 1);
    if (set.caption(set.count - 1) === '') throw new Error('the last picture has no caption');
    return performance.now() - started;
  },

  /** Seconds of what the view of all pictures asks of a set. All captions are changed, and changed back. */
  browse: async (id: string) => {
    const browse = new Browse(yieldToEvents);
    const query = { dataset: id, word: null, className: null, only: 'all', order: 'stored' } as const;
    const { indices } = await browse.find({ ...query, search: '' });
    const search = await secondsOf(() => browse.find({ ...query, search: 'number 1999' }));
    const words = await secondsOf(() => browse.words({ ...query, search: '' }));
    const edit = await secondsOf(() =>
      browse.editCaptions({ dataset: id, indices, edit: { kind: 'prefix', text: 'sks,' } }),
    );
    const openedEdited = (await bench.open(id)) / 1000;
    const undo = await secondsOf(() => browse.undoEdit(id));
    const tiles = await secondsOf(() =>
      browse.tiles({ dataset: id, indices: indices.filter((number) => number % 1000 < 2), edge: 32 }),
    );
    const asked = { dataset: id, rgba: new Uint8ClampedArray(SIZE * SIZE * 4), size: SIZE, count: 4 };
    const nearestFirst = await secondsOf(() => browse.nearest(asked));
    const nearest = await secondsOf(() => browse.nearest(asked));
    return { search, words, edit, openedEdited, undo, tiles, nearestFirst, nearest };
  },

  /** Seconds until near duplicates are grouped: the records of a set read, hashes compared that are made. */
  nearDuplicates: async (id: string): Promise<Record<keyof typeof DISTANCES, number>> => {
    const opened = await openStored(id);
    if (!opened) throw new Error('there is no set');
    const set = browsedOwn(opened);
    const hashes = madeHashes(set.stored);
    const within = (distance: number) =>
      secondsOf(async () => {
        await hashesOf(set, { onRead: () => undefined, signal: new AbortController().signal });
        const { pictures } = await nearDuplicates(set, opened.active, hashes, distance, yieldToEvents);
        if (pictures < set.stored / 8) throw new Error(`${pictures} near duplicates were found`);
      });
    return { default: await within(DISTANCES.default), most: await within(DISTANCES.most) };
  },
};

export type DataBench = typeof bench;

Comlink.expose(bench);
