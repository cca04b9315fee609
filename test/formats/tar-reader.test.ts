// Claims of tar archives: what Python's tarfile writes in each of its formats is listed with every byte in
// its place (interop/make_archives.py), and of a damaged archive all that is whole. Not here: what the files
// are.
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { isTar, listTar } from '../../src/formats/tar-reader.ts';

const LONG = `${'a folder with a name of some length/'.repeat(6)}pïcture.txt`;
const SPLIT = `photos/${'x'.repeat(90)}/${'y'.repeat(60)}.txt`;
const SHORT = ['photos/a.txt', './photos/b.txt'];

/** An archive of the fixtures, unpacked by zlib. */
const fixture = async (name: string): Promise<Uint8Array<ArrayBuffer>> =>
  Uint8Array.from(gunzipSync(await readFile(`test/fixtures/archives/${name}.tar.gz`)));

/** Sets the checksum of a header to that of its bytes. */
function signed(header: Uint8Array): void {
  header.fill(0x20, 148, 156);
  const sum = header.subarray(0, 512).reduce((all, byte) => all + byte, 0);
  header.set(new TextEncoder().encode(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
}

/** A header of 512 bytes as POSIX has it. */
function headerOf(name: string, type: string, sizeBytes: number): Uint8Array {
  const header = new Uint8Array(512);
  header.set(new TextEncoder().encode(name));
  header.set(new TextEncoder().encode(sizeBytes.toString(8).padStart(11, '0')), 124);
  header.set(new TextEncoder().encode(type), 156);
  header.set(new TextEncoder().encode('ustar\x0000'), 257);
  signed(header);
  return header;
}

describe('an archive', () => {
  it.each([
    ['ustar', [...SHORT, SPLIT]],
    ['gnu', [...SHORT, SPLIT, LONG]],
    ['pax', [...SHORT, SPLIT, LONG]],
  ])('in the format %s has its files, whole and by their names', async (format, names) => {
    const bytes = await fixture(format);
    expect(isTar(bytes)).toBe(true);
    const file = new Blob([bytes]);
    const { entries, others, cut } = await listTar(file);
    expect([entries.map(({ name }) => name), others, cut]).toEqual([names, ['photos/link'], null]);
    for (const [i, { begin, sizeBytes }] of entries.entries())
      expect(await file.slice(begin, begin + sizeBytes).text()).toBe(`${i} `.repeat(300 * i));
  });

  it('with sizes in base 256, as GNU writes them from 8 GiB on', async () => {
    const bytes = await fixture('gnu');
    const at = 512 * 2;
    // photos/a.txt is empty and follows the folder; photos/b.txt has 600 bytes.
    const header = bytes.subarray(at, at + 512);
    header.fill(0, 124, 136);
    header[124] = 0x80;
    header.set([0x02, 0x58], 134);
    signed(header);
    const { entries } = await listTar(new Blob([bytes]));
    expect(entries[1]).toEqual({ name: './photos/b.txt', begin: at + 512, sizeBytes: 600 });
    expect(entries).toHaveLength(4);
  });
});

describe('a damaged archive', () => {
  it('that is cut off anywhere gives the files that are whole', async () => {
    const bytes = await fixture('pax');
    const whole = await listTar(new Blob([bytes]));
    const end = Math.ceil((bytes.findLastIndex((byte) => byte !== 0) + 1) / 512) * 512 + 512;
    for (let size = 0; size < bytes.length; size += 171) {
      const { entries, cut } = await listTar(new Blob([bytes.subarray(0, size)]));
      expect(entries).toEqual(whole.entries.filter(({ begin, sizeBytes }) => begin + sizeBytes <= size));
      expect(cut === null).toBe(size >= end);
    }
  });

  it('in a header ends there, and says where', async () => {
    const bytes = await fixture('ustar');
    bytes[512 * 2 + 5] = 0xff;
    const { entries, cut } = await listTar(new Blob([bytes]));
    expect(entries.map(({ name }) => name)).toEqual(['photos/a.txt']);
    expect(cut).toBe('it is damaged at byte 1024');
  });

  it('whose note tells a size below nothing is read once, by the sizes of its headers', async () => {
    const note = new TextEncoder().encode('14 size=-1536\n');
    const bytes = new Uint8Array(4 * 512);
    bytes.set(headerOf('note', 'x', note.length));
    bytes.set(note, 512);
    bytes.set(headerOf('folder/', '5', 0), 1024);
    bytes.set(headerOf('a.txt', '0', 0), 1536);
    const { entries } = await listTar(new Blob([bytes]));
    expect(entries).toEqual([{ name: 'a.txt', begin: 2048, sizeBytes: 0 }]);
  });

  it('is none where its first header does not sum up', () => {
    expect(isTar(new Uint8Array(512))).toBe(false);
    expect(isTar(new TextEncoder().encode('x'.repeat(600)))).toBe(false);
  });
});
