// Claims that eager and plan both meet, about the model with words that the app exported: the ids of texts, a
// prediction and guided samples are those of transformers and diffusers (interop/check_words.py). Not here:
// making the files (words.spec.ts).
import { expect, inject, it } from 'vitest';
import { noiseLevels } from '../../src/diffusion/noise-levels.ts';
import { combine } from '../../src/diffusion/guidance.ts';
import { createSampler, initialNoise } from '../../src/diffusion/sampler.ts';
import type { Executor } from '../../src/engine/executor.ts';
import type { InputArray } from '../../src/engine/inputs.ts';
import type { Model } from '../../src/model/model.ts';
import { modelOfRun } from '../../src/settings/presets.ts';
import { encodePrompts } from '../../src/text/tokenizer.ts';
import { timestepSpacingOf } from '../../src/settings/timestep-spacing.ts';
import { offerOf } from '../../src/trainer/import/offer.ts';
import { largestDifference } from '../interop/golden-case.ts';

/** An executor of this model for a batch of so many pictures. */
type Open = (model: Model, batch: number) => Promise<Executor>;

/** What interop/check_words.py writes. */
interface Drawn {
  seed: number;
  steps: number;
  prompts: string[];
  guidance: number;
  timestep: number;
  ids: number[];
  shape: [number, number, number, number];
  prediction: number[];
  ddim: number[];
}

export function describeWords(open: Open): void {
  it('reads texts, predicts and draws as transformers and diffusers do', async () => {
    const drawn = JSON.parse(inject('wordsDrawn')) as Drawn;
    const bytes = Uint8Array.from(atob(inject('wordsModel')), (letter) => letter.charCodeAt(0));
    const { load } = await offerOf({ files: [new File([bytes], 'model.zip')], which: 0 });
    const { facts, state } = await load({}, { dataset: 'shapes' });
    const { words, config } = facts;
    if (!words) throw new Error('the import knows no words');
    const model = modelOfRun(config);
    const length = model.textEncoder?.maxPositionEmbeddings ?? 0;
    const idsOf = (texts: readonly string[]): InputArray => ({
      data: encodePrompts(words.tokenizer, texts, length),
      shape: [texts.length, length],
    });
    expect([...idsOf(drawn.prompts).data]).toEqual(drawn.ids);

    const [samples, height, width, channels] = drawn.shape;
    const executor = await open(model, samples);
    executor.setState(state);
    const held = executor.hold('raw');
    const predict = (x: Float32Array, timestep: number, texts: readonly string[]) =>
      executor.predict(held, {
        sample: { data: x, shape: drawn.shape },
        timestep: { data: new Float32Array(samples).fill(timestep), shape: [samples] },
        input_ids: idsOf(texts),
      });
    const size = height * width * channels;
    const start = Array.from({ length: samples }, (_, i) => [...initialNoise(drawn.seed, i, size)]).flat();
    let x: Float32Array = Float32Array.from(start);
    const prediction = largestDifference(await predict(x, drawn.timestep, drawn.prompts), drawn.prediction);
    const sampler = createSampler({
      levels: noiseLevels(config),
      predictionType: config.predictionType,
      sampler: 'ddim',
      spacing: timestepSpacingOf(config),
      steps: drawn.steps,
    });
    const empty = drawn.prompts.map(() => '');
    for (const [i, timestep] of sampler.timesteps.entries()) {
      const guided = combine(
        await predict(x, timestep, empty),
        await predict(x, timestep, drawn.prompts),
        drawn.guidance,
      );
      x = sampler.step(i, x, guided, null);
    }
    held.release();
    executor.dispose();
    const drawing = largestDifference(x, drawn.ddim);
    console.log(`words: predictions differ by ${prediction}, samples by ${drawing} at most`);
    expect(prediction).toBeLessThan(1e-4);
    expect(drawing).toBeLessThan(1e-3);
  }, 300_000);
}
