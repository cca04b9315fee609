// Claims zip archives: what we write has the bytes that were given, what other programs write (deflate,
// folders, comments, ZIP64) is read, and every lie that an archive can tell (size, place, name, checksum,
// encryption) is refused in words. Bombs stay small.
import { deflateRawSync, crc32 as zlibCrc32 } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { FaultError } from '../../src/fault.ts';
import { openZip } from '../../src/formats/zip-reader.ts';
import { zipBlob } from '../../src/formats/zip-writer.ts';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const bytesOf = (content: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(content);

interface Made {
  name: string;
  content: string | Uint8Array;
  method?: number;
  /** What the directory says instead of the truth. */
  lies?: Partial<Record<'crc' | 'size' | 'compressed' | 'begin' | 'flags' | 'method', number>>;
  localName?: string;
}

/**
 * An archive by hand, by PKWARE's APPNOTE, with its lies. `zip64`: with the records that torch.save writes.
 */
function archive(
  entries: Made[],
  { comment = '', count = entries.length, zip64 = false, prefix = 0 } = {},
): Blob {
  const parts: Uint8Array<ArrayBuffer>[] = [new Uint8Array(prefix)];
  const directory: Uint8Array<ArrayBuffer>[] = [];
  let at = prefix;
  for (const { name, content, method = 0, lies = {}, localName = name } of entries) {
    const raw = typeof content === 'string' ? bytesOf(content) : Uint8Array.from(content);
    const packed = method === 8 ? Uint8Array.from(deflateRawSync(raw)) : raw;
    const [nameBytes, localBytes] = [bytesOf(name), bytesOf(localName)];
    const local = new DataView(new ArrayBuffer(30));
    local.setUint32(0, 0x0403_4b50, true);
    local.setUint16(6, lies.flags ?? 0, true);
    local.setUint16(8, method, true);
    local.setUint16(26, localBytes.length, true);
    const central = new DataView(new ArrayBuffer(46));
    central.setUint32(0, 0x0201_4b50, true);
    central.setUint16(8, lies.flags ?? 0, true);
    central.setUint16(10, lies.method ?? method, true);
    central.setUint32(16, lies.crc ?? zlibCrc32(raw), true);
    central.setUint32(20, lies.compressed ?? packed.length, true);
    central.setUint32(24, lies.size ?? raw.length, true);
    central.setUint16(28, nameBytes.length, true);
    central.setUint32(42, lies.begin ?? at, true);
    parts.push(new Uint8Array(local.buffer), localBytes, packed);
    directory.push(new Uint8Array(central.buffer), nameBytes);
    at += 30 + localBytes.length + packed.length;
  }
  const directoryBytes = directory.reduce((sum, { length }) => sum + length, 0);
  const end = new DataView(new ArrayBuffer(22));
  end.setUint32(0, 0x0605_4b50, true);
  end.setUint16(8, zip64 ? 0xffff : count, true);
  end.setUint16(10, zip64 ? 0xffff : count, true);
  end.setUint32(12, zip64 ? 0xffff_ffff : directoryBytes, true);
  end.setUint32(16, zip64 ? 0xffff_ffff : at, true);
  end.setUint16(20, comment.length, true);
  const end64 = new DataView(new ArrayBuffer(zip64 ? 76 : 0));
  if (zip64) {
    end64.setUint32(0, 0x0606_4b50, true);
    end64.setBigUint64(4, 44n, true);
    end64.setBigUint64(24, BigInt(count), true);
    end64.setBigUint64(32, BigInt(count), true);
    end64.setBigUint64(40, BigInt(directoryBytes), true);
    end64.setBigUint64(48, BigInt(at), true);
    end64.setUint32(56, 0x0706_4b50, true);
    end64.setBigUint64(64, BigInt(at + directoryBytes), true);
    end64.setUint32(72, 1, true);
  }
  return new Blob([...parts, ...directory, end64.buffer, end.buffer, comment]);
}

/** The words of the fault that opening the archive and reading every entry ends in. */
async function refusal(file: Blob, rules = { stored: false }): Promise<string> {
  try {
    for (const entry of await openZip(file, rules)) await entry.read();
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    expect(error.fault.kind).toBe('file');
    return `${error.fault.expected}; ${error.fault.got}`;
  }
  return 'nothing refused';
}

describe('a sound archive', () => {
  it('comes back as it was written, as bytes and as a file', async () => {
    const big = new Uint8Array(3_000_000).map((_, i) => i * 7 + (i >> 8));
    const file = await zipBlob([
      { name: 'a/b.txt', content: 'hello' },
      { name: 'a/empty', content: new Uint8Array(0) },
      { name: 'müll.bin', content: new Blob([big]) },
    ]);
    const entries = await openZip(file, { stored: true });
    expect(entries.map(({ name, sizeBytes }) => [name, sizeBytes])).toEqual([
      ['a/b.txt', 5],
      ['a/empty', 0],
      ['müll.bin', 3_000_000],
    ]);
    expect(text((await entries[0]?.read()) ?? big)).toBe('hello');
    expect(await (await entries[0]?.blob())?.text()).toBe('hello');
    expect(Buffer.compare((await entries[2]?.read()) ?? new Uint8Array(), big)).toBe(0);
    const read = await (await entries[2]?.blob())?.arrayBuffer();
    expect(Buffer.compare(new Uint8Array(read ?? []), big)).toBe(0);
  });

  it('is the same archive every time, and leaves what it was given as it was', async () => {
    const content = new Uint8Array(new ArrayBuffer(64), 8, 16).fill(7);
    const [one, two] = [await zipBlob([{ name: 'x', content }]), await zipBlob([{ name: 'x', content }])];
    expect(await one.arrayBuffer()).toEqual(await two.arrayBuffer());
    expect(content.byteLength).toBe(16);
  });

  it('of 70,000 entries is counted in ZIP64, as unzip and 7z ask for', async () => {
    const many = Array.from({ length: 70_000 }, (_, i) => ({ name: `${i}`, content: 'x' }));
    const file = await zipBlob(many);
    const end = new DataView(await file.slice(-98).arrayBuffer());
    expect(end.getUint32(0, true)).toBe(0x0606_4b50);
    expect(end.getUint32(56, true)).toBe(0x0706_4b50);
    const [count, directoryBytes, directoryAt] = [32, 40, 48].map((at) => Number(end.getBigUint64(at, true)));
    expect(count).toBe(70_000);
    expect((directoryAt ?? 0) + (directoryBytes ?? 0)).toBe(file.size - 98);
    expect(Number(end.getBigUint64(64, true))).toBe(file.size - 98);
    expect(await refusal(file)).toContain('at most 20000 entries; 70000');
    expect(await refusal(await zipBlob(many.slice(0, 3)))).toBe('nothing refused');
  });

  it('may be deflated, have folders, a comment with an end record in it, and ZIP64 records', async () => {
    const made = [
      { name: 'folder/', content: '' },
      { name: 'folder/x', content: 'x'.repeat(10_000), method: 8 },
    ];
    for (const options of [{}, { comment: 'PK\u0005\u0006 and more than twenty bytes' }, { zip64: true }]) {
      const entries = await openZip(archive(made, options), { stored: false });
      expect(entries.map(({ name }) => name)).toEqual(['folder/x']);
      expect(text((await entries[0]?.read()) ?? new Uint8Array())).toBe('x'.repeat(10_000));
      expect((await entries[0]?.blob())?.size).toBe(10_000);
    }
  });
});

describe('an archive that lies', () => {
  const one = { name: 'a', content: 'hello hello hello' };
  const two = { name: 'b', content: 'second' };
  it.each<[string, Blob, string]>([
    ['nothing', new Blob([]), 'the record that ends a zip archive'],
    ['no zip', new Blob(['x'.repeat(1000)]), 'the record that ends a zip archive'],
    ['bytes in front', archive([{ ...one, lies: { begin: 0 } }], { prefix: 9 }), 'the header of "a"'],
    ['two names', archive([{ ...one, localName: 'c' }]), 'another name'],
    ['one name twice', archive([one, one]), '"a" twice'],
    ['a way out', archive([{ ...one, name: 'x/../../etc/passwd' }]), 'without ".."; "x/../../etc/passwd"'],
    ['an absolute name', archive([{ ...one, name: '/etc/passwd' }]), '"/etc/passwd"'],
    ['a drive', archive([{ ...one, name: 'C:/x' }]), '"C:/x"'],
    ['a backslash', archive([{ ...one, name: 'a\\b' }]), 'a\\\\b'],
    ['encryption', archive([{ ...one, lies: { flags: 1 } }]), 'without encryption; flags 0x1 for "a"'],
    ['another method', archive([{ ...one, lies: { method: 12 } }]), 'compression method 12 for "a"'],
    ['two methods', archive([{ ...one, lies: { method: 8 } }]), 'one compression method for "a"'],
    ['another checksum', archive([{ ...one, lies: { crc: 1 } }]), 'CRC-32 1 for "a"'],
    ['a size too many', archive([{ ...one, lies: { size: 18 } }]), '18 bytes from 17 stored ones'],
    [
      'more than there is',
      archive([{ ...one, lies: { size: 99, compressed: 99 } }]),
      '"a" to end before byte 48',
    ],
    ['overlap', archive([one, { ...two, lies: { begin: 10 } }]), 'to end before byte 10'],
    ['the same bytes twice', archive([one, { ...two, lies: { begin: 0 } }]), 'to end before byte 0'],
    ['a count too high', archive([one], { count: 2 }), '2 entries, as the end record says; 1'],
    ['a count too low', archive([one, two], { count: 1 }), '1 entries, as the end record says; more'],
    ['20,001 entries', archive([one], { count: 20_001 }), 'at most 20000 entries; 20001'],
    [
      'a ZIP64 count',
      archive([one], { count: 2 ** 40, zip64: true }),
      'at most 20000 entries; 1099511627776',
    ],
    ['deflated less', archive([{ ...one, method: 8, lies: { size: 3 } }]), '3 bytes in "a"; more'],
    ['deflated more', archive([{ ...one, method: 8, lies: { size: 30 } }]), '30 bytes in "a"; 17 bytes'],
  ])('%s', async (_, file, words) => {
    expect(await refusal(file)).toContain(words);
  });

  it('deflated where all must be stored', async () => {
    expect(await refusal(archive([{ ...one, method: 8 }]), { stored: true })).toContain(
      'stored entries only',
    );
  });

  it('cut off anywhere', async () => {
    const whole = archive([one, two], { zip64: true });
    for (let size = 0; size < whole.size; size++)
      expect(await refusal(whole.slice(0, size))).not.toBe('nothing refused');
  });
});

describe('a bomb', () => {
  it('that grows a thousandfold is refused before a byte of it is made', async () => {
    const file = archive([{ name: 'bomb', content: new Uint8Array(70e6), method: 8 }]);
    expect(file.size).toBeLessThan(70_000);
    expect(await refusal(file)).toContain('sizes of "bomb" that add up; 70000000 bytes from');
  });

  it('that hides its size is stopped at the size it tells: a piece of it is read, and no more', async () => {
    const file = archive([{ name: 'bomb', content: new Uint8Array(20e6), method: 8, lies: { size: 1000 } }]);
    const reader = ReadableStreamDefaultReader.prototype as ReadableStreamDefaultReader<Uint8Array>;
    // oxlint-disable-next-line typescript/unbound-method -- called on its reader below
    const plain = reader.read;
    let bytes = 0;
    const reads = vi.spyOn(reader, 'read').mockImplementation(async function (this: typeof reader) {
      const piece = await plain.call(this);
      bytes += piece.value?.length ?? 0;
      return piece;
    });
    expect(await refusal(file)).toContain('1000 bytes in "bomb"; more');
    reads.mockRestore();
    expect(bytes).toBeGreaterThan(1000);
    expect(bytes).toBeLessThan(1e6);
  });
});
