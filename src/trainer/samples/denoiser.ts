// The network's prediction for samples in the making: by their prompts where the model knows words, with
// guidance, and by their classes where it draws by class. Not here: the sampler's equations
// (diffusion/sampler.ts), the samples (drawing.ts).
import { combine, scaleAt } from '../../diffusion/guidance.ts';
import type { HeldWeights, Predictor } from '../../engine/executor.ts';
import type { InputArray } from '../../engine/inputs.ts';
import { textEncoderOf } from '../../settings/presets.ts';
import type { RunConfig } from '../../settings/settings.ts';
import { encodePrompts } from '../../text/tokenizer.ts';
import type { Wish } from '../api.ts';
import { classLabels, type RunClasses } from '../run-classes.ts';
import { type Asked, inTurn, type Tellable } from '../sample-texts.ts';
import type { RunWords } from '../run-words.ts';

/** The wish of a run's own samples. */
const wishOfRun = ({ prompts }: RunWords, { guidanceScale }: RunConfig): Wish => ({
  prompts,
  negative: '',
  guidance: { scale: guidanceScale, start: 0, stop: 1 },
});

type Conditions = Readonly<Record<string, InputArray>>;

/** Samples of a set, by their index in it: from `first` on. */
export interface InHand {
  first: number;
  /** Noisy samples and their shape, [together, size, size, channels]. */
  sample: InputArray;
  timestep: number;
  /** The denoising call, 0 the first. */
  call: number;
}

export class Denoiser {
  readonly #predictor: Pick<Predictor, 'predict'>;
  readonly #calls: number;
  /** Null: the model knows no words. */
  readonly #words: { wish: Wish; idsOf: (texts: readonly string[]) => InputArray } | null;
  /** Names of all classes, and of those that the samples have in turn. Null: the model draws by no class. */
  readonly #classes: { all: RunClasses; asked: readonly string[] } | null;

  /** `calls`: denoising calls of one sample. */
  constructor(
    predictor: Pick<Predictor, 'predict'>,
    { config, words, classes }: Tellable,
    { wish, className }: Asked,
    calls: number,
  ) {
    this.#predictor = predictor;
    this.#calls = calls;
    const length = textEncoderOf(config)?.maxPositionEmbeddings ?? 0;
    this.#words = words && {
      wish: wish ?? wishOfRun(words, config),
      idsOf: (texts) => ({
        data: encodePrompts(words.tokenizer, texts, length),
        shape: [texts.length, length],
      }),
    };
    this.#classes = classes && { all: classes, asked: className === undefined ? classes : [className] };
  }

  /** Forward passes that denoising call `call` takes: two where guidance applies. */
  passes(call: number): 1 | 2 {
    return this.#scaleAt(call) === 1 ? 1 : 2;
  }

  /**
   * The prediction, in the sample's shape; with guidance a mixture of two (Ho & Salimans 2022, eq. 6), both
   * of the same class. Throws FaultError where the class is none of the model's.
   */
  async predict(held: HeldWeights, inHand: InHand): Promise<Float32Array> {
    const words = this.#words;
    const labels = this.#labelsOf(inHand);
    if (!words) return this.#pass(held, inHand, labels);
    const texts = eachInHand(inHand, words.wish.prompts);
    const conditional = await this.#pass(held, inHand, { ...labels, input_ids: words.idsOf(texts) });
    if (this.passes(inHand.call) === 1) return conditional;
    const others = texts.map(() => words.wish.negative);
    const unconditional = await this.#pass(held, inHand, { ...labels, input_ids: words.idsOf(others) });
    return combine(unconditional, conditional, this.#scaleAt(inHand.call));
  }

  #labelsOf(inHand: InHand): Conditions {
    if (!this.#classes) return {};
    const { all, asked } = this.#classes;
    return { class_labels: classLabels(all, eachInHand(inHand, asked)) };
  }

  #scaleAt(call: number): number {
    const guidance = this.#words?.wish.guidance;
    return guidance ? scaleAt(call, this.#calls, guidance.scale, guidance) : 1;
  }

  #pass(held: HeldWeights, { sample, timestep }: InHand, conditions: Conditions): Promise<Float32Array> {
    const together = sample.shape[0];
    return this.#predictor.predict(held, {
      sample,
      timestep: { data: new Float32Array(together).fill(timestep), shape: [together] },
      ...conditions,
    });
  }
}

/** The item of each sample in hand. */
const eachInHand = ({ first, sample }: InHand, among: readonly string[]): string[] =>
  Array.from({ length: sample.shape[0] }, (_, i) => inTurn(among, first + i));
