// Claims halves, bfloats and doubles as float32: every one of the 65,536 halves and bfloats by its
// definition.
import { describe, expect, it } from 'vitest';
import { floatsOf, floatsOfBfloats, floatsOfDoubles, floatsOfHalves } from '../../src/formats/half-floats.ts';
import { halfValue } from './half-value.ts';

const ALL = Uint16Array.from({ length: 0x1_0000 }, (_, bits) => bits);
const bytesOf = (numbers: ArrayBufferView): Uint8Array => new Uint8Array(numbers.buffer as ArrayBuffer);

/** The same bytes at an odd offset of a larger buffer. */
function moved(bytes: Uint8Array): Uint8Array {
  const room = new Uint8Array(bytes.length + 3);
  room.set(bytes, 3);
  return room.subarray(3);
}

describe('halves', () => {
  it('are all read as what they are', () => {
    const floats = floatsOfHalves(moved(bytesOf(ALL)));
    expect(floats.findIndex((float, bits) => !Object.is(float, halfValue(bits)))).toBe(-1);
  });
});

describe('numbers of other widths', () => {
  it('bfloat16 is the upper half of a float32', () => {
    const floats = floatsOfBfloats(moved(bytesOf(ALL)));
    const upper = Float32Array.from(new Float32Array(Uint32Array.from(ALL, (bits) => bits << 16).buffer));
    expect(floats.findIndex((float, i) => !Object.is(float, upper[i]))).toBe(-1);
  });

  it('doubles are rounded to the nearest float32, float32 is copied', () => {
    const numbers = [0.1, -1e-50, 1e300, Math.PI, NaN];
    expect([...floatsOfDoubles(moved(bytesOf(Float64Array.from(numbers))))]).toEqual(
      numbers.map(Math.fround),
    );
    const floats = Float32Array.from(numbers);
    const read = floatsOf(moved(bytesOf(floats)));
    expect(read).toEqual(floats);
    expect(read.buffer.byteLength).toBe(4 * numbers.length);
  });
});
