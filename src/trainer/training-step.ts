// What one training step learns from, as a pure function of (settings, pictures, step): pictures, timesteps,
// noise, mixture, loss weights. Not here: running the network on it (engine/), when a step is made (loop.ts).
import type { RunConfig } from '../settings/settings.ts';
import { augmentationOf } from '../settings/augmentation.ts';
import { imagesPerStep, positionOf } from '../settings/calendar.ts';
import { networkOf, textEncoderOf } from '../settings/presets.ts';
import type { PictureSet } from '../data/api.ts';
import { recolour } from '../data/augment.ts';
import { loadBatch } from '../data/batches.ts';
import { lossWeights, mixtureOf } from '../diffusion/target.ts';
import { trainingTimesteps } from '../diffusion/training-timesteps.ts';
import { emaDecayAt, learningRateAt } from '../diffusion/training-schedules.ts';
import type { StepBatch, StepSettings } from '../engine/executor.ts';
import type { InputArray } from '../engine/inputs.ts';
import { valuesOfBytes } from '../engine/picture-values.ts';
import { STREAMS } from '../random.ts';
import { stepPrompts } from '../text/step-captions.ts';
import { classLabels } from './run-classes.ts';
import type { Run } from './run.ts';
import type { RunWords } from './run-words.ts';

/** AdamW's constants, as torch.optim.AdamW's defaults. */
export const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

/** What of a run decides its steps. */
export type Learning = Pick<Run, 'config' | 'levels' | 'words' | 'classes'>;

export interface TrainingStep {
  microBatches: StepBatch[];
  settings: StepSettings;
  /** One for each picture of the step, in order. */
  timesteps: Float32Array;
}

/** Bytes that the pictures of a step take at most: those whose colours are changed are values of 4 bytes. */
export const stepBytes = (config: RunConfig): number =>
  imagesPerStep(config) * config.imageSize ** 2 * networkOf(config).inChannels * 4;

/**
 * The step after `globalStep` finished steps. last: global step of the run's last step. Throws FaultError
 * where pictures have gone, and what `signal` says where it is aborted meanwhile.
 */
export async function trainingStep(
  learning: Learning,
  set: PictureSet,
  last: number,
  globalStep: number,
  signal?: AbortSignal,
): Promise<TrainingStep> {
  const { config } = learning;
  const count = imagesPerStep(config);
  const timesteps = trainingTimesteps(config, config.seed, globalStep, count);
  const microBatches: StepBatch[] = [];
  for (let first = 0; first < count; first += config.batchSize) {
    signal?.throwIfAborted();
    const part = timesteps.subarray(first, first + config.batchSize);
    microBatches.push(await microBatch(learning, set, globalStep, first, part));
  }
  return { microBatches, timesteps, settings: stepSettings(config, last, globalStep + 1) };
}

async function microBatch(
  { config, levels, words, classes }: Learning,
  set: PictureSet,
  globalStep: number,
  first: number,
  timesteps: Float32Array,
): Promise<StepBatch> {
  const { seed, batchSize, predictionType } = config;
  const channels = networkOf(config).inChannels;
  const { epoch, stepInEpoch } = positionOf(config, set.count, globalStep);
  const { randomCrop, colorJitter } = augmentationOf(config, set.count);
  const { pixels, mirrored, indices } = await loadBatch(set, {
    seed,
    globalStep,
    position: { epoch, epochPosition: stepInEpoch * imagesPerStep(config) },
    drawn: globalStep * imagesPerStep(config),
    evenClasses: config.evenClasses,
    first,
    batchSize,
    randomFlip: config.randomFlip,
    randomCrop,
    channels,
  });
  const size = set.size * set.size * channels;
  return {
    inputs: {
      timestep: { data: Float32Array.from(timesteps), shape: [batchSize] },
      ...(words ? captionInputs(config, words, set, { globalStep, first, indices }) : {}),
      ...(classes
        ? {
            class_labels: classLabels(
              classes,
              indices.map((index) => set.className(index)),
            ),
          }
        : {}),
    },
    pictures: {
      data: colorJitter ? recoloured(pixels, { batchSize, channels, seed, globalStep, first }) : pixels,
      shape: [batchSize, set.size, set.size, channels],
      mirrored,
    },
    mixture: mixtureOf(predictionType, levels, timesteps),
    noise: { seed, step: globalStep, stream: STREAMS.noise, first: first * size },
    sampleWeights: lossWeights(predictionType, levels, timesteps, config.minSnrGamma),
  };
}

/** The values of pictures, each in its other colours: they are no bytes any more. */
function recoloured(
  pixels: Uint8Array,
  at: { batchSize: number; channels: number; seed: number; globalStep: number; first: number },
): Float32Array {
  const values = valuesOfBytes(pixels);
  const length = pixels.length / at.batchSize;
  for (let i = 0; i < at.batchSize; i++)
    recolour(values.subarray(i * length, (i + 1) * length), at.channels, [
      at.seed,
      at.globalStep,
      at.first + i,
    ]);
  return values;
}

/** One caption of each picture, or the empty prompt, as `input_ids` of the text encoder. */
function captionInputs(
  config: RunConfig,
  { tokenizer }: RunWords,
  set: PictureSet,
  { globalStep, first, indices }: { globalStep: number; first: number; indices: readonly number[] },
): Record<string, InputArray> {
  const length = textEncoderOf(config)?.maxPositionEmbeddings ?? 0;
  const texts = indices.map((index) => set.caption(index));
  const request = { seed: config.seed, globalStep, first, texts, dropout: config.captionDropout };
  return { input_ids: { data: stepPrompts(tokenizer, request, length), shape: [indices.length, length] } };
}

/** Optimizer settings of step `step`, 1 for the first. */
function stepSettings(config: RunConfig, last: number, step: number): StepSettings {
  return {
    ...ADAM,
    optimizerStep: step,
    learningRate: learningRateAt(step, { ...config, lastStep: last }),
    weightDecay: config.weightDecay,
    gradientClip: config.gradientClip,
    emaDecay: emaDecayAt(step, config.emaMaxDecay),
    ...(config.precision === 'mixed'
      ? {
          afterSkipping: (skipped) =>
            stepSettings({ ...config, precision: 'full' }, last, Math.max(1, step - skipped)),
        }
      : {}),
  };
}
