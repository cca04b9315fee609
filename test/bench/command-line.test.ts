// The benchmark's command line: defaults, presets' own batches, and errors that say what was expected.
import { describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../bench/command-line.ts';
import { amountOf } from '../../bench/options.ts';

describe('parseCommandLine', () => {
  it('measures preset bench at its batch of 4 in a browser by default', () => {
    expect(parseCommandLine(['--quick'])).toEqual({
      options: { preset: 'bench', batch: 4, quick: true, executor: 'plan' },
      where: 'browser',
      adapter: 'auto',
      torch: false,
    });
  });

  it("takes the preset's own batch unless told", () => {
    expect(parseCommandLine(['--preset', 'cifar']).options.batch).toBe(64);
    expect(parseCommandLine(['--preset', 'cifar', '--batch', '2']).options.batch).toBe(2);
  });

  it.each([
    [
      ['--preset', 'huge'],
      /--preset: expected one of tiny, bench, small, cifar, text-tiny, text, text-wide, got huge/,
    ],
    [['--preset', 'text', '--node', '--torch'], /--torch: expected a preset without words, got text/],
    [['--batch', '0'], /--batch: expected a whole number of 1 or more, got 0/],
    [['--batch', 'four'], /got four/],
    [['--torch'], /--node/],
    [['--fast'], /--fast/],
  ])('refuses %j', (args, message) => {
    expect(() => parseCommandLine(args)).toThrow(message);
  });
});

describe('amountOf', () => {
  it('is two timed stock steps, ten of ours and 20 losses of tiny with --quick', () => {
    const { rounds, stockSteps, ourSteps, lossSteps, lossPreset } = amountOf(true, true);
    expect([rounds * stockSteps, rounds * ourSteps, lossSteps, lossPreset]).toEqual([2, 10, 20, 'tiny']);
  });

  it('takes the losses of bench without', () => {
    expect([amountOf(false, true).lossPreset, amountOf(false, false).lossPreset]).toEqual(['bench', 'bench']);
  });
});
