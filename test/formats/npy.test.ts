// Claims: arrays that numpy wrote have the shape and the numbers that numpy reads; others, and damaged ones,
// are refused with a Fault.
import { describe, expect, it } from 'vitest';
import { FaultError } from '../../src/fault.ts';
import { npyHeader, npyNumbers } from '../../src/formats/npy.ts';
// Made by make_arrays.py beside it.
import arrays from '../fixtures/arrays/arrays.json' with { type: 'json' };

const bytesOf = (base64: string): Uint8Array => Uint8Array.from(Buffer.from(base64, 'base64'));

/** What is refused: what was expected. */
function refusal(bytes: Uint8Array): string {
  try {
    npyHeader(bytes, bytes.length);
    return 'read';
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    expect(error.fault.kind).toBe('file');
    return `${error.fault.expected}; ${error.fault.got}`;
  }
}

describe('an array', () => {
  it.each(Object.entries(arrays.read))('of %s is what numpy reads', (_, { file, shape, numbers }) => {
    const bytes = bytesOf(file);
    const header = npyHeader(bytes, bytes.length);
    expect(header.shape).toEqual(shape);
    expect(Array.from(npyNumbers(header, bytes.subarray(header.begin)))).toEqual(numbers);
  });

  it.each([
    ['objects', /pickle.*run code/],
    ['columns first', /fortran_order/],
    ['records', /whole or floating-point numbers/],
    ['text', /whole or floating-point numbers/],
    ['complex', /whole or floating-point numbers/],
  ] as const)('of %s is refused', (name, said) => {
    expect(refusal(bytesOf(arrays.refused[name]))).toMatch(said);
  });

  it('that ends early is refused, wherever it ends', () => {
    const bytes = bytesOf(arrays.read.u1.file);
    for (let end = 0; end < bytes.length; end++) expect(refusal(bytes.subarray(0, end))).not.toBe('read');
  });

  it('with any byte of its header changed is read or refused, and nothing else is thrown', () => {
    const bytes = bytesOf(arrays.read.f4.file);
    for (let at = 0; at < 128; at++)
      for (const value of [0, 0x27, 0x39, 0xff]) refusal(bytes.with(at, value));
  });

  it('that says it is larger than any file is refused', () => {
    const text =
      "{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999, 99999999999, 3), }".padEnd(117) + '\n';
    expect(
      refusal(Uint8Array.from([...bytesOf(arrays.read.u1.file).subarray(0, 10), ...Buffer.from(text)])),
    ).toMatch(/bytes, as the shape/);
  });
});
