// Claims of containers: pictures in a zip, a tar or a gzipped tar are the pictures that lie loose, and what
// cannot be used in one is named while the rest is taken. Not here: the formats (test/formats).
import { readFile } from 'node:fs/promises';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { open } from '../../../../src/data/sources/containers/open.ts';
import { holdPictures, recognise } from '../../../../src/data/sources/recognise.ts';
import { FaultError } from '../../../../src/fault.ts';
import { zipBlob } from '../../../../src/formats/zip-writer.ts';
import { chosenFile, entriesOf, sourceOf } from '../sourced.ts';

const zip = async (name: string, entries: Record<string, string | Blob>): Promise<File> =>
  new File(
    [await zipBlob(Object.entries(entries).map(([entry, content]) => ({ name: entry, content })))],
    name,
  );
const archive = async (name: string): Promise<File> =>
  new File([await readFile(`test/fixtures/archives/${name}`)], name);

async function listed(files: readonly File[]): Promise<[string, string][]> {
  const entries = await entriesOf(await sourceOf(files));
  return entries.map(({ path, caption }) => [path, caption]);
}

describe('pictures in an archive', () => {
  const pictures = { 'cats/1.jpg': 'one', 'cats/1.txt': 'a cat', 'cats/2.jpg': 'two' };

  it('have the paths and captions that they have loose', async () => {
    const loose = Object.entries(pictures).map(([path, content]) => chosenFile(path, content));
    const expected = [
      ['cats/1.jpg', 'a cat'],
      ['cats/2.jpg', ''],
    ];
    expect(await listed(loose)).toEqual(expected);
    expect(await listed([await zip('x.zip', pictures)])).toEqual(expected);
  });

  it('of several keep apart, by the names of the archives', async () => {
    const files = [await zip('a.zip', { '1.jpg': 'x' }), await zip('b.zip', { '1.jpg': 'y' })];
    const entries = await entriesOf(await sourceOf(files));
    expect(entries.map(({ path, className }) => [path, className])).toEqual([
      ['a/1.jpg', 'a'],
      ['b/1.jpg', 'b'],
    ]);
  });

  it('of tar and gzipped tar are read by what the file is, not by its name', async () => {
    const bytes = await archive('pax.tar.gz');
    const { members, unused } = await open([new File([bytes], 'holiday')]);
    expect(members.map(({ path }) => path).slice(0, 2)).toEqual(['photos/a.txt', 'photos/b.txt']);
    expect(await (await members[1]?.blob())?.text()).toBe('1 '.repeat(300));
    expect(unused).toEqual([{ name: 'photos/link', why: expect.stringContaining('a link') as string }]);
  });

  it('of a gzipped tar that is cut off are those before', async () => {
    const bytes = await archive('gnu.tar.gz');
    const { members, unused } = await open([new File([bytes.slice(0, bytes.size - 40)], 'x.tgz')]);
    expect(members.length).toBeGreaterThan(1);
    expect(unused.at(-1)?.name).toBe('x.tgz');
  });

  it('of a gzip file alone are its content, under the name without .gz', async () => {
    const { members } = await open([new File([Uint8Array.from(gzipSync('numbers'))], 'train-images.gz')]);
    expect(members.map(({ path, size }) => [path, size])).toEqual([['train-images', 7]]);
  });
});

/** A zip by hand: one sound picture, then one entry with these flags and this name. */
function zipWith(name: Uint8Array, flags: number): Blob {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const [raw, flag] of [
    [new TextEncoder().encode('ok.jpg'), 0],
    [name, flags],
  ] as const) {
    const packed = deflateRawSync('x');
    const local = new DataView(new ArrayBuffer(30));
    const central = new DataView(new ArrayBuffer(46));
    local.setUint32(0, 0x0403_4b50, true);
    central.setUint32(0, 0x0201_4b50, true);
    // The header in front is the directory's from its byte 6 on: flags, method, ..., length of the name.
    for (const [view, from] of [
      [local, 6],
      [central, 8],
    ] as const) {
      view.setUint16(from, flag, true);
      view.setUint16(from + 2, 8, true);
      view.setUint32(from + 8, 0x8cdc_1683, true); // zlib.crc32(b'x') of Python
      view.setUint32(from + 12, packed.length, true);
      view.setUint32(from + 16, 1, true);
      view.setUint16(from + 20, raw.length, true);
    }
    central.setUint32(42, at, true);
    parts.push(new Uint8Array(local.buffer), raw, packed);
    directory.push(new Uint8Array(central.buffer), raw);
    at += 30 + raw.length + packed.length;
  }
  const end = new DataView(new ArrayBuffer(22));
  end.setUint32(0, 0x0605_4b50, true);
  end.setUint16(10, 2, true);
  end.setUint32(
    12,
    directory.reduce((sum, { length }) => sum + length, 0),
    true,
  );
  end.setUint32(16, at, true);
  return new Blob(
    [...parts, ...directory].map((bytes) => Uint8Array.from(bytes)).concat(new Uint8Array(end.buffer)),
  );
}

describe('what cannot be used in a zip', () => {
  it.each([
    ['an encrypted entry', 'b.jpg', 1, /encryption/],
    ['a name that leads out', '../../b.jpg', 0, /without "\.\."/],
    ['a second entry of the same name', 'ok.jpg', 0, /every name once/],
  ])('%s is named, and the rest is taken', async (_, name, flags, why) => {
    const [source] = await recognise([new File([zipWith(new TextEncoder().encode(name), flags)], 'x.zip')]);
    if (!source) throw new Error('nothing was recognised');
    expect((await entriesOf(source)).map(({ path }) => path)).toEqual(['ok.jpg']);
    expect(source.facts.unused).toEqual([{ name, why: expect.stringMatching(why) as string }]);
  });

  it('is not a name of Windows, nor one in code page 437', async () => {
    // "größe\b.jpg" by Python: 'größe'.encode('cp437')
    const name = Uint8Array.from([0x67, 0x72, 0x94, 0xe1, 0x65, 0x5c, ...new TextEncoder().encode('b.jpg')]);
    const { members, unused } = await open([new File([zipWith(name, 0)], 'x.zip')]);
    expect(members.map(({ path }) => path)).toEqual(['ok.jpg', 'größe/b.jpg']);
    expect(await (await members[1]?.blob())?.text()).toBe('x');
    expect(unused).toEqual([]);
  });

  it('is another archive, files of systems and caches of trainers, each said', async () => {
    const inner = await zip('inner.zip', { 'a.jpg': 'x' });
    const source = await sourceOf([
      await zip('x.zip', {
        '1.jpg': 'x',
        '1_sdxl.npz': 'x',
        '_latent_cache/1.safetensors': 'x',
        '__MACOSX/._1.jpg': 'x',
        'more/inner.zip': inner,
      }),
    ]);
    expect((await entriesOf(source)).map(({ path }) => path)).toEqual(['1.jpg']);
    expect(source.facts.unused).toEqual([
      { name: 'more/inner.zip', why: expect.stringContaining('inside an archive') as string },
    ]);
    expect(source.facts.ignored.map(({ why, count }) => [count, why])).toEqual([
      [2, 'files with latents or weights of other trainers'],
      [1, 'files that systems put beside others'],
    ]);
  });

  it('is the whole zip where it is cut off; beside others it costs nothing', async () => {
    const whole = await zip('x.zip', { '1.jpg': 'x' });
    const cut = new File([whole.slice(0, 40)], 'cut.zip');
    await expect(recognise([cut])).rejects.toThrow(FaultError);
    const source = await sourceOf([cut, chosenFile('2.jpg')]);
    expect(source.facts.unused).toMatchObject([{ name: 'cut.zip' }]);
    expect(await entriesOf(source)).toHaveLength(1);
    expect(await holdPictures([whole])).toBe(true);
    expect(await holdPictures([new File(['text'], 'a.md')])).toBe(false);
  });

  it('is nothing of 70,000 entries, none of which is read before it is asked for', async () => {
    const names = Array.from({ length: 70_000 }, (_, i) => `${String(i).padStart(6, '0')}.jpg`);
    const file = new File([await zipBlob(names.map((name) => ({ name, content: name })))], 'many.zip');
    const { members } = await open([file]);
    expect(members).toHaveLength(70_000);
    expect(await (await members[65_536]?.blob())?.text()).toBe('065536.jpg');
  });
});
