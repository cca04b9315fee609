// Claims: an import whose files are gone stops at the first one, keeps what it has, and goes on when they are
// back; one file alone that is gone is left out as others are. On the disk in memory, with files that are
// lost as browsers lose them.
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { readCaption } from '../../src/data/captions.ts';
import { bytesIn } from '../../src/data/content.ts';
import type { Decoder } from '../../src/data/decode-ahead.ts';
import { importPictures, type ImportTarget } from '../../src/data/own-pictures.ts';
import { listStored } from '../../src/data/picture-store.ts';
import type { Source } from '../../src/data/sources/source.ts';
import { listStopped } from '../../src/data/stopped-imports.ts';
import { traitsOf } from '../../src/data/store/traits.ts';
import { FaultError } from '../../src/fault.ts';
import { lossIn } from '../../src/formats/lost-file.ts';
import { zipBlob } from '../../src/formats/zip-writer.ts';
import { openZip } from '../../src/formats/zip-reader.ts';
import { MemoryDisk } from '../checkpoint/memory-disk.ts';
import { storeOn } from './memory-storage.ts';

const ENTRIES = 60;
const target: ImportTarget = { title: 'Garden', size: 4, addTo: null, fingerprint: 'files' };

let disk: MemoryDisk;
beforeEach(() => storeOn((disk = new MemoryDisk())));
afterAll(() => vi.unstubAllGlobals());

/** Which files are lost now, and how. */
type Lost = (i: number) => string | null;

/** Bytes of a file that may be lost after it was given. */
class LosableBlob extends Blob {
  readonly #loss: () => string | null;
  constructor(text: string, loss: () => string | null) {
    super([text]);
    this.#loss = loss;
  }
  override slice(): Blob {
    return this;
  }
  override arrayBuffer(): Promise<ArrayBuffer> {
    const name = this.#loss();
    return name === null ? super.arrayBuffer() : Promise.reject(new DOMException('lost', name));
  }
}

/** `captions`: as `lost`, of the text beside each picture. Absent: there are none. */
function folderOf(lost: { now: Lost }, captions?: { now: Lost }): Source {
  return {
    facts: {
      ...{ kind: 'Made', count: ENTRIES, choices: [], licence: '', ignored: [], warnings: [], unused: [] },
    },
    async *entries(from) {
      for (let i = from; i < ENTRIES; i++) {
        const blob = new LosableBlob(String(i), () => lost.now(i));
        const picture = { kind: 'file', read: () => Promise.resolve(blob) } as const;
        const entry = { number: i, path: `garden/${i}.png`, picture, caption: '', className: '' };
        if (captions) yield { ...entry, ...(await captionOf(i, captions)) };
        else yield await Promise.resolve(entry);
      }
    },
  };
}

/** The caption of a picture as the layouts read it. */
async function captionOf(i: number, lost: { now: Lost }) {
  const blob = new LosableBlob(`leaf ${i}`, () => lost.now(i));
  const file = { path: `garden/${i}.txt`, size: blob.size, read: () => Promise.resolve(blob) };
  const read = await readCaption(file);
  const loss = read.ok ? null : read.loss;
  return {
    caption: read.ok ? read.text : '',
    words: { files: [file], lost: loss && { path: file.path, loss } },
    ...(read.ok ? {} : { unused: { name: file.path, why: read.why } }),
  };
}

/** Makes a picture of the number in a file, as the app decodes files: one that cannot be read is refused. */
const decoder = (): Decoder => ({
  atOnce: 6,
  close: () => {},
  decode: async (sent) => {
    const bytes = sent.kind === 'file' ? await bytesIn(sent.content).catch(() => null) : null;
    if (!bytes) return { ok: false, why: 'it cannot be read' };
    const pixels = new Uint8Array(48).fill(Number(new TextDecoder().decode(bytes)), 5);
    const sourceDigest = new Uint8Array(32);
    const traits = await traitsOf(pixels, 4);
    const region = { left: 0, top: 0, edge: 4 };
    const place = { x: 0, y: 0 };
    return { ok: true, pixels, traits, place, region, width: 4, height: 4, sourceDigest };
  },
});

const imported = (source: Source) =>
  importPictures(source, {}, target, {
    ...{ decoder: decoder(), onProgress: () => {}, signal: new AbortController().signal },
  });

describe('an import', () => {
  it.each([
    ['whose disk is taken out', 'NotFoundError', (i: number) => i >= 0],
    ['whose next folder is moved', 'NotFoundError', (i: number) => i >= 35],
    ['whose permission is withdrawn', 'NotAllowedError', (i: number) => i >= 35],
    ['whose disk fails', 'NotReadableError', (i: number) => i >= 0],
  ])('%s stops at the first file, and goes on with each picture once', async (_, name, isLost) => {
    let read = 0;
    // From the 35th file on; those before may be lost with it.
    const lost: { now: Lost } = { now: (i) => (Math.max(read, i) >= 35 && isLost(i) ? name : null) };
    const source = folderOf({ now: (i) => ((read = Math.max(read, i)), lost.now(i)) });
    await expect(imported(source)).rejects.toThrow(/can no longer be read: expected garden\/\d+\.png/);
    const [stopped] = await listStopped();
    expect(stopped).toMatchObject({ title: 'Garden', total: ENTRIES });
    // Up to six more are read before the one whose turn it is.
    expect(stopped?.stored).toBeGreaterThanOrEqual(28);
    expect(stopped?.done).toBe(stopped?.stored);
    expect(stopped?.stored).toBeLessThanOrEqual(35);
    lost.now = () => null;
    const report = await imported(source);
    expect(report).toMatchObject({ added: ENTRIES, duplicates: 0, skipped: { count: 0 } });
    expect((await listStored()).map(({ count }) => count)).toEqual([ENTRIES]);
  });

  it.each([
    ['one file is gone', 'NotFoundError', [20]],
    ['two files are gone, and the last one', 'NotFoundError', [20, 21, ENTRIES - 1]],
    ['many cannot be read, as files of another user', 'NotReadableError', [10, 11, 12, 13, 14, 15]],
  ])('of which %s leaves them out', async (_, name, lost) => {
    const report = await imported(folderOf({ now: (i) => (lost.includes(i) ? name : null) }));
    expect(report).toMatchObject({ added: ENTRIES - lost.length, skipped: { count: lost.length } });
    expect(report?.skipped.files.map((file) => file.name)).toEqual(lost.map((i) => `garden/${i}.png`));
  });

  it.each([
    ['all files', () => true],
    ['the first files', (i: number) => i < 3],
  ])('that finds %s gone stores nothing, and says which', async (_, isLost) => {
    const source = folderOf({ now: (i) => (isLost(i) ? 'NotFoundError' : null) });
    await expect(imported(source)).rejects.toThrow(/expected garden\/0\.png/);
    expect([await listStored(), await listStopped()]).toEqual([[], []]);
  });
});

it('an import whose files are gone, and whose disk is full then, tells of the files and closes its own', async () => {
  const source = folderOf({ now: (i) => (i < 35 ? null : ((disk.quotaBytes = 0), 'NotAllowedError')) });
  await expect(imported(source)).rejects.toThrow(/can no longer be read/);
  expect([...disk.files].filter(([, { open }]) => open)).toEqual([]);
});

describe('an import whose captions lie elsewhere', () => {
  it.each([
    ['are taken away', 'NotFoundError', (i: number) => i >= 0],
    ['change', 'NotReadableError', (i: number) => i >= 0],
    ['are forbidden', 'NotAllowedError', (i: number) => i >= 35],
  ])('stops where they %s, and goes on with every caption', async (_, name, isLost) => {
    let read = 0;
    const captions: { now: Lost } = {
      now: (i) => ((read = Math.max(read, i)), read >= 35 && isLost(i) ? name : null),
    };
    const source = folderOf({ now: () => null }, captions);
    await expect(imported(source)).rejects.toThrow(/can no longer be read: expected garden\/\d+\.txt/);
    expect((await listStopped())[0]?.stored).toBeLessThanOrEqual(35);
    captions.now = () => null;
    const report = await imported(source);
    expect(report).toMatchObject({ added: ENTRIES, skipped: { count: 0 }, info: { captions: true } });
  });

  it('of which one file is gone says so, and stores its picture without words', async () => {
    const source = folderOf({ now: () => null }, { now: (i) => (i === 20 ? 'NotFoundError' : null) });
    const report = await imported(source);
    expect(report).toMatchObject({ added: ENTRIES, skipped: { count: 1 } });
    expect(report?.skipped.files.map((file) => file.name)).toEqual(['garden/20.txt']);
  });
});

it('an entry of a zip that is gone is lost, not damaged', async () => {
  const zip = await zipBlob(
    ['a', 'b'].map((name) => ({ name: `${name}.png`, content: new Uint8Array(300_000).fill(7) })),
  );
  let loss: string | null = null;
  const lost = (): DOMException => new DOMException('lost', loss ?? '');
  class GoneBlob extends Blob {
    override get size(): number {
      return zip.size;
    }
    override slice(begin?: number, end?: number): Blob {
      const part = zip.slice(begin, end);
      const [read, stream] = [part.arrayBuffer.bind(part), part.stream.bind(part)];
      part.arrayBuffer = () => (loss === null ? read() : Promise.reject(lost()));
      part.stream = () =>
        loss === null ? stream() : new ReadableStream({ start: (to) => to.error(lost()) });
      return part;
    }
  }
  const [, second] = await openZip(new GoneBlob(), { stored: false });
  loss = 'NotFoundError';
  const error: unknown = await second?.blob().catch((thrown: unknown) => thrown);
  expect([error, lossIn(error)]).toEqual([expect.any(FaultError), 'missing']);
  expect(lossIn(new FaultError({ ...(error as FaultError).fault }))).toBeNull();
});
