// Every setting once: type, unit, range, default, help. The form, the URL, the checkpoint and the validator read it.
// Not here: what the settings do (trainer/), the network's own fields (model/config.ts). Over 400 lines because it is a table:
// each setting and each preset stands here once.
import type { NetworkConfig } from '../model/unet-config.ts';

export const PRESET_NAMES = ['tiny', 'bench', 'small', 'cifar'] as const;
export type PresetName = (typeof PRESET_NAMES)[number];

/** What the form and the address can set. */
export interface Settings {
  preset: PresetName;
  /** `planets`, `shapes`, or the id of pictures the user imported. */
  dataset: string;
  maxImages: number;
  imageSize: number;
  batchSize: number;
  gradientAccumulationSteps: number;
  seed: number;
  learningRate: number;
  learningRateSchedule: 'constant' | 'cosine';
  warmupSteps: number;
  weightDecay: number;
  gradientClip: number;
  emaMaxDecay: number;
  randomFlip: boolean;
  epochs: number;
  maxSteps: number;
  noiseSchedule: 'linear' | 'cosine';
  predictionType: 'epsilon' | 'v_prediction';
  minSnrGamma: number;
  checkpointEverySteps: number;
  checkpointEveryMinutes: number;
  keepNewest: number;
  sampleEverySteps: number;
  sampleSteps: number;
  sampler: 'ddim' | 'ddpm';
  backend: 'auto' | 'webgpu' | 'webgl' | 'cpu';
  executor: 'auto' | 'plan' | 'eager';
}

/** How far a run was that began elsewhere: its epochs were counted there, over other batches. */
export interface Origin {
  globalStep: number;
  /** Completed epochs. */
  epoch: number;
}

/** Everything a run is made from: the settings, and what only an imported file brings. */
export interface RunConfig extends Settings {
  /** Null: the preset's. */
  network: NetworkConfig | null;
  /** Null: the run began here. */
  origin: Origin | null;
}

interface Described {
  /** Sentence case, for the form. */
  label: string;
  help: string;
  group: 'Pictures' | 'Training' | 'Diffusion' | 'Checkpoints and samples' | 'Machine';
  unit?: string;
}
export type Setting =
  | (Described & { type: 'integer' | 'number'; min: number; max: number })
  | (Described & { type: 'choice'; choices: readonly string[] })
  | (Described & { type: 'boolean' })
  | (Described & { type: 'text'; pattern: RegExp; maxLength: number });

export const SETTINGS: { readonly [K in keyof Settings]: Setting } = {
  preset: {
    type: 'choice',
    choices: PRESET_NAMES,
    group: 'Training',
    label: 'Size',
    help: 'The network and everything that belongs to it.',
  },
  dataset: {
    type: 'text',
    pattern: /^[a-z0-9][a-z0-9-]*$/,
    maxLength: 64,
    group: 'Pictures',
    label: 'Pictures',
    help: 'planets, shapes, or pictures you imported.',
  },
  maxImages: {
    type: 'integer',
    min: 1,
    max: 1e6,
    group: 'Pictures',
    label: 'Pictures used at most',
    help: 'The first this many pictures are used.',
  },
  imageSize: {
    type: 'integer',
    min: 8,
    max: 256,
    unit: 'px',
    group: 'Pictures',
    label: 'Image size',
    help: 'Edge of the square the model learns. Must divide by 4, or by 8 for cifar.',
  },
  batchSize: {
    type: 'integer',
    min: 1,
    max: 512,
    group: 'Training',
    label: 'Batch size',
    help: 'Pictures per forward and backward pass.',
  },
  gradientAccumulationSteps: {
    type: 'integer',
    min: 1,
    max: 64,
    group: 'Training',
    label: 'Gradient accumulation',
    help: 'Batches whose gradients are averaged into one step.',
  },
  seed: {
    type: 'integer',
    min: 0,
    max: 2 ** 32 - 1,
    group: 'Training',
    label: 'Seed',
    help: 'All randomness follows from it: same seed, same run.',
  },
  learningRate: {
    type: 'number',
    min: 1e-8,
    max: 1,
    group: 'Training',
    label: 'Learning rate',
    help: 'AdamW, after warm-up.',
  },
  learningRateSchedule: {
    type: 'choice',
    choices: ['constant', 'cosine'],
    group: 'Training',
    label: 'Learning rate schedule',
    help: 'After warm-up: constant, or cosine to zero at the last step.',
  },
  warmupSteps: {
    type: 'integer',
    min: 0,
    max: 1e6,
    unit: 'steps',
    group: 'Training',
    label: 'Warm-up',
    help: 'Steps in which the learning rate rises from zero.',
  },
  weightDecay: {
    type: 'number',
    min: 0,
    max: 1,
    group: 'Training',
    label: 'Weight decay',
    help: 'Decoupled, as in AdamW.',
  },
  gradientClip: {
    type: 'number',
    min: 0,
    max: 1e6,
    group: 'Training',
    label: 'Gradient clip',
    help: 'Largest norm of all gradients together; 0 does not clip.',
  },
  emaMaxDecay: {
    type: 'number',
    min: 0,
    max: 0.999999,
    group: 'Training',
    label: 'EMA decay, at most',
    help: 'The averaged weights that samples are drawn from; warms up from 0.',
  },
  randomFlip: {
    type: 'boolean',
    group: 'Pictures',
    label: 'Random flip',
    help: 'Mirror half of the pictures, chosen anew each time.',
  },
  epochs: {
    type: 'integer',
    min: 1,
    max: 1e7,
    group: 'Training',
    label: 'Epochs',
    help: 'Times every picture is seen. The run ends at this or at Steps, whichever comes first.',
  },
  maxSteps: {
    type: 'integer',
    min: 1,
    max: 1e7,
    unit: 'steps',
    group: 'Training',
    label: 'Steps',
    help: 'The run ends at this or at Epochs, whichever comes first.',
  },
  noiseSchedule: {
    type: 'choice',
    choices: ['linear', 'cosine'],
    group: 'Diffusion',
    label: 'Noise schedule',
    help: 'linear: DDPM. cosine: squaredcos_cap_v2.',
  },
  predictionType: {
    type: 'choice',
    choices: ['epsilon', 'v_prediction'],
    group: 'Diffusion',
    label: 'Prediction',
    help: 'What the network predicts: the noise, or v.',
  },
  minSnrGamma: {
    type: 'number',
    min: 0,
    max: 100,
    group: 'Diffusion',
    label: 'Min-SNR gamma',
    help: 'Weighs the loss by min(SNR, gamma); 0 weighs all timesteps alike.',
  },
  checkpointEverySteps: {
    type: 'integer',
    min: 1,
    max: 1e6,
    unit: 'steps',
    group: 'Checkpoints and samples',
    label: 'Checkpoint every',
    help: 'A checkpoint at every multiple of this step.',
  },
  checkpointEveryMinutes: {
    type: 'number',
    min: 0.1,
    max: 1440,
    unit: 'minutes',
    group: 'Checkpoints and samples',
    label: 'and at least every',
    help: 'A checkpoint after this much work since the last one.',
  },
  keepNewest: {
    type: 'integer',
    min: 1,
    max: 1e4,
    group: 'Checkpoints and samples',
    label: 'Newest kept',
    help: 'Step checkpoints beyond the newest this many make room for new ones.',
  },
  sampleEverySteps: {
    type: 'integer',
    min: 1,
    max: 1e6,
    unit: 'steps',
    group: 'Checkpoints and samples',
    label: 'Samples every',
    help: 'Draw 16 samples at every multiple of this step.',
  },
  sampleSteps: {
    type: 'integer',
    min: 1,
    max: 1000,
    group: 'Checkpoints and samples',
    label: 'Sampler steps',
    help: 'Denoising steps for one picture.',
  },
  sampler: {
    type: 'choice',
    choices: ['ddim', 'ddpm'],
    group: 'Checkpoints and samples',
    label: 'Sampler',
    help: 'DDIM (eta 0) or DDPM.',
  },
  backend: {
    type: 'choice',
    choices: ['auto', 'webgpu', 'webgl', 'cpu'],
    group: 'Machine',
    label: 'Backend',
    help: 'auto takes webgpu, else webgl, else cpu.',
  },
  executor: {
    type: 'choice',
    choices: ['auto', 'plan', 'eager'],
    group: 'Machine',
    label: 'Executor',
    help: 'auto takes the plan (one fixed list of GPU dispatches) on webgpu, else eager, plain TensorFlow.js.',
  },
};
