// How the page writes numbers: 24,000; 12.4; 37 min; 10 h; MiB for files, GB for storage.
import { describe, expect, it } from 'vitest';
import * as format from '../../src/ui/format.ts';

const rows = <T>(write: (value: T) => string, pairs: readonly (readonly [T, string])[]): void => {
  for (const [value, text] of pairs) expect(write(value)).toBe(text);
};

describe('format', () => {
  it('groups whole numbers by commas, whatever the language of the browser', () => {
    rows(format.count, [
      [0, '0'],
      [999, '999'],
      [24_000, '24,000'],
      [1_234_567, '1,234,567'],
    ]);
  });

  it('writes three digits of a rate', () => {
    rows(format.rate, [
      [0.4211, '0.42'],
      [12.44, '12.4'],
      [1234.5, '1,235'],
    ]);
  });

  it('writes a loss with four decimals, very small and very large ones with an exponent', () => {
    rows(format.loss, [
      [0.12884, '0.1288'],
      [0, '0.0000'],
      [0.000012, '1.20e-5'],
      [123_456, '1.23e+5'],
      [NaN, 'not finite'],
    ]);
  });

  it('writes a learning rate as it is typed into the form', () => {
    rows(format.learningRate, [
      [2e-4, '0.0002'],
      [0.002, '0.002'],
      [4.00001e-6, '0.000004'],
      [0, '0'],
    ]);
  });

  it('writes the speed in steps a second, below 0.1 in time a step', () => {
    rows(format.speed, [
      [12.44, '12.4 steps/s'],
      [0.1, '0.10 steps/s'],
      [1 / 14, '14 s/step'],
      [1 / 150, '2.5 min/step'],
    ]);
  });

  it('writes an estimate to one figure', () => {
    rows(format.estimated, [
      [0.2, '1 s'],
      [46, '45 s'],
      [84, '1.5 min'],
      [2.7 * 60, '2.5 min'],
      [282, '5 min'],
      [14.9 * 60, '15 min'],
      [15.1 * 60, '15 min'],
      [37 * 60, '35 min'],
      [34 * 3600, '35 h'],
      [41 * 3600, '40 h'],
      [6.4 * 86_400, '6 days'],
    ]);
  });

  it('writes steps under a frame in three characters or so', () => {
    rows(format.shortStep, [
      [0, '0'],
      [950, '950'],
      [2000, '2k'],
      [2500, '2.5k'],
      [24_000, '24k'],
      [1_500_000, '1.5M'],
    ]);
  });

  it('writes times in the unit that says most', () => {
    rows(format.duration, [
      [0.2, 'under 1 s'],
      [56.4, '56 s'],
      [60, '1 min'],
      [81, '1.4 min'],
      [37 * 60, '37 min'],
      [59.6 * 60, '1 h'],
      [10 * 3600, '10 h'],
      [72 * 3600, '3 days'],
      [5533 * 86_400, '15 years'],
    ]);
    rows(format.roughly, [
      [56.4, '56 s'],
      [163, '3 min'],
      [7200, '2 h'],
    ]);
  });

  it('writes ages without seconds', () => {
    rows(format.age, [
      [-5000, 'just now'],
      [10_000, 'just now'],
      [120_000, '2 min ago'],
      [3 * 3_600_000, '3 h ago'],
      [86_400_000, '1 day ago'],
    ]);
  });

  it('writes files in binary and storage in decimal units', () => {
    rows(format.fileSize, [
      [812, '812 bytes'],
      [1.6 * 2 ** 20, '1.6 MiB'],
      [99 * 2 ** 20, '99 MiB'],
      [3.2 * 2 ** 30, '3.2 GiB'],
    ]);
    rows(format.storage, [
      [0, '0 MB'],
      [12e6, '12 MB'],
      [168e6, '168 MB'],
      [1.12e9, '1.1 GB'],
      [10.2e9, '10 GB'],
    ]);
  });

  it('writes a part of an epoch as a decimal', () => {
    rows(format.parts, [
      [1, '1'],
      [3.96, '3.9'],
      [0.0244, '0.02'],
      [0.001, 'under 0.01'],
      [7433.7, '7,433'],
    ]);
  });

  it('separates the numbers of a sentence, and leaves names and what programs write', () => {
    rows(format.separated, [
      ['step 25412 of 40000', 'step 25,412 of 40,000'],
      ['at most 134217728 bytes', 'at most 134,217,728 bytes'],
      ['(1536 MiB).', '(1,536 MiB).'],
      ['12345.', '12,345.'],
      ['812 pictures, unet_step_24000', '812 pictures, unet_step_24000'],
      ['own-12345678, run-00001111', 'own-12345678, run-00001111'],
      ['0.12345, 1234.5, 12345e3', '0.12345, 1234.5, 12345e3'],
      ['25,412 and localhost:4173', '25,412 and localhost:4173'],
      ['2026-11-30 and slot 0x887A0006', '2026-11-30 and slot 0x887A0006'],
    ]);
  });

  it('writes parameters in millions', () => {
    rows(format.many, [
      [101_347, '101,347'],
      [6_500_000, '6.5 million'],
      [35_746_307, '35.7 million'],
    ]);
  });
});
