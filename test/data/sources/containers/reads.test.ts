// Claims of how often archives are read: pictures and captions of a zip or a tar come with their neighbours,
// a gzipped tar is unpacked once for all looks at it, and looking ends where it is stopped.
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Decoder, decodeInOrder } from '../../../../src/data/decode-ahead.ts';
import { bytesIn } from '../../../../src/data/content.ts';
import { holdPictures, recognise } from '../../../../src/data/sources/recognise.ts';
import type { Source } from '../../../../src/data/sources/source.ts';
import { zipBlob } from '../../../../src/formats/zip-writer.ts';
import { CountedFile } from '../../../formats/counted-file.ts';
import { sourceOf } from '../sourced.ts';
import { tarOf } from './make-tar.ts';

const digestOf = (bytes: Uint8Array | undefined): string =>
  createHash('sha256')
    .update(bytes ?? '')
    .digest('hex');

const PICTURES = 2000;
const nameOf = (i: number): string => String(i).padStart(6, '0');
/** As many bytes as CelebA's pictures have; no two alike, and not to be packed. */
const pictureOf = (i: number): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(
    Buffer.concat(Array.from({ length: 280 }, (_, k) => createHash('sha256').update(`${i} ${k}`).digest())),
  );
const pictures = Array.from({ length: PICTURES }, (_, i) => pictureOf(i));

const entries: readonly (readonly [string, Uint8Array<ArrayBuffer> | string])[] = pictures.flatMap(
  (bytes, i) => [[`set/${nameOf(i)}.jpg`, bytes] as const, [`set/${nameOf(i)}.txt`, `picture ${i}`] as const],
);
const apart = [
  ...pictures.map((bytes, i) => [`images/${nameOf(i)}.jpg`, bytes] as const),
  [
    'metadata.jsonl',
    pictures
      .map((_, i) => JSON.stringify({ file_name: `images/${nameOf(i)}.jpg`, text: `picture ${i}` }))
      .join('\n'),
  ] as const,
];
const zipOf = async (
  list: readonly (readonly [string, Uint8Array<ArrayBuffer> | string])[],
): Promise<CountedFile> =>
  new CountedFile([await zipBlob(list.map(([name, content]) => ({ name, content })))], 'set.zip');

/** A decoder that looks only whether it is given the right bytes. */
const comparing = (): Decoder => ({
  atOnce: 12,
  close: () => {},
  decode: async (sent) => {
    if (sent.kind !== 'file' || sent.content instanceof Blob) throw new Error('not bytes');
    // A buffer of their own: it is sent to another worker.
    const isOwn = sent.content.buffer.byteLength === sent.content.length;
    return {
      ok: false,
      why: isOwn ? digestOf(sent.content) : 'a part of a buffer',
    };
  },
});

/** Reads all pictures as an import does, and compares bytes and captions with what was packed. */
async function readAll(source: Source): Promise<void> {
  let i = 0;
  for await (const { entry, result } of decodeInOrder(source.entries(0, {}), 64, comparing())) {
    expect([entry.caption, result]).toEqual([`picture ${i}`, { ok: false, why: digestOf(pictures[i]) }]);
    i++;
  }
  expect(i).toBe(PICTURES);
}

describe('2,000 pictures of 9 kB with captions, in path order', () => {
  it.each([
    ['a zip, captions beside them', () => zipOf(entries)],
    ['a zip, pictures and their list apart', () => zipOf(apart)],
    ['a tar', () => Promise.resolve(new CountedFile([tarOf(entries)], 'set.tar'))],
  ])('in %s take 10 reads for 1,000 of them at most', async (_, make) => {
    const file = await make();
    const source = await sourceOf([file]);
    const before = { reads: file.reads, bytes: file.bytesRead };
    await readAll(source);
    expect((file.reads - before.reads) / (PICTURES / 1000)).toBeLessThanOrEqual(10);
    // No byte twice, but for what is read ahead of the end.
    expect(file.bytesRead - before.bytes).toBeLessThanOrEqual(file.size + 2 ** 20);
  });
});

it('a zip whose entries lie in no order is read piece by piece: no picture costs megabytes', async () => {
  const file = await zipOf(
    entries.toSorted(([a], [b]) =>
      createHash('md5').update(a).digest('hex') < createHash('md5').update(b).digest('hex') ? -1 : 1,
    ),
  );
  const source = await sourceOf([file]);
  const before = file.bytesRead;
  await readAll(source);
  // Little beside the 9 kB of each picture, and of its caption as much.
  expect(file.bytesRead - before).toBeLessThan(2 * PICTURES * 64 * 1024);
});

describe('a gzipped tar', () => {
  /** Streams that unpack, and bytes that came out of them. */
  let unpacked = { streams: 0, bytes: 0 };
  const tar = tarOf(entries.slice(0, 200));
  const packed = (): File => new File([Uint8Array.from(gzipSync(tar))], 'set.tar.gz');

  beforeEach(() => {
    unpacked = { streams: 0, bytes: 0 };
    const Real = DecompressionStream;
    vi.stubGlobal(
      'DecompressionStream',
      class {
        readable: ReadableStream<Uint8Array>;
        writable: WritableStream<BufferSource>;
        constructor(format: CompressionFormat) {
          unpacked.streams++;
          const real = new Real(format);
          this.writable = real.writable;
          this.readable = real.readable.pipeThrough(
            new TransformStream<Uint8Array, Uint8Array>({
              transform: (piece, controller) => {
                unpacked.bytes += piece.length;
                controller.enqueue(piece);
              },
            }),
          );
        }
      },
    );
  });
  afterEach(() => vi.unstubAllGlobals());

  it('is unpacked once for looking, examples and import', async () => {
    const source = await sourceOf([packed()]);
    for (let look = 0; look < 3; look++) {
      let i = 0;
      for await (const { picture } of source.entries(0, {}))
        if (picture.kind === 'file')
          expect(digestOf(await bytesIn(await picture.read()))).toBe(digestOf(pictures[i++]));
      expect(i).toBe(100);
    }
    expect(unpacked).toEqual({ streams: 1, bytes: tar.length });
  });

  it('is told by its beginning where the question is only whether there are pictures', async () => {
    expect(await holdPictures([packed()])).toBe(true);
    expect(unpacked.streams).toBe(1);
    expect(unpacked.bytes).toBeLessThan(tar.length / 4);
  });

  it('that is stopped while it is looked through is unpacked no further', async () => {
    const stop = new AbortController();
    const file = packed();
    const stream = file.stream.bind(file);
    let given = 0;
    file.stream = () =>
      stream().pipeThrough(
        new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
          transform: (piece, controller) => {
            given++;
            stop.abort();
            controller.enqueue(piece);
          },
        }),
      );
    await expect(recognise([file], stop.signal)).rejects.toThrow(/abort/i);
    expect(given).toBeGreaterThan(0);
    expect(unpacked.bytes).toBeLessThan(tar.length / 2);
  });
});

it('a tar is looked through no further once it is stopped', async () => {
  const stop = new AbortController();
  const file = new CountedFile([tarOf(entries)], 'set.tar');
  const looked = recognise([file], stop.signal);
  stop.abort();
  await expect(looked).rejects.toThrow(/abort/i);
  expect(file.reads).toBeLessThanOrEqual(2);
});

describe('a list that is too long', () => {
  const rows = `file_name,text\n${'1.jpg,a cat\n'.repeat(10)}`.padEnd(2 ** 20);
  const long = new Blob(Array.from({ length: 65 }, () => rows));

  it('in an archive is named with the limit and the way out, and the pictures are taken', async () => {
    const file = new File(
      [
        await zipBlob([
          { name: 'a.csv', content: long },
          { name: '1.jpg', content: 'x' },
        ]),
      ],
      'set.zip',
    );
    const source = await sourceOf([file]);
    expect(source.facts.unused).toEqual([
      {
        name: 'a.csv',
        why: 'it is a list in an archive, of 65 MiB; at most 64 MiB are read: take it out, and choose the archive and the list together',
      },
    ]);
    expect(source.facts.count).toBe(1);
  });

  it('beside the archive is read', async () => {
    const zip = new File([await zipBlob([{ name: '1.jpg', content: 'x' }])], 'set.zip');
    const source = await sourceOf([zip, new File([long], 'a.csv')]);
    expect([source.facts.unused, source.facts.choices.map(({ id }) => id)]).toEqual([[], ['caption']]);
  });
});
