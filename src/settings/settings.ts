// Every setting once: type, unit, range, default, help. The form, the URL, the checkpoint and the validator read it.
// Not here: what the settings do (trainer/), the network's own fields (model/config.ts). Over 400 lines because it is a table:
// each setting and each preset stands here once.
import { type Fault, FaultError } from '../fault.ts';
import { type NetworkConfig, UNET_DEFAULTS, type UNetConfig } from '../model/unet-config.ts';

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

export interface Preset {
  title: string;
  /** One line under the title. */
  note: string;
  network: NetworkConfig;
  settings: Partial<Settings>;
}

/** Attention in the lowest block only, as most small configs have it. */
function attentionAtTheBottom(
  channels: number[],
): Pick<UNetConfig, 'blockOutChannels' | 'downBlockTypes' | 'upBlockTypes'> {
  return {
    blockOutChannels: channels,
    downBlockTypes: channels.map((_, i) => (i === channels.length - 1 ? 'AttnDownBlock2D' : 'DownBlock2D')),
    upBlockTypes: channels.map((_, i) => (i === 0 ? 'AttnUpBlock2D' : 'UpBlock2D')),
  };
}

export const PRESETS: Readonly<Record<PresetName, Preset>> = {
  tiny: {
    title: 'Tiny',
    note: '16 × 16, a first look',
    network: {
      ...UNET_DEFAULTS,
      blockOutChannels: [16, 24],
      downBlockTypes: ['DownBlock2D', 'DownBlock2D'],
      upBlockTypes: ['UpBlock2D', 'UpBlock2D'],
      layersPerBlock: 1,
      normNumGroups: 8,
      attentionHeadDim: null,
    },
    settings: {
      imageSize: 16,
      batchSize: 4,
      learningRate: 2e-3,
      warmupSteps: 10,
      sampleSteps: 10,
      epochs: 10,
      maxSteps: 4000,
      checkpointEverySteps: 200,
      sampleEverySteps: 200,
    },
  },
  bench: {
    title: 'Bench',
    note: '32 × 32, to compare machines',
    network: {
      ...UNET_DEFAULTS,
      ...attentionAtTheBottom([32, 64, 64]),
      normNumGroups: 8,
      attentionHeadDim: null,
    },
    settings: { imageSize: 32, batchSize: 4 },
  },
  small: {
    title: 'Small',
    note: '32 × 32',
    network: { ...UNET_DEFAULTS, ...attentionAtTheBottom([64, 128, 128]) },
    settings: { imageSize: 32 },
  },
  cifar: {
    title: 'Cifar',
    note: '32 × 32, as ddpm-cifar10',
    network: {
      ...UNET_DEFAULTS,
      blockOutChannels: [128, 256, 256, 256],
      downBlockTypes: ['DownBlock2D', 'AttnDownBlock2D', 'DownBlock2D', 'DownBlock2D'],
      upBlockTypes: ['UpBlock2D', 'UpBlock2D', 'AttnUpBlock2D', 'UpBlock2D'],
      attentionHeadDim: null,
      normEps: 1e-6,
      downsamplePadding: 0,
      flipSinToCos: false,
      freqShift: 1,
    },
    settings: { imageSize: 32, batchSize: 64, maxSteps: 400_000, epochs: 10_000 },
  },
};

const BASE: Omit<RunConfig, 'preset'> = {
  dataset: 'planets',
  maxImages: 1e6,
  imageSize: 32,
  batchSize: 16,
  gradientAccumulationSteps: 1,
  seed: 0,
  learningRate: 2e-4,
  learningRateSchedule: 'constant',
  warmupSteps: 500,
  weightDecay: 1e-6,
  gradientClip: 1,
  emaMaxDecay: 0.9999,
  randomFlip: true,
  epochs: 500,
  maxSteps: 40_000,
  noiseSchedule: 'linear',
  predictionType: 'epsilon',
  minSnrGamma: 0,
  checkpointEverySteps: 2000,
  checkpointEveryMinutes: 5,
  keepNewest: 3,
  sampleEverySteps: 2000,
  sampleSteps: 50,
  sampler: 'ddim',
  backend: 'auto',
  executor: 'auto',
  network: null,
  origin: null,
};

/** All settings of a preset. */
export function presetConfig(preset: PresetName): RunConfig {
  return { preset, ...BASE, ...PRESETS[preset].settings };
}

/** What is not as the preset has it: chosen by the user. */
export function changedSettings(config: RunConfig): Partial<Settings> {
  const own = presetConfig(config.preset);
  const names = Object.keys(SETTINGS) as (keyof Settings)[];
  return Object.fromEntries(
    names.filter((name) => config[name] !== own[name]).map((name) => [name, config[name]]),
  );
}

/** The network that a run with these settings trains. */
export function networkOf({
  preset,
  imageSize,
  network = null,
}: Pick<RunConfig, 'preset' | 'imageSize'> & Partial<Pick<RunConfig, 'network'>>): UNetConfig {
  return { ...(network ?? PRESETS[preset].network), sampleSize: [imageSize, imageSize] };
}

/** Images a step learns from. */
export const imagesPerStep = (config: RunConfig): number =>
  config.batchSize * config.gradientAccumulationSteps;

/** An epoch's steps; the last batch is completed with the first images of the same permutation. */
export const stepsPerEpoch = (config: RunConfig, imageCount: number): number =>
  Math.ceil(imageCount / imagesPerStep(config));

/** Of a run that began here. */
export const FROM_THE_START: Origin = { globalStep: 0, epoch: 0 };

/** Where a run is after `step` steps: completed epochs, and steps done in the one that runs. */
export function positionOf(
  config: RunConfig,
  imageCount: number,
  step: number,
): { epoch: number; stepInEpoch: number } {
  const origin = config.origin ?? FROM_THE_START;
  const [since, perEpoch] = [step - origin.globalStep, stepsPerEpoch(config, imageCount)];
  return { epoch: origin.epoch + Math.floor(since / perEpoch), stepInEpoch: since % perEpoch };
}

/** Whether step `step`, 1 for the first, is an epoch's last. */
export const endsEpoch = (config: RunConfig, imageCount: number, step: number): boolean =>
  step > (config.origin ?? FROM_THE_START).globalStep &&
  positionOf(config, imageCount, step).stepInEpoch === 0;

/** The step at which the run ends. */
export function lastStep(config: RunConfig, imageCount: number): number {
  const { globalStep, epoch } = config.origin ?? FROM_THE_START;
  return Math.min(config.maxSteps, globalStep + (config.epochs - epoch) * stepsPerEpoch(config, imageCount));
}

function rangeOf(setting: Setting): string {
  switch (setting.type) {
    case 'integer':
      return `a whole number from ${setting.min} to ${setting.max}`;
    case 'number':
      return `a number from ${setting.min} to ${setting.max}`;
    case 'choice':
      return `one of ${setting.choices.join(', ')}`;
    case 'boolean':
      return 'true or false';
    case 'text':
      return `small letters, digits and dashes, at most ${setting.maxLength}`;
  }
}

function accepts(setting: Setting, value: unknown): boolean {
  switch (setting.type) {
    case 'integer':
      return Number.isInteger(value) && (value as number) >= setting.min && (value as number) <= setting.max;
    case 'number':
      return Number.isFinite(value) && (value as number) >= setting.min && (value as number) <= setting.max;
    case 'choice':
      return typeof value === 'string' && setting.choices.includes(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'text':
      return typeof value === 'string' && value.length <= setting.maxLength && setting.pattern.test(value);
  }
}

/** Written text as the setting's own type; text that is no number stays text and is refused by `accepts`. */
function readText(setting: Setting, text: string): unknown {
  if (setting.type === 'integer' || setting.type === 'number')
    return text.trim() === '' ? text : Number(text);
  if (setting.type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  return text;
}

const isSetting = (name: string): name is keyof Settings => Object.hasOwn(SETTINGS, name);

function unknownSetting(name: string): Fault {
  return {
    kind: 'setting',
    title: `There is no setting called ${name.slice(0, 64)}`,
    what: 'The other settings are used as given.',
    expected: `one of ${Object.keys(SETTINGS).join(', ')}`,
    got: name.slice(0, 64),
    todo: ['Correct the name in the address, or remove it.'],
  };
}

function wrongSetting(name: keyof Settings, got: unknown, used: unknown): Fault {
  const shown = String(got).slice(0, 64);
  return {
    kind: 'setting',
    title: `${name} is ${shown === '' ? 'empty' : shown}`,
    what: `It must be ${rangeOf(SETTINGS[name])}. Using ${String(used)} until you change it.`,
    expected: rangeOf(SETTINGS[name]),
    got: shown,
    todo: [`Choose a value for ${name} in the form or in the address.`],
  };
}

/** What one field's text means. The form's validator. */
export function parseSetting<K extends keyof Settings>(
  name: K,
  text: string,
  used: Settings[K],
): { value: Settings[K]; fault: Fault | null } {
  const value = readText(SETTINGS[name], text);
  if (accepts(SETTINGS[name], value)) return { value: value as Settings[K], fault: null };
  return { value: used, fault: wrongSetting(name, text, used) };
}

/** What no single field can tell: does the network fit the image size? */
export function crossCheck(config: RunConfig): Fault | null {
  const divisor = 2 ** (networkOf(config).blockOutChannels.length - 1);
  if (config.imageSize % divisor === 0) return null;
  return {
    kind: 'setting',
    title: `imageSize is ${config.imageSize}`,
    what: `The ${config.network ? 'imported' : config.preset} network halves the picture ${Math.log2(divisor)} times.`,
    expected: `a multiple of ${divisor}`,
    got: String(config.imageSize),
    todo: [`Choose ${Math.max(8, Math.round(config.imageSize / divisor) * divisor)}.`],
  };
}

/** Settings given in an address (`?preset=tiny&seed=7`); the preset's own where nothing or nonsense is given. */
export function parseAddress(
  params: URLSearchParams,
  fallback: PresetName,
): { config: RunConfig; given: ReadonlySet<keyof Settings>; faults: Fault[] } {
  const faults: Fault[] = [];
  const given = new Set<keyof Settings>();
  const preset = params.has('preset')
    ? parseSetting('preset', params.get('preset') ?? '', fallback)
    : { value: fallback, fault: null };
  if (preset.fault) faults.push(preset.fault);
  else if (params.has('preset')) given.add('preset');
  const config: Record<string, unknown> = { ...presetConfig(preset.value) };
  for (const [name, text] of params) {
    if (!isSetting(name)) {
      faults.push(unknownSetting(name));
      continue;
    }
    if (name === 'preset') continue;
    const { value, fault } = parseSetting(name, text, config[name] as never);
    if (fault) faults.push(fault);
    else given.add(name);
    config[name] = value;
  }
  const whole = config as unknown as RunConfig;
  const mismatch = crossCheck(whole);
  if (mismatch) {
    faults.push(mismatch);
    whole.imageSize = presetConfig(whole.preset).imageSize;
  }
  return { config: whole, given, faults };
}

/**
 * Settings stored in a checkpoint. A field that is there must be in range; one that is not, because the version that saved it had
 * no such setting, is what its preset says. Unknown fields (of a newer version) are left out. `unet`: the network that the
 * file names; null (a file of an older version): the preset's. Throws FaultError.
 */
export function parseStored(stored: unknown, unet: UNetConfig | null = null): RunConfig {
  if (typeof stored !== 'object' || stored === null)
    throw new FaultError(storedFault('config', 'an object', String(stored)));
  const fields = stored as Record<string, unknown>;
  const field = (name: keyof Settings): unknown => {
    if (accepts(SETTINGS[name], fields[name])) return fields[name];
    const got = String(fields[name]).slice(0, 64);
    throw new FaultError(storedFault(`config.${name}`, rangeOf(SETTINGS[name]), got));
  };
  // Without its preset nothing else is known.
  const config: Record<string, unknown> = { ...presetConfig(field('preset') as PresetName) };
  for (const name of Object.keys(SETTINGS) as (keyof Settings)[])
    if (Object.hasOwn(fields, name)) config[name] = field(name);
  config['origin'] = originOf(fields['origin'] ?? null);
  const whole = config as unknown as RunConfig;
  if (unet) whole.network = ownNetwork(whole, unet);
  const mismatch = crossCheck(whole);
  if (mismatch) throw new FaultError(mismatch);
  return whole;
}

function originOf(stored: unknown): Origin | null {
  if (stored === null) return null;
  const { globalStep, epoch } = stored as Record<string, unknown>;
  const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
  if (isCount(globalStep) && isCount(epoch)) return { globalStep, epoch };
  throw new FaultError(
    storedFault('config.origin', 'globalStep and epoch, whole numbers', JSON.stringify(stored).slice(0, 64)),
  );
}

/** What a run keeps of a network: null where it is its preset's. */
export function ownNetwork(
  { preset, imageSize }: Pick<RunConfig, 'preset' | 'imageSize'>,
  unet: UNetConfig,
): NetworkConfig | null {
  const text = (config: UNetConfig) => JSON.stringify(config, Object.keys(unet).sort());
  if (text(unet) === text(networkOf({ preset, imageSize }))) return null;
  const { sampleSize: _, ...network } = unet;
  return network;
}

function storedFault(name: string, expected: string, got: string): Fault {
  return {
    kind: 'file',
    title: 'This checkpoint has settings that cannot be used',
    what: `Its ${name} is not valid. Nothing was changed.`,
    expected: `${name}: ${expected}`,
    got,
    todo: ['Use a checkpoint that Perennial exported.'],
  };
}
