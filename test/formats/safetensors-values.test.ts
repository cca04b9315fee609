// The numbers in a checkpoint: NaN, Inf and negative second
// moments are refused wherever they are, nothing else is.
import { describe, expect, it } from 'vitest';
import { FaultError } from '../../src/fault.ts';
import { checkTensors } from '../../src/formats/safetensors-values.ts';

const LARGEST = 0x7f7f_ffff;

/** The element that a tensor of these float32 bits is refused for; -1 where it is accepted. */
function refusedAt(name: string, ...bits: number[]): number {
  const data = new Float32Array(Uint32Array.from(bits).buffer);
  try {
    checkTensors([{ name, shape: [bits.length], data }]);
  } catch (error) {
    if (error instanceof FaultError) return Number(/ at element (\d+)$/.exec(error.fault.got)?.[1]);
    throw error;
  }
  return -1;
}

describe('finite', () => {
  it.each([
    ['Inf', 0x7f80_0000],
    ['-Inf', 0xff80_0000],
    ['quiet NaN', 0x7fc0_0000],
    ['the smallest NaN', 0x7f80_0001],
    ['a negative NaN', 0xffff_ffff],
  ])('%s is found, by its place', (_, bits) => {
    expect(refusedAt('unet.a', 0, LARGEST, bits, bits)).toBe(2);
  });

  it('the largest, the smallest and both zeros are finite', () => {
    const finite = [LARGEST, LARGEST | 0x8000_0000, 1, 0x8000_0001, 0, 0x8000_0000];
    expect(refusedAt('unet.a', ...finite)).toBe(-1);
  });
});

it('negative means below zero: -0 is not, the smallest negative is', () => {
  const negativeAt = (...bits: number[]) => refusedAt('optimizer.exp_avg_sq.a', ...bits);
  expect(negativeAt(0x8000_0000, 0, 1, LARGEST)).toBe(-1);
  expect(negativeAt(0x8000_0000, 0x8000_0001)).toBe(1);
  expect(negativeAt(0, 0xff7f_ffff)).toBe(1);
});

describe('a checkpoint', () => {
  const check = (name: string, ...values: number[]) =>
    checkTensors([
      { name: 'unet.a', shape: [1], data: Float32Array.of(-1) },
      { name, shape: [values.length], data: Float32Array.from(values) },
    ]);
  const fault = (name: string, ...values: number[]) => {
    try {
      check(name, ...values);
    } catch (error) {
      if (error instanceof FaultError) return error.fault;
    }
    throw new Error('it was accepted');
  };

  it('may hold NaN in its histories only', () => {
    expect(() => check('history.batch_losses_by_quartile', NaN, 1)).not.toThrow();
    expect(fault('ema.conv_in.weight', 1, NaN)).toMatchObject({
      kind: 'not-finite',
      expected: 'finite numbers in ema.conv_in.weight',
      got: 'NaN at element 1',
    });
  });

  it('has no second moment below zero; first moments and weights may be', () => {
    expect(() => check('optimizer.exp_avg.conv_in.weight', -1)).not.toThrow();
    expect(fault('optimizer.exp_avg_sq.conv_in.weight', 0, -0, -1e-30)).toMatchObject({
      kind: 'file',
      got: expect.stringContaining('at element 2') as string,
    });
  });
});
