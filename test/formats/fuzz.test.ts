// Thousands of damaged files, the same ones every time: 2 of 7 from torch.save, the others safetensors. 5,000
// in all, 70,000 in the sweep (`npm run test:sweep`). Each file is read as a sound one or refused with a
// Fault of kind `file`; nothing else is thrown, and nothing grows beyond the file's own size.
import { crc32 } from 'node:zlib';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FaultError } from '../../src/fault.ts';
import { readTensors } from '../../src/formats/safetensors-file.ts';

import { randomWord, STREAMS } from '../../src/random.ts';
import { readTorchFile } from './read-torch-file.ts';
import golden from './safetensors-golden.json' with { type: 'json' };

const MUTANTS = Number(process.env['FUZZ_MUTANTS'] ?? 5_000);
const OF_TORCH = Math.round((2 / 7) * MUTANTS);
const OF_SAFETENSORS = MUTANTS - OF_TORCH;

type Bytes = Uint8Array<ArrayBuffer>;

const FIXTURES = join(import.meta.dirname, '../fixtures/torch');

/** Draws the whole numbers 0..below-1 of one mutant. */
type Random = (below: number) => number;

function randomOf(mutant: number): Random {
  let index = 0;
  return (below) => Math.floor((randomWord(20_240_607, mutant, STREAMS.drawing, index++) / 2 ** 32) * below);
}

/** `bytes` with others in the place of `count` of them from `at` on. */
const spliced = (bytes: Bytes, at: number, count: number, others: Uint8Array = new Uint8Array()): Bytes =>
  Uint8Array.from(Buffer.concat([bytes.subarray(0, at), others, bytes.subarray(at + count)]));

/**
 * `bytes` changed in one to three places at or after `begin`: a byte, a bit, bytes less, bytes more, a piece
 * again, a cut, a length.
 */
function damaged(bytes: Bytes, begin: number, tokens: readonly string[], random: Random): Bytes {
  let result = bytes;
  for (let n = 1 + random(3); n > 0; n--) {
    const at = Math.min(result.length, begin + random(Math.max(1, result.length - begin)));
    result = damagedOnce(result, at, tokens, random);
  }
  return result;
}

function damagedOnce(bytes: Bytes, at: number, tokens: readonly string[], random: Random): Bytes {
  const token = (): Buffer => Buffer.from(tokens[random(tokens.length)] ?? '', 'latin1');
  switch (random(8)) {
    case 0:
      return spliced(bytes, at, 1, Uint8Array.of(random(256)));
    case 1:
      return spliced(bytes, at, 1, Uint8Array.of((bytes[at] ?? 0) ^ (1 << random(8))));
    case 2:
      return spliced(bytes, at, 1 + random(4));
    case 3:
      return spliced(bytes, at, 0, token());
    case 4:
      return spliced(bytes, at, 0, bytes.slice(at, at + random(60)));
    case 5:
      return spliced(bytes, at, 4, Uint8Array.of(random(256), random(4), 0, random(2) * 255));
    case 6:
      return spliced(bytes, at, 1, token());
    default:
      return random(4) === 0 ? bytes.slice(0, at) : bytes;
  }
}

/**
 * Reads every mutant. Returns how many were refused, and in how many ways (the fault's `expected`, numbers
 * left out).
 */
async function refusals(
  count: number,
  mutate: (random: Random, i: number) => Bytes,
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

/** Most mutants keep a correct length field, so that the damage reaches the parser behind it. */
function mutateSafetensors(original: Bytes, random: Random): Bytes {
  const dataBytes = original.length - 8 - Number(new DataView(original.buffer).getBigUint64(0, true));
  const mutant = damaged(original.slice(), random(4) === 0 ? 0 : 8, JSON_TOKENS, random);
  if (mutant.length >= 8 && random(4) > 0)
    new DataView(mutant.buffer).setBigUint64(0, BigInt(Math.max(0, mutant.length - 8 - dataBytes)), true);
  return mutant;
}

it(`${OF_SAFETENSORS} mutants of safetensors files`, async () => {
  const originals = [golden.float32.base64, golden.mixed.base64].map((base64) =>
    Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)),
  );
  originals.push(Uint8Array.from(readFileSync(join(FIXTURES, 'dtypes.safetensors'))));
  const { refused, ways } = await refusals(
    OF_SAFETENSORS,
    (random, i) => mutateSafetensors(originals[i % originals.length] as Bytes, random),
    async (file) => {
      const { tensors } = await readTensors(file);
      return tensors.reduce((sum, { data }) => sum + data.byteLength, 0);
    },
  );
  expect(refused).toBeGreaterThan(0.8 * OF_SAFETENSORS);
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

const ZIP_TOKENS = ['PK\x01\x02', 'PK\x05\x06', '\xff\xff\xff\xff', '\0\0'];

interface Entry {
  name: string;
  content: Bytes;
}

/** The stored entries of an archive of torch.save, taken apart without our own reader. */
function entriesOf(file: Bytes): Entry[] {
  const view = new DataView(file.buffer);
  const entries: Entry[] = [];
  let at = view.getUint32(file.length - 6, true);
  while (view.getUint32(at, true) === 0x0201_4b50) {
    const nameBytes = view.getUint16(at + 28, true);
    const name = new TextDecoder().decode(file.subarray(at + 46, at + 46 + nameBytes));
    const begin = view.getUint32(at + 42, true);
    const from = begin + 30 + view.getUint16(begin + 26, true) + view.getUint16(begin + 28, true);
    entries.push({ name, content: file.slice(from, from + view.getUint32(at + 20, true)) });
    at += 46 + nameBytes + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return entries;
}

/** A sound archive of these entries: damage inside an entry is met behind the zip's own checks. */
function archiveOf(entries: readonly Entry[]): Bytes {
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

/**
 * Three of four mutants are damaged inside an entry, most of these in the pickle; the others anywhere in the
 * archive.
 */
function mutateTorch(original: Bytes, entries: readonly Entry[], random: Random): Bytes {
  if (random(4) === 0) {
    // Half of them from the middle on, where the zip's own records are.
    return damaged(original, random(2) * (original.length >> 1), ZIP_TOKENS, random);
  }
  const isPickle = random(8) > 0;
  const pickle = entries.findIndex(({ name }) => name.endsWith('.pkl'));
  const chosen = isPickle ? pickle : random(entries.length);
  return archiveOf(
    entries.map(({ name, content }, i) => ({
      name,
      content: i === chosen ? damaged(content, 0, PICKLE_TOKENS, random) : content,
    })),
  );
}

it(`${OF_TORCH} mutants of files of torch.save`, async () => {
  const originals = ['state_dict.pt', 'views.pt', 'dtypes.pt'].map((name) => {
    const file = Uint8Array.from(readFileSync(join(FIXTURES, name)));
    return { file, entries: entriesOf(file) };
  });
  for (const { entries } of originals) await readTorchFile(new Blob([archiveOf(entries)]));
  const { refused, ways } = await refusals(
    OF_TORCH,
    (random, i) => {
      const { file, entries } = originals[i % originals.length] as (typeof originals)[number];
      return mutateTorch(file, entries, random);
    },
    async (file) => bytesIn(await readTorchFile(file)),
  );
  expect(refused).toBeGreaterThan(0.75 * OF_TORCH);
  expect(ways).toBeGreaterThan(40);
});

function bytesIn(value: unknown): number {
  if (Array.isArray(value) || value instanceof Map)
    return [...value.values()].reduce<number>((sum, item) => sum + bytesIn(item), 0);
  const isTensor = typeof value === 'object' && value !== null && 'data' in value;
  return isTensor ? (value.data as Float32Array).byteLength : 0;
}
