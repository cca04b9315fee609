// Claims: every setting can be set in an address; a name that is no setting and a value out of range are
// reported, never ignored; defaults, ranges and presets are the agreed ones.
import { readFileSync } from 'node:fs';
import { expect, expectTypeOf, test } from 'vitest';
import { slotBytes } from '../../src/checkpoint/slot.ts';
import {
  DEFAULTS,
  PRESET_NAMES,
  type RunConfig,
  SETTINGS,
  type Settings,
} from '../../src/settings/settings.ts';
import { isInUse } from '../../src/settings/settings-in-use.ts';
import { crossCheck, parseAddress, parseSetting, parseStored } from '../../src/settings/parse-settings.ts';
import {
  capacityBytes,
  checkpointsKept,
  payloadBytes,
  poolSlots,
  weightsBytes,
} from '../../src/settings/checkpoint-sizes.ts';
import { endingAt, lastStep, positionOf, stepsPerEpoch } from '../../src/settings/calendar.ts';
import { changedSettings, modelOfRun, presetConfig } from '../../src/settings/presets.ts';
import { FaultError } from '../../src/fault.ts';

const address = (query: string) => parseAddress(new URLSearchParams(query), 'small');

test('every field is set by its name', () => {
  const { config, faults, given } = address(
    'preset=tiny&seed=7&batchSize=4&checkpointEverySteps=5&randomFlip=false&backend=webgl',
  );
  expect(faults).toEqual([]);
  expect(config).toEqual({
    ...presetConfig('tiny'),
    seed: 7,
    batchSize: 4,
    checkpointEverySteps: 5,
    randomFlip: false,
    backend: 'webgl',
  });
  expect([...given].sort()).toEqual([
    'backend',
    'batchSize',
    'checkpointEverySteps',
    'preset',
    'randomFlip',
    'seed',
  ]);
});

test('an unknown name and a value out of range are faults that name them, and the default is used', () => {
  const { config, faults } = address('batchSize=0&learnRate=1&seed=1.5&epochs=');
  expect(faults.map((fault) => fault.title)).toEqual([
    'batchSize is 0',
    'There is no setting called learnRate',
    'seed is 1.5',
    'epochs is empty',
  ]);
  expect(faults[0]?.what).toBe('It must be a whole number from 1 to 512. Using 16 until you change it.');
  expect(config).toEqual(presetConfig('small'));
});

test('what differs from the preset is what was chosen', () => {
  const own = presetConfig('tiny');
  expect(changedSettings(own)).toEqual({});
  expect(changedSettings({ ...own, dataset: 'shapes', seed: 7, batchSize: 8 })).toEqual({
    dataset: 'shapes',
    seed: 7,
    batchSize: 8,
  });
});

test("a row gives its setting its type, and its default is one of the row's own values", () => {
  expectTypeOf<Settings['noiseSchedule']>().toEqualTypeOf<'linear' | 'cosine'>();
  expectTypeOf<Settings['preset']>().toEqualTypeOf<
    'tiny' | 'bench' | 'small' | 'cifar' | 'text-tiny' | 'text' | 'text-wide'
  >();
  expectTypeOf<Settings['batchSize']>().toEqualTypeOf<number>();
  expectTypeOf<Settings['randomFlip']>().toEqualTypeOf<boolean>();
  expectTypeOf<Settings['dataset']>().toEqualTypeOf<string>();
  const refusals = (Object.keys(SETTINGS) as (keyof Settings)[]).map(
    (name) => parseSetting(name, String(DEFAULTS[name]), DEFAULTS[name]).fault,
  );
  expect(new Set(refusals)).toEqual(new Set([null]));
});

test('the defaults of docs/agreement.md hold, and its presets differ as they must', () => {
  expect(DEFAULTS).toMatchObject({
    preset: 'small',
    checkpointEverySteps: 2000,
    checkpointEveryMinutes: 5,
    keepNewest: 3,
  });
  expect(presetConfig('small')).toEqual({ ...DEFAULTS, network: null, textEncoder: null, origin: null });
  expect(presetConfig('tiny')).toMatchObject({
    imageSize: 16,
    learningRate: 2e-3,
    warmupSteps: 10,
  });
  const shown = { noiseSchedule: 'cosine', predictionType: 'v_prediction', minSnrGamma: 5, sampleSteps: 25 };
  for (const preset of ['tiny', 'small'] as const) expect(presetConfig(preset)).toMatchObject(shown);
  // As the network that cifar is built after, google/ddpm-cifar10-32, and as the benchmark was agreed.
  const asDdpm = { noiseSchedule: 'linear', predictionType: 'epsilon', minSnrGamma: 0, sampleSteps: 50 };
  expect(presetConfig('bench')).toMatchObject({ imageSize: 32, batchSize: 4, ...asDdpm });
  expect(presetConfig('cifar')).toMatchObject({ imageSize: 32, batchSize: 64, ...asDdpm });
  expect(presetConfig('text')).toMatchObject({ imageSize: 64, batchSize: 16, ...shown, sampleSteps: 20 });
});

test('the ranges of docs/agreement.md hold', () => {
  const range = (name: keyof typeof SETTINGS) => {
    const setting = SETTINGS[name];
    return setting.type === 'integer' || setting.type === 'number' ? [setting.min, setting.max] : null;
  };
  expect(range('maxImages')).toEqual([1, 1e6]);
  expect(range('imageSize')).toEqual([8, 256]);
  expect(range('batchSize')).toEqual([1, 512]);
  expect(range('seed')).toEqual([0, 2 ** 32 - 1]);
  expect(range('epochs')).toEqual([1, 1e7]);
  expect(range('maxSteps')).toEqual([1, 1e7]);
  expect(range('checkpointEverySteps')).toEqual([1, 1e6]);
  expect(range('checkpointEveryMinutes')).toEqual([0.1, 1440]);
  expect(range('keepNewest')).toEqual([1, 1e4]);
  expect(range('sampleEverySteps')).toEqual([1, 1e6]);
  expect(range('sampleSteps')).toEqual([1, 1000]);
});

const numeric = Object.entries(SETTINGS).flatMap(([name, setting]) =>
  setting.type === 'integer' || setting.type === 'number' ? [{ name, ...setting }] : [],
);

test.each(numeric)(
  '$name is taken from $min to $max, both included, and refused beyond',
  ({ name, ...setting }) => {
    const { min, max, type } = setting;
    const faultsOf = (value: number) =>
      address(`${name}=${value}`).faults.filter(({ title }) => title.startsWith(`${name} is`));
    // An image size may be in range and still be one that the network cannot halve.
    const refused = (value: number) =>
      faultsOf(value).some(({ expected }) => expected.includes(`from ${min} to ${max}`));
    const beside = type === 'integer' ? 1 : 1e-3;
    expect([min, max].filter(refused)).toEqual([]);
    expect([min - beside, max + beside].filter((value) => !refused(value))).toEqual([]);
    if (type === 'integer') expect(refused(min + 0.5)).toBe(true);
  },
);

test('an image size that the network cannot halve is told', () => {
  expect(crossCheck({ ...presetConfig('cifar'), imageSize: 36 })?.expected).toBe('a multiple of 8');
  expect(crossCheck({ ...presetConfig('cifar'), imageSize: 40 })).toBeNull();
});

test('stored settings are read back, newer fields left out, wrong ones refused by name', () => {
  const stored = JSON.parse(JSON.stringify({ ...presetConfig('tiny'), fieldOfTheFuture: 1 })) as Record<
    string,
    unknown
  >;
  expect(parseStored(stored)).toEqual(presetConfig('tiny'));
  expect(() => parseStored({ ...stored, batchSize: 'four' })).toThrow(FaultError);
  expect(() => parseStored({ ...stored, batchSize: 'four' })).toThrow(/config\.batchSize/);
  expect(() => parseStored(null)).toThrow(FaultError);
});

test('a stored setting that an older version did not have is what its preset says; its preset must be there', () => {
  const stored: Record<string, unknown> = { ...presetConfig('tiny'), seed: 7, batchSize: 2 };
  for (const name of ['executor', 'sampler', 'learningRate', 'minSnrGamma']) delete stored[name];
  expect(parseStored(stored)).toEqual({ ...presetConfig('tiny'), seed: 7, batchSize: 2 });
  for (const wrong of [null, undefined, 'fast', 0])
    expect(() => parseStored({ ...stored, executor: wrong }), String(wrong)).toThrow(/config\.executor/);
  delete stored['preset'];
  expect(() => parseStored(stored)).toThrow(/config\.preset/);
});

test.each(['plan-webgpu', 'eager-webgpu', 'eager-cpu'])(
  '%s, saved before the defaults changed, keeps every setting it has',
  (name) => {
    const file = readFileSync(new URL(`../fixtures/resume/${name}.safetensors`, import.meta.url));
    const header = file.subarray(8, 8 + Number(file.readBigUInt64LE())).toString();
    const { __metadata__ } = JSON.parse(header) as { __metadata__: { config: string } };
    const stored = JSON.parse(__metadata__.config) as Record<string, unknown>;
    const missing = Object.keys(SETTINGS).filter((setting) => !Object.hasOwn(stored, setting));
    expect(missing).toEqual([
      'gradientCheckpointing',
      'precision',
      'randomCrop',
      'colorJitter',
      'evenClasses',
      'captionDropout',
      'timestepDensity',
      'checkpointEveryEpoch',
      'guidanceScale',
      'timestepSpacing',
    ]);
    const defaults = {
      ...{ checkpointEveryEpoch: false, timestepSpacing: 'auto', timestepDensity: 'logit_normal' },
      gradientCheckpointing: false,
      // Of models with words, which no such checkpoint has.
      ...{ captionDropout: 0.1, guidanceScale: 3 },
    };
    // It trained without them: its next steps must see the same pictures.
    const off = { precision: 'full', randomCrop: 'off', colorJitter: 'off', evenClasses: false };
    expect(parseStored(stored)).toEqual({ ...stored, ...defaults, ...off, network: null, textEncoder: null });
  },
);

test('the weights are what a checkpoint holds beside its losses, by four', () => {
  const checkpoint = { sizeBytes: payloadBytes(1000, 70, 0), globalStep: 70 };
  expect(checkpoint.sizeBytes).toBe(4 * (4 * 1000 + 5 * 70));
  expect(weightsBytes(checkpoint)).toBe(4 * 1000);
});

test.each(PRESET_NAMES)('%s is as long in steps for one picture as for a million', (preset) => {
  const config = presetConfig(preset);
  for (const count of [1, 17, 65, 4096, 1e6]) expect(lastStep(config, count)).toBe(config.maxSteps);
  expect(lastStep({ ...config, maxSteps: SETTINGS.maxSteps.max }, 1)).toBe(SETTINGS.maxSteps.max);
});

test('epochs that the address names end the run', () => {
  const { config, faults } = address('preset=tiny&epochs=2');
  expect(faults).toEqual([]);
  expect(lastStep(config, 65)).toBe(2 * 17);
});

test('a run that is prolonged ends at exactly the step that was asked for', () => {
  const byEpochs = { ...presetConfig('tiny'), epochs: 2 };
  // Epochs of 17 steps; one that began elsewhere counts from there.
  for (const config of [byEpochs, { ...byEpochs, epochs: 8, origin: { globalStep: 30, epoch: 6 } }])
    for (const last of [65, 68, 69, 5000]) expect(lastStep(endingAt(last, config, 65), 65)).toBe(last);
  expect(endingAt(69, byEpochs, 65)).toEqual({ ...byEpochs, maxSteps: 69, epochs: 5 });
});

test('what is planned by epochs follows from the last step', () => {
  const config = presetConfig('tiny');
  // 4,000 steps of 4 pictures: 235 epochs of 17 steps and 5 steps more; 3 epochs of 1,024 and 928 more.
  expect(positionOf(config, 65, lastStep(config, 65))).toEqual({ epoch: 235, stepInEpoch: 5 });
  expect(positionOf(config, 4096, lastStep(config, 4096))).toEqual({ epoch: 3, stepInEpoch: 928 });
  // Kept: the newest 3, up to 4 spread over the run, the final one. With 65 pictures, those spread are of the
  // 20 multiples of 200 steps: epochs are shorter. A mean loss of an
  // epoch is 4 bytes, with room for a quarter more.
  expect(checkpointsKept(config, 65)).toBe(3 + 4 + 1);
  expect(checkpointsKept({ ...config, checkpointEverySteps: 2000 }, 65)).toBe(3 + 2 + 1);
  expect(checkpointsKept({ ...config, checkpointEverySteps: 1e6 }, 65)).toBe(2 + 0 + 1);
  expect(checkpointsKept(config, 4096)).toBe(3 + 3 + 1);
  expect(capacityBytes(config, 65) - capacityBytes(config, 4096)).toBe(
    4 * (Math.ceil(1.25 * 235) - Math.ceil(1.25 * 3)),
  );
});

/** Bytes that the pool of a run takes once all its slots are made. */
const poolBytes = (config: RunConfig, count: number): number =>
  poolSlots(config, count) * slotBytes(capacityBytes(config, count));

test('seven small runs reserve a tenth of what they did', () => {
  const tiny = presetConfig('tiny');
  // With room for 1,000,000 steps, each of 9 slots took 24 MiB.
  const before = 7 * 9 * 24 * 1024 ** 2;
  const now = 7 * poolBytes(tiny, 65);
  expect(before).toBe(1_585_446_912);
  expect(now).toBe(7 * poolSlots(tiny, 65) * 2 * 1024 ** 2);
  expect(now).toBeLessThan(before / 10);
});

test.each(PRESET_NAMES)('a slot of %s has room for the planned steps and a quarter more', (preset) => {
  const config = { ...presetConfig(preset), maxSteps: 1_000_000 };
  const { parameters, parameterCount } = modelOfRun(config);
  const steps = 1.25 * config.maxSteps;
  // The header that safetensors writes, with every offset as long as it can be.
  const groups = ['unet.', 'ema.', 'optimizer.exp_avg.', 'optimizer.exp_avg_sq.'];
  const entry = { dtype: 'F32', data_offsets: [9_999_999_999, 9_999_999_999] };
  const header = Object.fromEntries(
    groups.flatMap((group) =>
      parameters.map(({ name, shape }) => [group + name, { ...entry, shape }] as const),
    ),
  );
  const names = JSON.stringify(header).length;
  // Metadata: 2.3 kB in test/fixtures/resume.
  const needed = payloadBytes(parameterCount, steps, 0) + names + 10_000;
  expect(capacityBytes(config, 1_000_000)).toBeGreaterThan(needed);
  expect(capacityBytes(config, 1_000_000)).toBeLessThan(1.15 * needed);
});

test('an epoch has ceil(count / images per step) steps; the run ends at epochs or maxSteps', () => {
  const config = {
    ...presetConfig('tiny'),
    batchSize: 4,
    gradientAccumulationSteps: 2,
    epochs: 3,
    maxSteps: 100,
  };
  expect(stepsPerEpoch(config, 29)).toBe(4);
  expect(lastStep(config, 29)).toBe(12);
  expect(lastStep({ ...config, maxSteps: 5 }, 29)).toBe(5);
});

test('of the executor eager the form hides what it ignores', () => {
  for (const name of ['gradientCheckpointing', 'precision'] as const) {
    expect(isInUse(name, presetConfig('tiny'), 0), name).toBe(true);
    expect(isInUse(name, { ...presetConfig('tiny'), executor: 'eager' }, 0), name).toBe(false);
  }
});
