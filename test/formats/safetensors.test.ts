// The safetensors header: files of the reference implementation are read, ours have the same bytes,
// everything else is refused with the name of what is wrong.
import { describe, expect, it, vi } from 'vitest';
import { FaultError } from '../../src/fault.ts';
import { readHeader, readTensors } from '../../src/formats/safetensors-file.ts';
import {
  allocateTensors,
  encodeHeader,
  headerBytes,
  parseHeader,
  scatter,
} from '../../src/formats/safetensors.ts';
import golden from './safetensors-golden.json' with { type: 'json' };

const fromBase64 = (text: string) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
const floats = (...values: number[]) => new Float32Array(values);

/** A whole file of this header text and `dataBytes` zeros. */
function fileOf(json: string | Uint8Array, dataBytes = 0): Uint8Array<ArrayBuffer> {
  const header = typeof json === 'string' ? new TextEncoder().encode(json) : json;
  const bytes = new Uint8Array(8 + header.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, 8);
  return bytes;
}

function faultFrom(work: () => unknown): FaultError {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(FaultError);
    return error as FaultError;
  }
  throw new Error('it was accepted');
}

const refusal = (json: string | Uint8Array, dataBytes = 0): string => {
  const file = fileOf(json, dataBytes);
  const { fault, message } = faultFrom(() => parseHeader(file, file.length));
  expect(fault.kind).toBe('file');
  return message;
};

describe('files of the reference implementation', () => {
  it('reads every tensor bit for bit, and the metadata', async () => {
    const { tensors, metadata } = await readTensors(new Blob([fromBase64(golden.float32.base64)]));
    expect(new Map(Object.entries(metadata))).toEqual(new Map(golden.float32.metadata as [string, string][]));
    const read = Object.fromEntries(
      tensors.map(({ name, shape, data }) => [name, { shape, bits: [...new Uint32Array(data.buffer)] }]),
    );
    expect(read).toEqual(golden.float32.tensors);
  });

  it('reads headers of other dtypes, and names the one that is no float32', async () => {
    const file = new Blob([fromBase64(golden.mixed.base64)]);
    const header = await readHeader(file);
    expect(Object.fromEntries(header.entries.map(({ name, dtype }) => [name, dtype]))).toEqual(
      golden.mixed.dtypes,
    );
    expect(faultFrom(() => allocateTensors(header)).message).toMatch(/dtype (F16|I64|BOOL)/);
  });

  it('writes the same header, byte for byte, for the same tensors in the same order', () => {
    const file = fromBase64(golden.float32.base64);
    const header = parseHeader(file, file.length);
    expect(encodeHeader(header.entries, header.metadata)).toEqual(file.slice(0, header.dataStart));
  });
});

describe('what is written', () => {
  const tensors = [
    { name: 'unet.conv_in.weight', shape: [2, 1, 1, 3], data: floats(1, 2, 3, 4, 5, 6) },
    { name: 'history.batch_losses', shape: [0], data: floats() },
    { name: 'history.epoch_losses', shape: [0], data: floats() },
    { name: 'a "quoted" \\ name', shape: [], data: floats(7) },
  ];
  const metadata = { format: 'perennial-checkpoint', config: '{"seed":7}', title: 'Fotos \ud800 from Zoë' };

  it('is read back the same, empty tensors in their order', async () => {
    const file = new Blob([encodeHeader(tensors, metadata), ...tensors.map(({ data }) => data)]);
    const read = await readTensors(file);
    expect(read.tensors).toEqual(tensors);
    expect({ ...read.metadata }).toEqual({ ...metadata, title: 'Fotos \ufffd from Zoë' });
  });

  it('is scattered to its tensors whatever the size of the pieces', () => {
    const header = encodeHeader(tensors, metadata);
    const bytes = new Uint8Array(header.length + 28);
    bytes.set(header);
    tensors.reduce((at, { data }) => {
      bytes.set(new Uint8Array(data.buffer), at);
      return at + data.byteLength;
    }, header.length);
    const parsed = parseHeader(bytes, bytes.length);
    for (const piece of [1, 3, 8, 29, bytes.length]) {
      const read = allocateTensors(parsed);
      for (let at = 0; at < bytes.length; at += piece)
        scatter(parsed, read, at, bytes.subarray(at, at + piece));
      expect(read).toEqual(tensors);
    }
  });

  it('has offsets beyond 2 GiB and 4 GiB as they are', () => {
    const shapes = [[600_000_000], [1_200_000_000], [3]];
    const header = encodeHeader(
      shapes.map((shape, i) => ({ name: `t${i}`, shape })),
      {},
    );
    const { entries, dataStart } = parseHeader(header, header.length + 7_200_000_012);
    expect(entries.map(({ begin, end }) => [begin, end])).toEqual([
      [0, 2_400_000_000],
      [2_400_000_000, 7_200_000_000],
      [7_200_000_000, 7_200_000_012],
    ]);
    expect(dataStart).toBe(header.length);
  });
});

describe('what is refused, and what the message names', () => {
  const f32 = (name: string, shape: string, offsets: string) =>
    `"${name}":{"dtype":"F32","shape":${shape},"data_offsets":${offsets}}`;

  it.each([
    ['a duplicate tensor', `{${f32('w', '[1]', '[0,4]')},${f32('w', '[1]', '[4,8]')}}`, 8, 'w twice'],
    [
      'a name escaped to look new',
      `{${f32('w', '[0]', '[0,0]')},${f32('\\u0077', '[1]', '[0,4]')}}`,
      4,
      'w twice',
    ],
    ['a duplicate metadata key', '{"__metadata__":{"a":"1","a":"2"}}', 0, 'a twice'],
    ['two metadata objects', '{"__metadata__":{},"__metadata__":{}}', 0, '__metadata__ twice'],
    ['metadata that is no text', '{"__metadata__":{"step":5}}', 0, 'character 24'],
    ['an unknown dtype', '{"w":{"dtype":"F31","shape":[1],"data_offsets":[0,4]}}', 4, 'F31'],
    ['an unknown field', '{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}', 4, 'got x'],
    ['no offsets', '{"w":{"dtype":"F32","shape":[1]}}', 4, 'no two data_offsets'],
    ['rank 9', `{${f32('w', '[1,1,1,1,1,1,1,1,1]', '[0,4]')}}`, 4, 'at most 8'],
    ['a negative extent', `{${f32('w', '[-1]', '[0,4]')}}`, 4, '"-1]'],
    ['a fraction', `{${f32('w', '[1.5]', '[0,4]')}}`, 4, '".5]'],
    ['a leading zero', `{${f32('w', '[01]', '[0,4]')}}`, 4, '"01]'],
    ['2^53', `{${f32('w', '[9007199254740992]', '[0,4]')}}`, 4, '2^53 - 1'],
    ['a product that overflows', `{${f32('w', '[4294967296,4294967296]', '[0,4]')}}`, 4, 'fewer than 2^53'],
    ['a shape that does not fit its bytes', `{${f32('w', '[2]', '[0,4]')}}`, 4, 'data_offsets [0, 4]'],
    ['offsets reversed', `{${f32('w', '[1]', '[4,0]')}}`, 4, 'data_offsets [4, 0]'],
    ['a hole', `{${f32('a', '[1]', '[0,4]')},${f32('b', '[1]', '[8,12]')}}`, 12, 'offset 8'],
    ['an overlap', `{${f32('a', '[2]', '[0,8]')},${f32('b', '[1]', '[4,8]')}}`, 8, 'offset 4'],
    ['data missing', `{${f32('a', '[2]', '[0,8]')}}`, 7, '7 bytes'],
    ['data too many', `{${f32('a', '[2]', '[0,8]')}}`, 9, '9 bytes'],
    ['a header that is no object', '[]', 0, 'byte 91'],
    ['text after the header', '{} x', 0, '"x"'],
    ['a string that does not end', '{"a', 0, 'end of the header'],
    ['a backslash at the end', '{"a\\', 0, 'end of the header'],
    ['a lone surrogate', '{"__metadata__":{"a":"\\ud800"}}', 0, 'Unicode text'],
    ['a wrong escape', '{"__metadata__":{"a":"\\x41"}}', 0, 'valid escapes'],
  ])('%s', (_, json, dataBytes, named) => {
    expect(refusal(json, dataBytes)).toContain(named);
  });

  it('bytes that are no UTF-8, and a byte order mark', () => {
    expect(refusal(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d))).toContain('UTF-8');
    expect(refusal(Uint8Array.of(0xef, 0xbb, 0xbf, 0x7b, 0x7d))).toContain('byte 239');
  });

  it('more than 20,000 tensors', () => {
    const entries = Array.from({ length: 20_001 }, (_, i) => f32(`t${i}`, '[0]', '[0,0]'));
    expect(refusal(`{${entries.slice(0, 20_001).join(',')}}`)).toContain('at most 20000 tensors');
    const file = fileOf(`{${entries.slice(0, 20_000).join(',')}}`);
    expect(parseHeader(file, file.length).entries).toHaveLength(20_000);
  });

  it.each([
    ['an empty file', new Uint8Array(0), 'at least 8 bytes'],
    ['a JPEG', Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16, 74, 70, 73, 70), 'a header of'],
    ['a header longer than the file', fileOf('{}').subarray(0, 9), 'in a file of 9'],
  ])('%s', (_, bytes, named) => {
    const { fault, message } = faultFrom(() => headerBytes(bytes, bytes.length));
    expect(fault.kind).toBe('file');
    expect(message).toContain(named);
  });

  it('a header of more than 16 MiB, from its first 8 bytes', () => {
    const first = new Uint8Array(8);
    new DataView(first.buffer).setBigUint64(0, 16n * 1024n * 1024n + 1n, true);
    expect(faultFrom(() => headerBytes(first, 2 ** 40)).message).toContain('16777216');
  });

  it('16 MiB of nested brackets, at the first of them', () => {
    expect(refusal(`{"a":${'['.repeat(16_000_000)}`)).toContain('character 5');
  });

  it('16 MiB of tiny metadata, at the first entry too many, reading no character behind it', () => {
    const pairs = Array.from({ length: 1_200_000 }, (_, i) => `"${i.toString(36)}":""`);
    const text = `{"__metadata__":{${pairs.join(',')}}}`;
    const enough = `{"__metadata__":{${pairs.slice(0, 10_001).join(',')}`;
    const read = vi.spyOn(String.prototype, 'charCodeAt');
    expect(refusal(text)).toContain('at most 10000');
    expect(read.mock.calls.length).toBeLessThan(4 * enough.length);
    read.mockRestore();
  });
});

it('treats __proto__ and constructor as names like any other', () => {
  const file = fileOf(
    '{"__metadata__":{"__proto__":"x","constructor":"y"},"__proto__":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
    4,
  );
  const { entries, metadata } = parseHeader(file, file.length);
  expect(Object.keys(metadata)).toEqual(['__proto__', 'constructor']);
  expect(entries.map(({ name }) => name)).toEqual(['__proto__']);
  expect(Object.getPrototypeOf(metadata)).toBeNull();
});
