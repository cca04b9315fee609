// A checkpoint as a .pt file for torch.load(path, weights_only=True) and load_state_dict of a UNet of
// diffusers, of a CLIPTextModel where the model knows words, and of an AdamW. Keys of our own beside theirs:
// EMA weights, losses by quartile, the checkpoint's metadata. Not here: bytes (formats/torch-file.ts).
import type { RunConfig } from '../../settings/settings.ts';
import { positionOf, lastStep } from '../../settings/calendar.ts';
import { modelOfRun } from '../../settings/presets.ts';
import { learningRateAt } from '../../diffusion/training-schedules.ts';
import type { ParameterSpec } from '../../engine/executor.ts';
import type { PickledValue } from '../../formats/pickle-writer.ts';
import { writeTorchFile } from '../../formats/torch-file.ts';
import { OrderedDict, type TorchTensor } from '../../formats/torch-values.ts';
import { TEXT_ENCODER, toClipStateName } from '../../model/text-encoder-parameters.ts';
import { type CheckpointContent, factsAsText } from '../checkpoint-file.ts';
import { ADAM } from '../training-step.ts';

/** Losses in a list at most: well below the 16 MiB of pickle that a careful reader accepts. */
const MOST_LISTED = 1_000_000;

type Values = readonly Float32Array<ArrayBuffer>[];

const dict = (entries: Record<string, PickledValue>): Map<string | number, PickledValue> =>
  new Map(Object.entries(entries));
const tensor = (shape: number[], data: Float32Array<ArrayBuffer>): TorchTensor => ({
  dtype: 'float32',
  shape,
  data,
});

/**
 * The checkpoint as a .pt file. Its archive has one folder, named after the checkpoint as torch.save names
 * it.
 */
export function torchCheckpoint({ facts, state, history }: CheckpointContent): Promise<Blob> {
  const { config, dataset, globalStep } = facts;
  const { parameters } = modelOfRun(config);
  const { epoch } = positionOf(config, dataset.count, globalStep);
  // Updates that were made: the optimizer does not count a skipped step.
  const updates = globalStep - (state.lossScale?.skipped ?? 0);
  const whole = dict({
    ...networks(parameters, state.weights, facts.words ? WITH_WORDS : ALONE),
    [facts.words ? 'optimizer_state_dict' : 'optimizer']: dict({
      state: optimizerState(parameters, state.expAvg, state.expAvgSq, updates),
      param_groups: [paramGroup(parameters.length, config, dataset.count, updates)],
    }),
    global_step: globalStep,
    epoch,
    batch_losses: listOrTensor(history.batchLosses(0, globalStep)),
    epoch_losses: listOrTensor(Float32Array.from(history.epochLosses.slice(0, epoch))),
    ...networks(parameters, state.ema, facts.words ? AVERAGES_WITH_WORDS : AVERAGES_ALONE),
    batch_losses_by_quartile: tensor([globalStep, 4], history.quartileLosses(globalStep)),
    perennial_config: dict(factsAsText(facts)),
  });
  return writeTorchFile(whole, facts.name);
}

/**
 * Keys of the two networks; without `encoder` there is one. Notebooks that train both use the longer names.
 */
type Keys = Readonly<{ unet: string; encoder?: string }>;
const ALONE: Keys = { unet: 'unet' };
const AVERAGES_ALONE: Keys = { unet: 'ema' };
const WITH_WORDS: Keys = { unet: 'unet_state_dict', encoder: 'text_encoder_state_dict' };
const AVERAGES_WITH_WORDS: Keys = { unet: 'ema_unet_state_dict', encoder: 'ema_text_encoder_state_dict' };

/**
 * The state_dict of each network, by diffusers' names and by those of transformers 5, for load_state_dict.
 */
function networks(
  specs: readonly ParameterSpec[],
  values: Values,
  { unet, encoder }: Keys,
): Record<string, PickledValue> {
  const entries = specs.map(({ name, shape }, i): [string, PickledValue] => [
    name,
    tensor(shape, values[i] as Float32Array<ArrayBuffer>),
  ]);
  const isEncoder = ([name]: [string, PickledValue]): boolean => name.startsWith(TEXT_ENCODER);
  const first = { [unet]: new OrderedDict(entries.filter((entry) => !isEncoder(entry))) };
  if (encoder === undefined) return first;
  const renamed = entries
    .filter(isEncoder)
    .map(([name, value]): [string, PickledValue] => [toClipStateName(name), value]);
  return { ...first, [encoder]: new OrderedDict(renamed) };
}

/** A list of numbers; a tensor where the list would be too long: in a pickle each number takes 9 bytes. */
const listOrTensor = (losses: Float32Array<ArrayBuffer>): PickledValue =>
  losses.length <= MOST_LISTED ? losses : tensor([losses.length], losses);

/**
 * `state` of torch.optim.AdamW.state_dict(), by the parameter's number: the UNet's first, then the text
 * encoder's, each in the order of its registration. Empty before the first step.
 */
function optimizerState(
  specs: readonly ParameterSpec[],
  expAvg: Values,
  expAvgSq: Values,
  updates: number,
): PickledValue {
  if (updates === 0) return new Map();
  return new Map(
    specs.map(({ shape }, i): [number, PickledValue] => [
      i,
      dict({
        step: tensor([], Float32Array.of(updates)),
        exp_avg: tensor(shape, expAvg[i] as Float32Array<ArrayBuffer>),
        exp_avg_sq: tensor(shape, expAvgSq[i] as Float32Array<ArrayBuffer>),
      }),
    ]),
  );
}

function paramGroup(parameters: number, config: RunConfig, count: number, updates: number): PickledValue {
  const schedule = { ...config, lastStep: lastStep(config, count) };
  return dict({
    lr: learningRateAt(updates + 1, schedule),
    betas: Object.freeze([ADAM.beta1, ADAM.beta2]) as number[],
    eps: ADAM.epsilon,
    weight_decay: config.weightDecay,
    amsgrad: false,
    maximize: false,
    foreach: null,
    capturable: false,
    differentiable: false,
    fused: null,
    decoupled_weight_decay: true,
    // The rate from which torch's learning-rate schedulers compute.
    initial_lr: config.learningRate,
    params: Array.from({ length: parameters }, (_, i) => i),
  });
}
