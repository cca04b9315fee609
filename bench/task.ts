// What both sides train: a preset's network, the same first weights, the same batches of drawn shapes, each
// batch a function of the step. Not here: who trains it.
import type { PresetName } from '../src/settings/settings.ts';
import { modelOfRun, presetConfig } from '../src/settings/presets.ts';
import { drawShape, shapeCaption, SHAPES } from '../src/data/shapes.ts';
import { noiseLevels } from '../src/diffusion/noise-levels.ts';
import { TIMESTEPS } from '../src/diffusion/noise-schedule.ts';
import { mixtureOf } from '../src/diffusion/target.ts';
import { emaDecayAt } from '../src/diffusion/training-schedules.ts';
import type {
  ExecutorState,
  Network,
  NoisedBatch,
  ParameterSpec,
  StepSettings,
} from '../src/engine/executor.ts';
import type { BatchShape, InputArray, Inputs } from '../src/engine/inputs.ts';
import { STREAMS, uniformBelow } from '../src/random.ts';
import { encodePrompts } from '../src/text/tokenizer.ts';
import { newWords, type RunWords } from '../src/trainer/run-words.ts';

export interface Task {
  preset: PresetName;
  parameters: readonly ParameterSpec[];
  parameterCount: number;
  network: Network;
  /** The first weights, in PyTorch's layout, in the order of `parameters`. */
  weights: readonly Float32Array<ArrayBuffer>[];
  /** Shapes of the network's inputs. */
  inputs: Inputs<BatchShape>;
  /** [B, H, W, C] */
  shape: [number, number, number, number];
  learningRate: number;
  /** What the network reads beside pictures and timestep: of a preset with words the pictures' captions. */
  conditions(first: number, count: number): Readonly<Record<string, InputArray>>;
  /** The batch of a step, from 1. */
  batchOf(step: number): NoisedBatch;
}

const SEED = 0;

/** Deterministic: the same arguments give the same task. */
export function taskOf(preset: PresetName, batch: number): Task {
  const run = presetConfig(preset);
  const { imageSize, learningRate } = run;
  const { config, parameters, parameterCount, network, inputs, initialWeights } = modelOfRun(run);
  const words = newWords(run, { count: SHAPES.count, caption: (index) => shapeCaption(index, SEED) }, null);
  const shape: Task['shape'] = [batch, imageSize, imageSize, config.inChannels];
  const levels = noiseLevels({ predictionType: 'epsilon', noiseSchedule: 'linear' });
  const tokens = inputs(1)['input_ids']?.[1] ?? 0;
  const conditions: Task['conditions'] = (first, count) =>
    words ? captionsOf(words, first, count, tokens) : {};
  return {
    preset,
    parameters,
    parameterCount,
    network,
    inputs: inputs(batch),
    weights: initialWeights(SEED),
    shape,
    learningRate,
    conditions,
    batchOf: (step) => {
      const timesteps = uniformBelow(SEED, step, STREAMS.timesteps, TIMESTEPS, batch);
      return {
        inputs: {
          timestep: { data: Float32Array.from(timesteps), shape: [batch] },
          ...conditions((step - 1) * batch, batch),
        },
        pictures: { data: picturesOf(step, batch, imageSize), shape },
        mixture: mixtureOf('epsilon', levels, timesteps),
        noise: { seed: SEED, step, stream: STREAMS.noise, first: 0 },
        sampleWeights: new Float32Array(batch).fill(1),
      };
    },
  };
}

/** The captions of `count` pictures as the text encoder takes them. */
function captionsOf(
  { tokenizer }: RunWords,
  first: number,
  count: number,
  length: number,
): Record<string, InputArray> {
  const captions = Array.from({ length: count }, (_, i) => shapeCaption(first + i, SEED));
  return { input_ids: { data: encodePrompts(tokenizer, captions, length), shape: [count, length] } };
}

/** The step's pictures of shapes, bytes [B, size, size, 3]. */
function picturesOf(step: number, batch: number, size: number): Uint8Array {
  const pictures = new Uint8Array(batch * size * size * 3);
  for (let i = 0; i < batch; i++)
    pictures.set(drawShape((step - 1) * batch + i, size, SEED), i * size * size * 3);
  return pictures;
}

/**
 * Settings of the update that makes `step`: weight decay, clip and EMA as in a run. The learning rate rises
 * over `warmupSteps` to the preset's.
 */
export function settingsOf(task: Task, step: number, warmupSteps = 0): StepSettings {
  return {
    optimizerStep: step,
    learningRate: task.learningRate * Math.min(1, step / (warmupSteps + 1)),
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: 1e-6,
    gradientClip: 1,
    emaDecay: emaDecayAt(step, 0.9999),
  };
}

/** The state a run starts from: EMA equal to the weights, moments zero. */
export function initialState({ weights }: Task): ExecutorState {
  const copy = () => weights.map((values) => values.slice());
  const zeros = () => weights.map(({ length }) => new Float32Array(length));
  return { weights: copy(), ema: copy(), expAvg: zeros(), expAvgSq: zeros() };
}
