// Claims against interop/training_step.py, which continues Perennial's runs in PyTorch: a step has the same
// pictures, flips, captions, classes, timesteps, noise, loss weights, learning rate, EMA decay, position in
// its epoch, and checkpoint name there.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { RunConfig } from '../../src/settings/settings.ts';
import { imagesPerStep, lastStep, positionOf } from '../../src/settings/calendar.ts';
import { presetConfig } from '../../src/settings/presets.ts';
import type { PictureSet } from '../../src/data/api.ts';
import { cropped, recolour } from '../../src/data/augment.ts';
import { classGroups, evenOrder } from '../../src/data/even-classes.ts';
import { isFlipped, pictureOrder } from '../../src/data/batches.ts';
import { SHAPES } from '../../src/data/shapes.ts';
import { noiseLevels } from '../../src/diffusion/noise-levels.ts';
import type { NoisedBatch } from '../../src/engine/executor.ts';
import { pictureValues } from '../../src/engine/picture-values.ts';
import { UNET_DEFAULTS } from '../../src/model/unet-config.ts';
import { normals, randomWords, STREAMS } from '../../src/random.ts';
import { stepCaptions } from '../../src/text/step-captions.ts';
import { checkpointName } from '../../src/settings/checkpoint-schedule.ts';
import { trainingStep } from '../../src/trainer/training-step.ts';

interface Fixture {
  size: number;
  count: number;
  runs: {
    config: Partial<RunConfig>;
    channels: 1 | 3;
    /** Of each picture. */
    classes: string[];
    /** Names of the classes, each by its number; null: the network draws by none. */
    numbered: string[] | null;
    lastStep: number;
    steps: {
      globalStep: number;
      /** Bytes in base64, NHWC. */
      pictures: string;
      /** The noise of each picture's first pixel. */
      firstNoise: number[];
      timesteps: number[];
      /** Of each picture; empty where it is left out. */
      captions: string[];
      /** Of each picture; null: the network draws by no class. */
      classLabels: number[] | null;
      mixture: number[];
      sampleWeights: number[];
      learningRate: number;
      emaDecay: number;
      position: [epoch: number, stepInEpoch: number];
      name: string;
    }[];
  }[];
}
const { size, count, runs } = JSON.parse(
  readFileSync(new URL('../fixtures/training-step.json', import.meta.url), 'utf8'),
) as Fixture;

/** Picture i: the upper bytes of the random words of seed 1. */
const read = (index: number): Promise<Uint8Array> =>
  Promise.resolve(
    Uint8Array.from(randomWords(1, index, STREAMS.drawing, size * size * 3), (word) => word >>> 24),
  );
type FixtureRun = Fixture['runs'][number];
const [first] = runs as [FixtureRun];

const setOf = ({ classes }: FixtureRun): PictureSet => ({
  info: SHAPES,
  count,
  size,
  read,
  stored: { size, read },
  caption: () => '',
  fileName: () => '',
  className: (index) => classes[index] ?? '',
  isCurrent: () => Promise.resolve(true),
});

function runConfig({ config, channels }: FixtureRun): RunConfig {
  const network = { ...UNET_DEFAULTS, inChannels: channels, outChannels: channels };
  return { ...presetConfig('tiny'), ...config, imageSize: size, network } as RunConfig;
}

const cases = runs.flatMap((run) => run.steps.map((step) => ({ run, step, at: step.globalStep })));

describe('a step that PyTorch makes', () => {
  it.each(cases)('is ours: seed $run.config.seed, step $at', async ({ run, step }) => {
    const config = runConfig(run);
    const last = lastStep(config, count);
    expect(last).toBe(run.lastStep);
    const set = setOf(run);
    const learning = { config, levels: noiseLevels(config), words: null, classes: run.numbered };
    const made = await trainingStep(learning, set, last, step.globalStep);
    const joined = (part: (batch: NoisedBatch) => ArrayLike<number>) =>
      made.microBatches.flatMap((batch) => Array.from(part(batch as NoisedBatch)));

    const bytes = joined(({ pictures }) => pictureValues(pictures)).map((value) =>
      Math.round((value + 1) * 127.5),
    );
    expect(Buffer.from(bytes).toString('base64')).toBe(step.pictures);
    // Whole numbers; of a flow, 1000 times the sigmoid of a normal.
    near([...made.timesteps], step.timesteps, 1e-6);
    expect(joined(({ inputs }) => inputs.timestep.data)).toEqual([...made.timesteps]);
    expect(captionsOf(config, set, step.globalStep)).toEqual(step.captions);
    const labels = joined(({ inputs }) => inputs['class_labels']?.data ?? []);
    expect(labels).toEqual(step.classLabels ?? []);
    near(joined(firstPixelsNoise), step.firstNoise, 1e-6);
    // NumPy's cosine is not V8's to the last bit, and float32 is coarse where a weight is large.
    near(
      joined(({ mixture }) => mixture),
      step.mixture,
      1e-6,
    );
    near(
      joined(({ sampleWeights }) => sampleWeights),
      step.sampleWeights,
      1e-6,
    );
    near([made.settings.learningRate, made.settings.emaDecay], [step.learningRate, step.emaDecay], 1e-12);
    const { epoch, stepInEpoch } = positionOf(config, count, step.globalStep);
    expect([epoch, stepInEpoch]).toEqual(step.position);
    expect(checkpointName(step.globalStep, config, count)).toBe(step.name);
  });
});

const VARIED = [
  { randomCrop: 'off', colorJitter: 'off' },
  { randomCrop: 'on', colorJitter: 'off' },
  { randomCrop: 'off', colorJitter: 'on' },
  { randomCrop: 'on', colorJitter: 'on' },
] as const;

describe('a step whose pictures are varied', () => {
  it.each(VARIED)(
    'has the bits that versions before 29 Nov 2026 had, crop $randomCrop and colours $colorJitter',
    async (varied) => {
      const config = { ...runConfig(first), ...varied };
      const globalStep = 21;
      const { microBatches } = await trainingStep(
        { config, levels: noiseLevels(config), words: null, classes: null },
        setOf(first),
        40,
        globalStep,
      );
      const got = microBatches.flatMap((batch) => [...pictureValues((batch as NoisedBatch).pictures)]);
      expect(got).toEqual(await asBefore(config, globalStep));
    },
  );
});

/** Those versions made each picture's values on the processor: cut, mirrored, then recoloured. */
async function asBefore(config: RunConfig, globalStep: number): Promise<number[]> {
  const { seed } = config;
  const order = orderOf(config, setOf(first), globalStep);
  const pictures = order.map(async (index, i) => {
    const at = [seed, globalStep, i] as const;
    const whole = await read(index);
    const bytes = config.randomCrop === 'on' ? cropped(whole, size, size, at) : whole;
    const values = Float32Array.from(bytes, (_, place) => {
      const [row, column, c] = [Math.floor(place / (3 * size)), Math.floor(place / 3) % size, place % 3];
      const from = isFlipped(seed, globalStep, i) ? size - 1 - column : column;
      return (bytes[(row * size + from) * 3 + c] as number) / 127.5 - 1;
    });
    if (config.colorJitter === 'on') recolour(values, 3, at);
    return [...values];
  });
  return (await Promise.all(pictures)).flat();
}

/** The pictures of a step. */
function orderOf(config: RunConfig, set: PictureSet, globalStep: number): number[] {
  const { epoch, stepInEpoch } = positionOf(config, count, globalStep);
  const images = imagesPerStep(config);
  const groups = config.evenClasses ? classGroups(set) : null;
  if (groups) return evenOrder(config.seed, groups, globalStep * images, images);
  return pictureOrder(config.seed, { epoch, epochPosition: stepInEpoch * images }, count, images);
}

/** Picture i has i % 4 captions, a line each. */
function captionsOf(config: RunConfig, set: PictureSet, globalStep: number): string[] {
  const order = orderOf(config, set, globalStep);
  const textOf = (i: number) =>
    Array.from({ length: i % 4 }, (_, line) => `caption ${line} of ${i}`).join('\n');
  const { seed, captionDropout: dropout } = config;
  return stepCaptions({ seed, globalStep, first: 0, texts: order.map(textOf), dropout });
}

function firstPixelsNoise({ pictures: { shape }, noise }: NoisedBatch): number[] {
  const [pictures, , , channels] = shape as [number, number, number, number];
  const ofPicture = (i: number) =>
    normals(noise.seed, noise.step, noise.stream, channels, noise.first + i * size * size * channels);
  return Array.from({ length: pictures }, (_, i) => [...ofPicture(i)]).flat();
}

function near(got: readonly number[], expected: readonly number[], tolerance: number): void {
  expect(got).toHaveLength(expected.length);
  got.forEach((value, i) => {
    const other = expected[i] as number;
    expect(Math.abs(value - other)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(other)));
  });
}
