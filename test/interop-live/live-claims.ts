// Claims that eager and plan both meet, about files that Python has just made: a golden case of a new random
// seed, and the samples that diffusers drew with the models that the app exported. Not here: making the files
// (scripts/interop.mjs, interop.spec.ts, flow.spec.ts, classes.spec.ts), models with words (words-claims.ts).
import { expect, inject, it } from 'vitest';
import type { TimestepSpacing } from '../../src/diffusion/call-timesteps.ts';
import { noiseLevels } from '../../src/diffusion/noise-levels.ts';
import {
  fromDiffusersScheduler,
  fromDiffusersSpacing,
  type SchedulerChoice,
} from '../../src/diffusion/diffusers-scheduler.ts';
import { createSampler, initialNoise, type SamplerName, stepNoise } from '../../src/diffusion/sampler.ts';
import type { Executor } from '../../src/engine/executor.ts';
import type { BatchShape, Inputs } from '../../src/engine/inputs.ts';
import { readTensors } from '../../src/formats/safetensors-file.ts';
import { openZip } from '../../src/formats/zip-reader.ts';
import { fromDiffusersUNet } from '../../src/model/diffusers-unet.ts';
import { type Model, modelOf } from '../../src/model/model.ts';
import { largestDifference, readGoldenCase } from '../interop/golden-case.ts';
import { describeGolden } from '../interop/golden-claims.ts';

/** Largest difference of a sample's value, which lies in -1..1. */
const SAMPLES_WITHIN = 1e-3;

type Shape = [number, number, number, number];
type Open = (model: Model, inputs: Inputs<BatchShape>) => Promise<Executor>;

interface DrawnSamples {
  seed: number;
  steps: number;
  shape: Shape;
  /** The class of each sample; absent: the model draws by no class. */
  labels?: number[];
  drawn: Partial<Record<SamplerName, number[]>>;
}

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

export function describeLive(open: Open): void {
  const golden = readGoldenCase('a fresh seed', bytesOf(inject('fresh')));
  describeGolden(golden, async () => open(golden.model(), golden.inputShapes));

  for (const of of ['v', 'flow', 'classes'] as const) {
    const expected = JSON.parse(inject(`${of}Drawn`)) as DrawnSamples;
    const drawn = Object.entries(expected.drawn) as [SamplerName, number[]][];
    it.each(drawn)(`draws the samples of ${of} that diffusers drew: %s`, async (sampler, samples) => {
      const model = await readModel(inject(`${of}Model`));
      const network = modelOf(model.unet);
      const executor = await open(network, network.inputs(expected.shape[0]));
      const zeros = () => model.weights.map(({ length }) => new Float32Array(length));
      executor.setState({ weights: model.weights, ema: zeros(), expAvg: zeros(), expAvgSq: zeros() });
      const difference = largestDifference(await draw(executor, model.scheduler, expected, sampler), samples);
      executor.dispose();
      console.log(`${of}, ${sampler}: 4 samples differ by ${difference.toExponential(1)} at most`);
      expect(difference).toBeLessThan(SAMPLES_WITHIN);
    });
  }
}

/** The exported zip, in base64, as the app itself reads it. */
async function readModel(zip: string) {
  const entries = await openZip(new Blob([bytesOf(zip)]), { stored: false });
  const read = async (name: string): Promise<Uint8Array<ArrayBuffer>> => {
    const entry = entries.find((one) => one.name === name);
    if (!entry) throw new Error(`no ${name} in the export`);
    return entry.read();
  };
  const json = async (name: string): Promise<unknown> =>
    JSON.parse(new TextDecoder().decode(await read(name)));
  const unet = fromDiffusersUNet(await json('unet/config.json'));
  const exported = await json('scheduler/scheduler_config.json');
  const scheduler = {
    ...fromDiffusersScheduler(exported),
    spacing: fromDiffusersSpacing(exported) ?? ('leading' as const),
  };
  const file = await read('unet/diffusion_pytorch_model.safetensors');
  const byName = new Map((await readTensors(new Blob([file]))).tensors.map(({ name, data }) => [name, data]));
  const weights = modelOf(unet).parameters.map(({ name }) => {
    const data = byName.get(name);
    if (!data) throw new Error(`no ${name} in the export`);
    return data;
  });
  return { unet, scheduler, weights };
}

async function draw(
  executor: Executor,
  { spacing, ...choice }: SchedulerChoice & { spacing: TimestepSpacing },
  { seed, steps, shape, labels }: DrawnSamples,
  name: SamplerName,
): Promise<Float32Array> {
  const sampler = createSampler({
    levels: noiseLevels({ noiseSchedule: 'linear', ...choice }),
    predictionType: choice.predictionType,
    sampler: name,
    spacing,
    steps,
  });
  const [samples, height, width, channels] = shape;
  const size = height * width * channels;
  const joined = (of: (sample: number) => Float32Array) =>
    Float32Array.from(Array.from({ length: samples }, (_, sample) => [...of(sample)]).flat());
  const held = executor.hold('raw');
  let x: Float32Array = joined((sample) => initialNoise(seed, sample, size));
  for (const [i, timestep] of sampler.timesteps.entries()) {
    const prediction = await executor.predict(held, {
      sample: { data: x, shape },
      timestep: { data: new Float32Array(samples).fill(timestep), shape: [samples] },
      ...(labels && { class_labels: { data: Float32Array.from(labels), shape: [samples] } }),
    });
    const noise = sampler.usesNoise(i) ? joined((sample) => stepNoise(seed, sample, size, i)) : null;
    x = sampler.step(i, x, prediction, noise);
  }
  held.release();
  return x;
}
