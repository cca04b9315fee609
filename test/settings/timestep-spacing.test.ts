// Claims: `auto` is trailing below 50 sampler steps and leading from there on; a spacing that was set stays;
// a checkpoint without the setting is auto.
import { expect, test } from 'vitest';
import { presetConfig } from '../../src/settings/presets.ts';
import { parseStored } from '../../src/settings/parse-settings.ts';
import { timestepSpacingOf } from '../../src/settings/timestep-spacing.ts';

const EPSILON = { predictionType: 'epsilon' } as const;

test.each([
  ['auto', 1, 'trailing'],
  ['auto', 49, 'trailing'],
  ['auto', 50, 'leading'],
  ['auto', 1000, 'leading'],
  ['leading', 10, 'leading'],
  ['trailing', 1000, 'trailing'],
] as const)('%s, %i calls: %s', (timestepSpacing, sampleSteps, expected) => {
  for (const sampler of ['ddim', 'ddpm'] as const)
    expect(timestepSpacingOf({ ...EPSILON, timestepSpacing, sampleSteps, sampler })).toBe(expected);
});

test('is always trailing for the solvers, and for what a flow is drawn with', () => {
  const leading = { ...EPSILON, timestepSpacing: 'leading', sampleSteps: 100 } as const;
  for (const sampler of ['dpmpp_2m', 'unipc'] as const)
    expect(timestepSpacingOf({ ...leading, sampler })).toBe('trailing');
  const flow = { ...leading, predictionType: 'flow_prediction', sampler: 'ddim' } as const;
  expect(timestepSpacingOf(flow)).toBe('trailing');
});

test('a checkpoint that was saved before the setting existed is auto', () => {
  const { timestepSpacing: _, ...before } = presetConfig('tiny');
  expect(parseStored(before).timestepSpacing).toBe('auto');
});
