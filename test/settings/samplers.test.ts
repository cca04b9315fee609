// Claims: every prediction type has its samplers, and a setting of another one means one that can draw, in
// the address too; the settings that this leaves without a meaning are hidden, and no others.
import { expect, test } from 'vitest';
import { parseAddress } from '../../src/settings/parse-settings.ts';
import { presetConfig } from '../../src/settings/presets.ts';
import { isSpaced, SAMPLER_TITLES, samplerOf, samplersOf } from '../../src/settings/samplers.ts';
import { isInUse } from '../../src/settings/settings-in-use.ts';
import { SETTINGS, type Settings } from '../../src/settings/settings.ts';

const OF_TABLES = ['ddim', 'ddpm', 'dpmpp_2m', 'unipc'] as const;
const OF_FLOW = ['dpmpp_2m', 'unipc', 'euler'] as const;

test.each([
  ['epsilon', OF_TABLES, ['euler'], 'ddim'],
  ['v_prediction', OF_TABLES, ['euler'], 'ddim'],
  ['flow_prediction', OF_FLOW, ['ddim', 'ddpm'], 'euler'],
] as const)('%s', (predictionType, own, others, meant) => {
  expect(samplersOf({ predictionType })).toEqual(own);
  for (const sampler of own) expect(samplerOf({ predictionType, sampler })).toBe(sampler);
  for (const sampler of others) expect(samplerOf({ predictionType, sampler })).toBe(meant);
});

test('the table has the samplers that have names', () => {
  expect(Object.keys(SAMPLER_TITLES)).toEqual(SETTINGS.sampler.choices);
  expect(Object.keys(SAMPLER_TITLES).filter((name) => isSpaced(name as Settings['sampler']))).toEqual([
    ...['ddim', 'ddpm'],
  ]);
});

const address = (query: string) => parseAddress(new URLSearchParams(query), 'small');

test('a sampler given with a prediction that it cannot draw from is told and replaced', () => {
  const { config, faults } = address('predictionType=flow_prediction&sampler=ddpm');
  expect(config).toMatchObject({ predictionType: 'flow_prediction', sampler: 'euler' });
  expect(faults.map(({ title, got }) => [title, got])).toEqual([['sampler is ddpm', 'ddpm']]);
  expect(faults[0]?.what).toMatch(/^With predictionType flow_prediction .* dpmpp_2m, unipc, euler.*euler/);
  expect(address('sampler=euler').config.sampler).toBe('ddim');
});

test('a default that cannot draw is no fault: it means what the prediction can use', () => {
  const { config, faults } = address('predictionType=flow_prediction&timestepDensity=uniform');
  expect(faults).toEqual([]);
  expect(samplerOf(config)).toBe('euler');
  expect(address('sampler=unipc').faults).toEqual([]);
});

/** Beside what has a meaning with words alone. */
const hidden = (changes: Partial<Settings>) => {
  const config = { ...presetConfig('small'), ...changes };
  const names = Object.keys(SETTINGS).filter((name) => !isInUse(name as keyof Settings, config, 2));
  return names.filter((name) => !['captionDropout', 'guidanceScale'].includes(name));
};

test('captions and guidance are hidden where the model has no words', () => {
  for (const name of ['captionDropout', 'guidanceScale'] as const) {
    expect(isInUse(name, presetConfig('small'), 0)).toBe(false);
    expect(isInUse(name, presetConfig('text-tiny'), 0)).toBe(true);
  }
});

test('drawing classes evenly is offered where the pictures have several', () => {
  const offered = [0, 1, 2].map((classes) => isInUse('evenClasses', presetConfig('small'), classes));
  expect(offered).toEqual([false, false, true]);
});

test('what has no meaning beside the others is hidden', () => {
  expect(hidden({})).toEqual(['timestepDensity']);
  expect(hidden({ sampler: 'unipc' })).toEqual(['timestepDensity', 'timestepSpacing']);
  expect(hidden({ predictionType: 'flow_prediction' })).toEqual([
    ...['noiseSchedule', 'minSnrGamma', 'timestepSpacing'],
  ]);
});
