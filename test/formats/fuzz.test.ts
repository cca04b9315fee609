// Thousands of damaged files, the same ones every time: 20,000 of torch.save, 50,000 safetensors. Each is read as a sound file
// or refused with a Fault of kind `file`; nothing else is thrown, nothing hangs, nothing grows beyond the file's own size.
import { crc32 } from 'node:zlib';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FaultError } from '../../src/fault.ts';
import { readTensors } from '../../src/formats/safetensors-file.ts';

import { randomWord, STREAMS } from '../../src/random.ts';
import { readTorchFile } from './read-torch-file.ts';
import golden from './safetensors-golden.json' with { type: 'json' };

const FIXTURES = join(import.meta.dirname, '../fixtures/torch');

/** Whole numbers from 0 to below - 1, of one mutant. */
type Random = (below: number) => number;

function randomOf(mutant: number): Random {
  let index = 0;
  return (below) => Math.floor((randomWord(20_240_607, mutant, STREAMS.drawing, index++) / 2 ** 32) * below);
}

const latin1 = (text: string): number[] => Array.from(text, (char) => char.charCodeAt(0));

/** Changes one to three places at or after `begin`: a byte, a bit, bytes less, bytes more, a piece again, a cut, a length. */
function damage(bytes: number[], begin: number, tokens: readonly string[], random: Random): void {
  for (let n = 1 + random(3); n > 0; n--) {
    const at = Math.min(bytes.length, begin + random(Math.max(1, bytes.length - begin)));
    const kind = random(8);
    if (kind === 0) bytes[at] = random(256);
    else if (kind === 1) bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8));
    else if (kind === 2) bytes.splice(at, 1 + random(4));
    else if (kind === 3) bytes.splice(at, 0, ...latin1(tokens[random(tokens.length)] ?? ''));
    else if (kind === 4) bytes.splice(at, 0, ...bytes.slice(at, at + random(60)));
    else if (kind === 5) bytes.splice(at, 4, ...[random(256), random(4), 0, random(2) * 255]);
    else if (kind === 6) bytes.splice(at, 1, ...latin1(tokens[random(tokens.length)] ?? ''));
    else if (random(4) === 0) bytes.length = at;
  }
}

/** Reads every mutant; how many were refused, and in how many different ways (what was expected, numbers left out). */
async function refusals(
  count: number,
  mutate: (random: Random, i: number) => Uint8Array<ArrayBuffer>,
  read: (file: Blob) => Promise<number>,
): Promise<{ refused: number; ways: number }> {
  let refused = 0;
  const ways = new Set<string>();
  for (let i = 0; i < count; i++) {
    const mutant = mutate(randomOf(i), i);
    try {
      const bytes = await read(new Blob([mutant]));
      if (bytes > 4 * mutant.length) throw new Error(`mutant ${i}: ${bytes} bytes out of ${mutant.length}`);
    } catch (error) {
      if (!(error instanceof FaultError) || error.fault.kind !== 'file')
        throw new Error(`mutant ${i} of ${mutant.length} bytes`, { cause: error });
      refused += 1;
      ways.add(error.fault.expected.replace(/\d+|".*?"/g, ''));
    }
  }
  return { refused, ways: ways.size };
}

const JSON_TOKENS = [
  ...'"{}[],:\\-'.split(''),
  '1e9',
  'null',
  '\\u0000',
  '__metadata__',
  '\0',
  '"F32"',
  '"BF16"',
  '"F64"',
  '9007199254740993',
];

/** The length field is kept right most of the time, so that the damage reaches the parser behind it. */
function mutateSafetensors(original: Uint8Array, random: Random): Uint8Array<ArrayBuffer> {
  const dataBytes = original.length - 8 - Number(new DataView(original.buffer).getBigUint64(0, true));
  const bytes = [...original];
  damage(bytes, random(4) === 0 ? 0 : 8, JSON_TOKENS, random);
  const mutant = Uint8Array.from(bytes);
  if (mutant.length >= 8 && random(4) > 0)
    new DataView(mutant.buffer).setBigUint64(0, BigInt(Math.max(0, mutant.length - 8 - dataBytes)), true);
  return mutant;
}

it('50,000 mutants of safetensors files', { timeout: 240_000 }, async () => {
  const originals = [golden.float32.base64, golden.mixed.base64].map((base64) =>
    Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)),
  );
  originals.push(Uint8Array.from(readFileSync(join(FIXTURES, 'dtypes.safetensors'))));
  const { refused, ways } = await refusals(
    50_000,
    (random, i) => mutateSafetensors(originals[i % originals.length] as Uint8Array, random),
    async (file) => {
      const { tensors } = await readTensors(file);
      return tensors.reduce((sum, { data }) => sum + data.byteLength, 0);
    },
  );
  expect(refused).toBeGreaterThan(40_000);
  expect(ways).toBeGreaterThan(20);
});

const PICKLE_TOKENS = [
  ...'(.NJKMGXU)]}aesutqrhjcQRb02oi'.split(''),
  ...'\x80\x81\x82\x85\x86\x87\x88\x89\x8a\x8b\x8c\x93\x94\x95'.split(''),
  'cos\nsystem\n',
  'ctorch\nHalfStorage\n',
  'ctorch\nSize\n',
  'h\0',
  'q\0',
  '\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f',
  'J\xff\xff\xff\xff',
  'X\xff\xff\xff\x7f',
];

interface Entry {
  name: string;
  content: number[];
}

/** The stored entries of an archive of torch.save, taken apart without our own reader. */
function entriesOf(file: Uint8Array): Entry[] {
  const view = new DataView(file.buffer);
  const entries: Entry[] = [];
  let at = view.getUint32(file.length - 6, true);
  while (view.getUint32(at, true) === 0x0201_4b50) {
    const nameBytes = view.getUint16(at + 28, true);
    const name = new TextDecoder().decode(file.subarray(at + 46, at + 46 + nameBytes));
    const begin = view.getUint32(at + 42, true);
    const from = begin + 30 + view.getUint16(begin + 26, true) + view.getUint16(begin + 28, true);
    entries.push({ name, content: [...file.subarray(from, from + view.getUint32(at + 20, true))] });
    at += 46 + nameBytes + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return entries;
}

/** A sound archive of them, so that damage inside an entry is met behind the zip's own checks. */
function archiveOf(entries: readonly Entry[]): Uint8Array<ArrayBuffer> {
  const [local, central]: [Buffer[], Buffer[]] = [[], []];
  let at = 0;
  for (const { name, content } of entries) {
    const [bytes, nameBytes] = [Buffer.from(content), Buffer.from(name)];
    const header = Buffer.alloc(30);
    header.writeUInt32LE(0x0403_4b50);
    header.writeUInt16LE(nameBytes.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x0201_4b50);
    entry.writeUInt32LE(crc32(bytes), 16);
    entry.writeUInt32LE(bytes.length, 20);
    entry.writeUInt32LE(bytes.length, 24);
    entry.writeUInt16LE(nameBytes.length, 28);
    entry.writeUInt32LE(at, 42);
    local.push(header, nameBytes, bytes);
    central.push(entry, nameBytes);
    at += 30 + nameBytes.length + bytes.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x0605_4b50);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(Buffer.concat(central).length, 12);
  end.writeUInt32LE(at, 16);
  return Uint8Array.from(Buffer.concat([...local, ...central, end]));
}

/** Three of four in the pickle, the others anywhere in the archive. */
function mutateTorch(
  original: Uint8Array,
  entries: readonly Entry[],
  random: Random,
): Uint8Array<ArrayBuffer> {
  if (random(4) === 0) {
    const bytes = [...original];
    // From the middle on, for there lie the zip's own records.
    damage(
      bytes,
      random(2) * (bytes.length >> 1),
      ['PK\x01\x02', 'PK\x05\x06', '\xff\xff\xff\xff', '\0\0'],
      random,
    );
    return Uint8Array.from(bytes);
  }
  const copy = entries.map(({ name, content }) => ({ name, content: [...content] }));
  const isPickle = random(8) > 0;
  const chosen = isPickle ? copy.find(({ name }) => name.endsWith('.pkl')) : copy[random(copy.length)];
  if (chosen) damage(chosen.content, 0, PICKLE_TOKENS, random);
  return archiveOf(copy);
}

it('20,000 mutants of files of torch.save', { timeout: 240_000 }, async () => {
  const originals = ['state_dict.pt', 'views.pt', 'dtypes.pt'].map((name) => {
    const file = Uint8Array.from(readFileSync(join(FIXTURES, name)));
    return { file, entries: entriesOf(file) };
  });
  for (const { entries } of originals) await readTorchFile(new Blob([archiveOf(entries)]));
  const { refused, ways } = await refusals(
    20_000,
    (random, i) => {
      const { file, entries } = originals[i % originals.length] as (typeof originals)[number];
      return mutateTorch(file, entries, random);
    },
    async (file) => bytesIn(await readTorchFile(file)),
  );
  expect(refused).toBeGreaterThan(15_000);
  expect(ways).toBeGreaterThan(50);
});

function bytesIn(value: unknown): number {
  if (Array.isArray(value) || value instanceof Map)
    return [...value.values()].reduce<number>((sum, item) => sum + bytesIn(item), 0);
  const isTensor = typeof value === 'object' && value !== null && 'data' in value;
  return isTensor ? (value.data as Float32Array).byteLength : 0;
}
