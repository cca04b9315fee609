// Claims: an import that stops at any moment goes on, each picture once and in order, as the set of an
// import that never stopped; at most 256 pictures are decoded twice. On the disk in memory of
// test/checkpoint, which stops at any write, loses what was not flushed, or is full.
import { beforeAll, describe, expect, it } from 'vitest';
import type { Decoder } from '../../src/data/decode-ahead.ts';
import { takeInto } from '../../src/data/own-pictures.ts';
import { PictureDraft } from '../../src/data/picture-draft.ts';
import { bytesIn } from '../../src/data/content.ts';
import type { Source, SourceEntry } from '../../src/data/sources/source.ts';
import type { ImportNote } from '../../src/data/store/import-note.ts';
import { readRecord, RECORD_BYTES } from '../../src/data/store/record.ts';
import type { SetFolder } from '../../src/data/store/set-file.ts';
import { parseInfo, type StoredInfo } from '../../src/data/store/stored-info.ts';
import { unpackTexts } from '../../src/data/store/texts.ts';
import { type Traits, traitsOf } from '../../src/data/store/traits.ts';
import { FaultError } from '../../src/fault.ts';
import { randomWord, STREAMS } from '../../src/random.ts';
import { MemoryDisk } from '../checkpoint/memory-disk.ts';
import type { Survival } from '../checkpoint/memory-file.ts';

const SIZE = 4;
const BYTES = SIZE * SIZE * 3;
const ENTRIES = 700;
/** As many as the app decodes ahead. */
const AHEAD = 24;
/** Writes and flushes of an import at least: of four files, after every 232 entries and at its end. */
const OPERATIONS = 4 * 2 * Math.ceil(ENTRIES / 232);
const NOTE: ImportNote = {
  ...{ version: 2, title: 'Made', size: SIZE, fingerprint: 'f', kind: 'Made', total: ENTRIES },
  ...{ chosen: {}, addTo: null },
};

/** Every seventh entry is a picture that came before, every eleventh is none; numbers leave some out. */
const source: Source = {
  facts: {
    ...{ kind: 'Made', count: ENTRIES, choices: [], licence: '', ignored: [], warnings: [], unused: [] },
  },
  async *entries(from) {
    for (let i = Math.ceil(from / 3); i < ENTRIES; i++) yield await entryOf(i);
  },
};

const entryOf = (i: number): Promise<SourceEntry> =>
  Promise.resolve({
    number: i * 3,
    path: `${i % 4}/${i}.png`,
    picture: { kind: 'file', read: () => Promise.resolve(new TextEncoder().encode(String(i))) },
    caption: i % 5 === 0 ? '' : `picture ${i}\nagain ${i}`,
    className: `class ${i % 4}`,
  });

function pixelsOf(i: number): Uint8Array<ArrayBuffer> {
  const shown = i % 7 === 6 ? i - 3 : i;
  return new Uint8Array(BYTES).fill(shown >> 8).fill(shown, 7, 20);
}

/** Traits of pictures that were made before. */
const known = new Map<number, Traits>();

/** Makes pictures of the numbers in the files, and counts them. */
class NumberDecoder implements Decoder {
  readonly atOnce = AHEAD;
  decoded = 0;
  close = () => {};
  decode: Decoder['decode'] = async (sent) => {
    this.decoded++;
    const i = Number(sent.kind === 'file' ? new TextDecoder().decode(await bytesIn(sent.content)) : NaN);
    if (i % 11 === 10) return { ok: false, why: 'it is none' };
    const pixels = pixelsOf(i);
    const sourceDigest = new Uint8Array(32).fill(i);
    const traits = known.get(i) ?? (await traitsOf(pixels, SIZE));
    known.set(i, traits);
    const region = { left: 0, top: 0, edge: 9 };
    return {
      ...{ ok: true, pixels, traits, place: { x: i, y: 128 }, region, width: i, height: 9, sourceDigest },
    };
  };
}

const folderOn = (disk: MemoryDisk): SetFolder => ({
  name: 'import-1',
  open: (name) => disk.directory('pictures/').openFile('import-1', name, true),
});

/** Imports until the end, where the set is sealed. */
async function goOn(draft: PictureDraft, decoder = new NumberDecoder()): Promise<number> {
  const tools = { decoder, onProgress: () => {}, signal: new AbortController().signal };
  const counted = await takeInto(draft, source, {}, tools);
  expect(counted).toMatchObject({ tried: ENTRIES, duplicates: DUPLICATES, skipped: { count: SKIPPED } });
  await draft.seal('Made');
  return decoder.decoded;
}

const reopened = async (disk: MemoryDisk): Promise<PictureDraft> => {
  const draft = await PictureDraft.reopen(folderOn(disk));
  if (!draft) throw new Error('there is no draft');
  return draft;
};

/** What a finished set holds, read by its layout alone. */
function contentOf(disk: MemoryDisk): { info: StoredInfo | null; pictures: unknown[] } {
  const bytes = (name: string) => disk.fileAt(`pictures/import-1/${name}`).read();
  const [pixels, records, words] = [bytes('pixels.bin'), bytes('records.bin'), bytes('words.bin')];
  const pictures = Array.from({ length: records.length / RECORD_BYTES }, (_, i) => {
    const record = readRecord(records.subarray(i * RECORD_BYTES, (i + 1) * RECORD_BYTES));
    if (!record) throw new Error(`record ${i} is torn`);
    const { offset, bytes: length } = record.words;
    const texts = unpackTexts(words.subarray(offset, offset + length));
    return {
      entry: record.entry,
      place: record.place,
      texts,
      pixels: pixels.slice(i * BYTES, (i + 1) * BYTES).join(),
    };
  });
  return { info: parseInfo(new TextDecoder().decode(bytes('info.json'))), pictures };
}

const isNone = (i: number): boolean => i % 11 === 10;
/** Its picture came before: three entries earlier, where that is one. */
const isAgain = (i: number): boolean => i % 7 === 6 && !isNone(i) && !isNone(i - 3);
const all = Array.from({ length: ENTRIES }, (_, i) => i);
const SKIPPED = all.filter(isNone).length;
const DUPLICATES = all.filter(isAgain).length;

let whole: ReturnType<typeof contentOf>;

beforeAll(async () => {
  const disk = new MemoryDisk();
  const draft = await PictureDraft.begin(folderOn(disk), NOTE);
  expect(await goOn(draft)).toBe(ENTRIES);
  whole = contentOf(disk);
});

describe('an import', () => {
  it('that never stops stores what the source gives, in its order', () => {
    const stored = all.filter((i) => !isNone(i) && !isAgain(i));
    expect(whole.info).toMatchObject({ count: stored.length, captions: true });
    expect(whole.info?.classes).toEqual(['class 0', 'class 1', 'class 2', 'class 3']);
    expect(whole.pictures).toEqual(
      stored.map((i) => ({
        entry: i * 3,
        place: { x: i % 256, y: 128 },
        texts: {
          name: `${i % 4}/${i}.png`,
          className: `class ${i % 4}`,
          caption: i % 5 === 0 ? `class ${i % 4}` : `picture ${i}\nagain ${i}`,
        },
        pixels: pixelsOf(i).join(),
      })),
    );
  });

  const sectors = (seed: number) => (sector: number) => Math.imul(sector ^ seed, 0x9e37_79b1) >>> 31 === 1;
  it.each(Array.from({ length: 12 }, (_, moment) => [moment]))(
    'that is killed or cut from power, moment %i, goes on to the same set',
    async (moment) => {
      const disk = new MemoryDisk();
      const draft = await PictureDraft.begin(folderOn(disk), NOTE);
      const word = (i: number) => randomWord(moment, 0, STREAMS.order, i);
      disk.fail({ at: word(0) % OPERATIONS, how: 'stops', bytes: word(1) % 4096 });
      const decoder = new NumberDecoder();
      await expect(goOn(draft, decoder)).rejects.toThrow();
      const survivals: Survival[] = ['all', 'none', sectors(moment)];
      const after = disk.restarted(survivals[moment % 3] ?? 'all');
      const next = await reopened(after);
      const { done } = next.settled;
      // Nothing that is settled is decoded again.
      const again = await goOn(next);
      expect(again).toBe(ENTRIES - done);
      // A mark that was cut from power with what it speaks of leaves the one before.
      if (moment % 3 === 0) expect(decoder.decoded + again - ENTRIES).toBeLessThanOrEqual(256);
      expect(contentOf(after)).toEqual(whole);
    },
  );

  it('into a full disk goes on when there is room', async () => {
    const disk = new MemoryDisk();
    const draft = await PictureDraft.begin(folderOn(disk), NOTE);
    disk.quotaBytes = 120_000;
    await expect(goOn(draft)).rejects.toThrow(FaultError);
    draft.stop();
    disk.quotaBytes = Infinity;
    const next = await reopened(disk);
    expect(next.count).toBeGreaterThan(0);
    await goOn(next);
    expect(contentOf(disk)).toEqual(whole);
  });
});
