// Every setting is one row: type, range, unit, default, label and help. `Settings`, the form, the address,
// the checkpoint and the validator follow from the rows. Over 400 lines because it is one table. Not here:
// what a preset changes (presets.ts), reading values (parse-settings.ts), what a setting does (trainer/), the
// network (model/unet-config.ts).
import type { TextEncoderConfig } from '../model/text-encoder-config.ts';
import type { NetworkConfig } from '../model/unet-config.ts';
import { SAMPLE_COUNT } from './sample-counts.ts';

export const PRESET_NAMES = ['tiny', 'bench', 'small', 'cifar', 'text-tiny', 'text', 'text-wide'] as const;
export type PresetName = (typeof PRESET_NAMES)[number];

interface Described {
  /** The setting's name in the form, in sentence case. */
  label: string;
  help: string;
  group: 'Pictures' | 'Training' | 'Diffusion' | 'Checkpoints and samples' | 'Machine';
  unit?: string;
}

/** A row of the table. `default` holds unless the preset or the user says otherwise. */
export type Setting =
  | (Described & { type: 'integer' | 'number'; min: number; max: number; default: number })
  | (Described & {
      type: 'choice';
      choices: readonly string[];
      default: string;
      /** What a checkpoint has that was saved before there was this setting; absent: its preset's value. */
      before?: string;
    })
  | (Described & { type: 'boolean'; default: boolean })
  | (Described & { type: 'text'; pattern: RegExp; maxLength: number; default: string });

/** Of the settings that vary small sets; what `auto` is: augmentation.ts. */
const AUGMENT = ['auto', 'on', 'off'] as const;
export const AUGMENTED_UP_TO = 2000;
const AUTO = `auto: for at most ${AUGMENTED_UP_TO} pictures of your own.`;

/** The longest run. An epoch has at least one step, so a run has no more epochs than steps. */
const MOST_STEPS = 1e7;

const ROWS = {
  preset: {
    type: 'choice',
    choices: PRESET_NAMES,
    default: 'small',
    group: 'Training',
    label: 'Model',
    help: 'The network and everything that belongs to it.',
  },
  /** `planets`, `shapes`, `faces`, `emoji`, or the id of pictures the user imported. */
  dataset: {
    type: 'text',
    pattern: /^[a-z0-9][a-z0-9-]*$/,
    maxLength: 64,
    default: 'planets',
    group: 'Pictures',
    label: 'Pictures',
    help: 'planets, shapes, faces, emoji, or pictures you imported.',
  },
  maxImages: {
    type: 'integer',
    min: 1,
    max: 1e6,
    default: 1e6,
    group: 'Pictures',
    label: 'Pictures used at most',
    help: 'Only the first so many pictures are used.',
  },
  imageSize: {
    type: 'integer',
    min: 8,
    max: 256,
    unit: 'px',
    default: 32,
    group: 'Pictures',
    label: 'Image size',
    help: 'Edge of the square that the model learns. A multiple of 4; of 8 for Large and Text.',
  },
  batchSize: {
    type: 'integer',
    min: 1,
    max: 512,
    default: 16,
    group: 'Training',
    label: 'Batch size',
    help: 'Pictures per forward and backward pass.',
  },
  gradientAccumulationSteps: {
    type: 'integer',
    min: 1,
    max: 64,
    default: 1,
    group: 'Training',
    label: 'Gradient accumulation',
    help: 'Batches whose gradients are averaged into one step.',
  },
  gradientCheckpointing: {
    type: 'boolean',
    default: false,
    group: 'Training',
    label: 'Gradient checkpointing',
    help: 'About half the GPU memory and the same numbers: layers are computed again, which makes a step about a fifth longer. Of the executor plan; eager keeps everything.',
  },
  seed: {
    type: 'integer',
    min: 0,
    max: 2 ** 32 - 1,
    default: 0,
    group: 'Training',
    label: 'Seed',
    help: 'All randomness follows from the seed: same seed, same run.',
  },
  precision: {
    type: 'choice',
    choices: ['full', 'mixed'],
    default: 'full',
    before: 'full',
    group: 'Training',
    label: 'Precision',
    help: 'mixed stores what the layers compute in 16 bits: about half the GPU memory. Weights and sums stay float32. On a GPU in software it saves nothing.',
  },
  learningRate: {
    type: 'number',
    min: 1e-8,
    max: 1,
    default: 2e-4,
    group: 'Training',
    label: 'Learning rate',
    help: 'How far a step changes the weights, after warm-up.',
  },
  learningRateSchedule: {
    type: 'choice',
    choices: ['constant', 'cosine'],
    default: 'constant',
    group: 'Training',
    label: 'Learning rate schedule',
    help: 'After warm-up: constant, or cosine to zero at the last step.',
  },
  warmupSteps: {
    type: 'integer',
    min: 0,
    max: 1e6,
    unit: 'steps',
    default: 500,
    group: 'Training',
    label: 'Warm-up',
    help: 'Steps in which the learning rate rises from zero to its value.',
  },
  weightDecay: {
    type: 'number',
    min: 0,
    max: 1,
    default: 1e-6,
    group: 'Training',
    label: 'Weight decay',
    help: 'Pulls the weights towards zero at each step, as in AdamW.',
  },
  gradientClip: {
    type: 'number',
    min: 0,
    max: 1e6,
    default: 1,
    group: 'Training',
    label: 'Gradient clip',
    help: 'Largest norm of all gradients together; 0 does not clip.',
  },
  emaMaxDecay: {
    type: 'number',
    min: 0,
    max: 0.999999,
    default: 0.9999,
    group: 'Training',
    label: 'Largest EMA decay',
    help: 'Samples are drawn from weights averaged over the steps; nearer to 1: over more steps.',
  },
  randomFlip: {
    type: 'boolean',
    default: true,
    group: 'Pictures',
    label: 'Random flip',
    help: 'Mirror half of the pictures, chosen anew each time.',
  },
  randomCrop: {
    type: 'choice',
    choices: AUGMENT,
    default: 'auto',
    before: 'off',
    group: 'Pictures',
    label: 'Random crop',
    help: `Cut a square of 80 to 100 % of the edge out of each picture, anew each time. ${AUTO}`,
  },
  colorJitter: {
    type: 'choice',
    choices: AUGMENT,
    default: 'auto',
    before: 'off',
    group: 'Pictures',
    label: 'Colour change',
    help: `Change brightness, contrast and saturation a little, anew each time. ${AUTO}`,
  },
  evenClasses: {
    type: 'boolean',
    default: false,
    group: 'Pictures',
    label: 'Draw classes evenly',
    help: 'Show every class equally often, however many pictures it has: those of small classes more often.',
  },
  captionDropout: {
    type: 'number',
    min: 0,
    max: 1,
    default: 0.1,
    group: 'Training',
    label: 'Caption dropout',
    help: 'How often a picture is learnt without its caption: what guidance compares with. Of models with words.',
  },
  /** The default is the most steps that a run can have, so that epochs end no run unless the user says so. */
  epochs: {
    type: 'integer',
    min: 1,
    max: MOST_STEPS,
    default: MOST_STEPS,
    group: 'Training',
    label: 'Epochs at most',
    help: 'Ends the run before Steps, once it has seen every picture so often. 10000000 never does.',
  },
  maxSteps: {
    type: 'integer',
    min: 1,
    max: MOST_STEPS,
    unit: 'steps',
    default: 40_000,
    group: 'Training',
    label: 'Steps',
    help: 'Length of the run, however many pictures there are.',
  },
  noiseSchedule: {
    type: 'choice',
    choices: ['linear', 'cosine'],
    default: 'cosine',
    group: 'Diffusion',
    label: 'Noise schedule',
    help: 'linear as in DDPM; cosine (squaredcos_cap_v2) learns faster on small pictures.',
  },
  predictionType: {
    type: 'choice',
    choices: ['epsilon', 'v_prediction', 'flow_prediction'],
    default: 'v_prediction',
    group: 'Diffusion',
    label: 'Prediction',
    help: 'What the network predicts: the noise (epsilon); v, which shows results earlier; or the straight way from picture to noise (flow_prediction), as Stable Diffusion 3.',
  },
  timestepDensity: {
    type: 'choice',
    choices: ['logit_normal', 'uniform'],
    default: 'logit_normal',
    group: 'Diffusion',
    label: 'Timestep density',
    help: 'How often each amount of noise is learnt: the middle most (logit_normal), or all alike (uniform).',
  },
  minSnrGamma: {
    type: 'number',
    min: 0,
    max: 100,
    default: 5,
    group: 'Diffusion',
    label: 'Min-SNR gamma',
    help: 'Weighs the loss by min(SNR, gamma); 0 weighs all timesteps alike.',
  },
  checkpointEverySteps: {
    type: 'integer',
    min: 1,
    max: 1e6,
    unit: 'steps',
    default: 2000,
    group: 'Checkpoints and samples',
    label: 'Checkpoint every',
    help: 'A checkpoint at every multiple of this step, and at the end of every epoch that is at least so long.',
  },
  checkpointEveryEpoch: {
    type: 'boolean',
    default: false,
    group: 'Checkpoints and samples',
    label: 'Checkpoint at every epoch',
    help: 'Also at the end of epochs shorter than that, as training notebooks do. Few pictures make many epochs.',
  },
  checkpointEveryMinutes: {
    type: 'number',
    min: 0.1,
    max: 1440,
    unit: 'minutes',
    default: 5,
    group: 'Checkpoints and samples',
    label: 'and at least every',
    help: 'Saved after this many minutes of training at the latest. Where a save costs little it comes earlier, up to 15 times in that time, and takes the place of the one before.',
  },
  keepNewest: {
    type: 'integer',
    min: 1,
    max: 1e4,
    default: 3,
    group: 'Checkpoints and samples',
    label: 'Newest kept',
    help: 'How many of the newest step checkpoints are kept. Of the older ones, four spread over the run stay.',
  },
  sampleEverySteps: {
    type: 'integer',
    min: 1,
    max: 1e6,
    unit: 'steps',
    default: 2000,
    group: 'Checkpoints and samples',
    label: 'Samples every',
    help: `Draw ${SAMPLE_COUNT} samples at every multiple of this step, and before the first at steps 10, 25, 50, 100 and 200.`,
  },
  sampleSteps: {
    type: 'integer',
    min: 1,
    max: 1000,
    default: 25,
    group: 'Checkpoints and samples',
    label: 'Sampler steps',
    help: 'Denoising steps for one picture. More steps: cleaner pictures, drawn more slowly.',
  },
  sampler: {
    type: 'choice',
    choices: ['ddim', 'ddpm', 'dpmpp_2m', 'unipc', 'euler'],
    default: 'ddim',
    group: 'Checkpoints and samples',
    label: 'Sampler',
    help: 'ddim, and euler for a flow: the same picture at any number of steps, nearly. dpmpp_2m and unipc: the same in about half the steps. ddpm: adds noise at each step, wants more steps.',
  },
  guidanceScale: {
    type: 'number',
    min: 1,
    max: 20,
    default: 3,
    group: 'Checkpoints and samples',
    label: 'Guidance',
    help: 'How strongly samples follow their prompt, at twice the time; 1: no guidance. Of models with words.',
  },
  timestepSpacing: {
    type: 'choice',
    choices: ['auto', 'leading', 'trailing'],
    default: 'auto',
    group: 'Checkpoints and samples',
    label: 'Timestep spacing',
    help: 'trailing starts from pure noise, leading just below it. auto: trailing below 50 sampler steps.',
  },
  backend: {
    type: 'choice',
    choices: ['auto', 'webgpu', 'webgl', 'cpu'],
    default: 'auto',
    group: 'Machine',
    label: 'Backend',
    help: 'auto takes webgpu, else webgl, else cpu.',
  },
  executor: {
    type: 'choice',
    choices: ['auto', 'plan', 'eager'],
    default: 'auto',
    group: 'Machine',
    label: 'Executor',
    help: 'auto takes the plan (one fixed list of GPU dispatches) on webgpu, else eager, plain TensorFlow.js.',
  },
} as const satisfies Readonly<Record<string, Setting>>;

type Rows = typeof ROWS;

type ValueOf<Row extends Setting> = Row extends { type: 'integer' | 'number' }
  ? number
  : Row extends { type: 'boolean' }
    ? boolean
    : Row extends { choices: readonly (infer Choice)[] }
      ? Choice
      : string;

/** What the form and the address can set. */
export type Settings = { -readonly [Name in keyof Rows]: ValueOf<Rows[Name]> };

/** The member of `Setting` that describes `Row`. */
type KindOf<Row, Kind = Setting> = Kind extends unknown ? (Row extends Kind ? Kind : never) : never;

/** The table, in the order of the form; a number's row is known to have a range. */
export const SETTINGS: { readonly [Name in keyof Rows]: KindOf<Rows[Name]> } = ROWS;

/** Every setting at its row's default. */
export const DEFAULTS: Readonly<Settings> = Object.fromEntries(
  Object.entries(ROWS).map(([name, row]) => [name, row.default]),
) as { [Name in keyof Rows]: Rows[Name]['default'] };

/** How far a run was when it came from another program, which counted its epochs over other batches. */
export interface Origin {
  globalStep: number;
  /** Completed epochs. */
  epoch: number;
}

/** All that a run is made from: the settings, and three fields that only an imported file brings. */
export interface RunConfig extends Settings {
  /** The imported network; null: network and text encoder are the preset's. */
  network: NetworkConfig | null;
  /** The text encoder of an imported network; null: it has none, or the network is the preset's. */
  textEncoder: TextEncoderConfig | null;
  /** Null: the run began in this app. */
  origin: Origin | null;
}
