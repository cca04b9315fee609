// Draws the 16 samples of one step: fixed noise, held weights, one denoising call at a time, so that the training loop can
// put its steps in between. Not here: the sampler's equations (diffusion/sampler.ts), PNGs (pictures.ts).
import { networkOf, type RunConfig } from '../config.ts';
import { createSampler, initialNoise, type Sampler, stepNoise } from '../diffusion/sampler.ts';
import type { Executor, HeldWeights } from '../engine/executor.ts';
import type { Sample } from './api.ts';

export const SAMPLE_COUNT = 16;

export interface DrawingRequest {
  purpose: Sample['purpose'];
  step: number;
  weights: 'ema' | 'raw';
  seed: number;
}

export interface DrawnSamples {
  samples: Sample[];
  finite: boolean;
}

/** A set of samples in the making. */
export class Drawing {
  readonly request: DrawingRequest;
  readonly size: number;
  readonly #channels: number;
  readonly #executor: Executor;
  readonly #held: HeldWeights;
  readonly #sampler: Sampler;
  #x: Float32Array;
  #call = 0;
  /** A sampler clips what it is given: a prediction that is not finite would not show in the samples. */
  #finite = true;

  constructor(executor: Executor, alphaBar: Float64Array, config: RunConfig, request: DrawingRequest) {
    this.request = request;
    this.size = config.imageSize;
    this.#channels = networkOf(config).inChannels;
    this.#executor = executor;
    this.#held = executor.hold(request.weights);
    this.#sampler = createSampler({
      alphaBar,
      predictionType: config.predictionType,
      sampler: config.sampler,
      steps: config.sampleSteps,
    });
    this.#x = eachSample(this.#length, (index, length) => initialNoise(request.seed, index, length));
  }

  get #length(): number {
    return this.size * this.size * this.#channels;
  }

  get calls(): number {
    return this.#sampler.timesteps.length;
  }

  get callsMade(): number {
    return this.#call;
  }

  /** One denoising call for all 16; null while more are to come. */
  async advance(): Promise<DrawnSamples | null> {
    const timestep = this.#sampler.timesteps[this.#call];
    if (timestep === undefined) throw new Error('the samples are complete already');
    const timesteps = new Float32Array(SAMPLE_COUNT).fill(timestep);
    const prediction = await this.#executor.predict(this.#held, this.#x, timesteps, [
      SAMPLE_COUNT,
      this.size,
      this.size,
      this.#channels,
    ]);
    this.#finite &&= prediction.every(Number.isFinite);
    const noise = this.#sampler.usesNoise(this.#call) ? this.#stepNoise() : null;
    this.#x = this.#sampler.step(this.#call, this.#x, prediction, noise);
    this.#call += 1;
    if (this.#call < this.calls) return null;
    this.cancel();
    const samples = this.#samples(true);
    return { samples, finite: this.#finite && samples.every((sample) => sample.finite) };
  }

  /** The 16 pictures as they are now, for looking at: noise that clears call by call. Changes nothing. */
  estimates(): Sample[] {
    return this.#samples(false);
  }

  /** Fresh noise of a stochastic sampler, sample by sample, so that no sample depends on its neighbours. */
  #stepNoise(): Float32Array {
    return eachSample(this.#length, (index, length) =>
      stepNoise(this.request.seed, index, length, this.#call),
    );
  }

  /** Lets the held weights go. */
  cancel(): void {
    this.#held.release();
  }

  #samples(drawn: boolean): Sample[] {
    const samples: Sample[] = [];
    for (let index = 0; index < SAMPLE_COUNT; index++) {
      const pixels = this.#x.subarray(index * this.#length, (index + 1) * this.#length);
      const finite = pixels.every(Number.isFinite);
      samples.push({
        purpose: this.request.purpose,
        step: this.request.step,
        index,
        of: SAMPLE_COUNT,
        size: this.size,
        rgba: toRgba(pixels, this.#channels),
        finite,
        drawn,
      });
    }
    return samples;
  }
}

function eachSample(length: number, make: (index: number, length: number) => Float32Array): Float32Array {
  const all = new Float32Array(SAMPLE_COUNT * length);
  for (let index = 0; index < SAMPLE_COUNT; index++) all.set(make(index, length), index * length);
  return all;
}

/** -1..1 RGB or grey as opaque uint8 RGBA; values outside are clamped. */
function toRgba(pixels: Float32Array, channels: number): Uint8ClampedArray<ArrayBuffer> {
  const rgba = new Uint8ClampedArray((pixels.length / channels) * 4);
  for (let i = 0, o = 0; i < pixels.length; i += channels, o += 4) {
    for (let c = 0; c < 3; c++) rgba[o + c] = ((pixels[i + (c % channels)] ?? 0) + 1) * 127.5;
    rgba[o + 3] = 255;
  }
  return rgba;
}
