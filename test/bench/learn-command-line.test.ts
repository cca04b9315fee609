// Claims how `npm run learn` reads its command line. Not here: what it then does.
import { describe, expect, it } from 'vitest';
import { presetConfig } from '../../src/settings/presets.ts';
import { parseCommandLine } from '../../bench/learn/command-line.ts';

describe('the command line of npm run learn', () => {
  it('trains tiny on shapes by the plan when nothing is given', () => {
    const { config, adapter, out, weights } = parseCommandLine([]);
    expect(config).toMatchObject({ preset: 'tiny', dataset: 'shapes', imageSize: 16, executor: 'plan' });
    expect([adapter, out, weights]).toEqual(['software', 'bench/results/learn-tiny-shapes.png', null]);
  });

  it('takes steps, batch and any other setting; the epochs end nothing before the steps do', () => {
    const { config } = parseCommandLine(
      '--steps 7 --batch 3 --executor eager --set seed=5 --set learningRate=1e-3'.split(' '),
    );
    expect(config).toMatchObject({
      maxSteps: 7,
      batchSize: 3,
      executor: 'eager',
      seed: 5,
      learningRate: 1e-3,
    });
    expect(config.epochs).toBeGreaterThanOrEqual(config.maxSteps);
  });

  it('names the picture after preset and data set', () => {
    expect(parseCommandLine('--preset small --dataset planets'.split(' ')).out).toBe(
      'bench/results/learn-small-planets.png',
    );
  });

  it('trains on the 65 made pictures by the word own, with fewer steps', () => {
    const { config, out } = parseCommandLine(['own']);
    expect(config).toMatchObject({ preset: 'tiny', dataset: 'own', maxSteps: 4500, batchSize: 8 });
    expect(out).toBe('bench/results/learn-tiny-own.png');
    expect(parseCommandLine(['own', '--steps', '7']).config.maxSteps).toBe(7);
  });

  it('trains text-tiny on shapes by the word text, as the preset is', () => {
    const { config, out } = parseCommandLine(['text', '--set', 'seed=1']);
    expect(config).toEqual({
      ...presetConfig('text-tiny'),
      ...{ dataset: 'shapes', backend: 'webgpu', executor: 'plan', seed: 1 },
    });
    expect(out).toBe('bench/results/learn-text-tiny-shapes.png');
  });

  it.each([
    ['mine', 'expected own, text or options, got mine'],
    ['--preset huge', 'tiny, bench, small, cifar'],
    ['--steps none', 'a whole number'],
    ['--batch 0', 'a whole number from 1'],
    ['--adapter moon', 'software or hardware'],
    ['--set colour=red', 'colour=red'],
    ['--set imageSize=17', 'a multiple of 2'],
  ])('refuses %s and says what it expects', (args, expected) => {
    expect(() => parseCommandLine(args.split(' '))).toThrow(expected);
  });
});
