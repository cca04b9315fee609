// Claims about a prediction by prompts: what the network is given for each sample, and that guidance mixes
// its two answers. The network here answers the sum of a sample's ids.
import { expect, test } from 'vitest';
import { shapeCaption } from '../../../src/data/shapes.ts';
import type { Predictor } from '../../../src/engine/executor.ts';
import { presetConfig } from '../../../src/settings/presets.ts';
import { encodePrompts } from '../../../src/text/tokenizer.ts';
import type { Wish } from '../../../src/trainer/api.ts';
import { newWords } from '../../../src/trainer/run-words.ts';
import { Denoiser } from '../../../src/trainer/samples/denoiser.ts';

const config = presetConfig('text-tiny');
const words = newWords(config, { count: 50, caption: (index) => shapeCaption(index) }, null);
if (!words) throw new Error('text-tiny has words');
const TOKENS = 16;
const CALLS = 4;
const held = { release: () => undefined };

const sumOf = (text: string): number =>
  encodePrompts(words.tokenizer, [text], TOKENS).reduce((sum, id) => sum + id, 0);

let passes = 0;
const sums: Pick<Predictor, 'predict'> = {
  predict: (_, { sample, input_ids: ids }) => {
    passes += 1;
    const [together] = sample.shape;
    const rows = Array.from({ length: together }, (__, i) =>
      Array.from(ids?.data.slice(i * TOKENS, (i + 1) * TOKENS) ?? []).reduce((sum, id) => sum + id, 0),
    );
    return Promise.resolve(Float32Array.from(rows));
  },
};

const inHand = (call: number, first = 0, together = 3) => ({
  ...{ first, call, timestep: 500 },
  sample: { data: new Float32Array(together), shape: [together, 1, 1, 1] as const },
});
const wish = (guidance: Partial<Wish['guidance']> = {}, negative = ''): Wish => ({
  prompts: ['a red circle', 'a blue ring'],
  negative,
  guidance: { scale: 3, start: 0, stop: 1, ...guidance },
});

async function predicted(asked: Wish | null, call = 0, first = 0): Promise<number[]> {
  passes = 0;
  return [...(await new Denoiser(sums, config, words, asked, CALLS).predict(held, inHand(call, first)))];
}

test('without guidance: one pass, and the prompts of the samples in hand in turn', async () => {
  const [circle, ring] = [sumOf('a red circle'), sumOf('a blue ring')];
  expect(await predicted(wish({ scale: 1 }))).toEqual([circle, ring, circle]);
  expect(await predicted(wish({ scale: 1 }), 0, 1)).toEqual([ring, circle, ring]);
  expect(passes).toBe(1);
});

test('with guidance: two passes, u + w (c - u), u by the empty prompt or by the negative one', async () => {
  const circle = sumOf('a red circle');
  const guided = (u: number): number => u + 3 * (circle - u);
  expect((await predicted(wish()))[0]).toBe(guided(sumOf('')));
  expect(passes).toBe(2);
  expect((await predicted(wish({}, 'a square')))[0]).toBe(guided(sumOf('a square')));
});

test('outside its interval guidance costs nothing', async () => {
  const middle = wish({ start: 0.25, stop: 0.75 });
  const each: number[] = [];
  for (let call = 0; call < CALLS; call++) {
    await predicted(middle, call);
    each.push(passes);
  }
  expect(each).toEqual([1, 2, 2, 1]);
  const denoiser = new Denoiser(sums, config, words, middle, CALLS);
  expect([0, 1, 2, 3].map((call) => denoiser.passes(call))).toEqual(each);
});

test('without a wish: the prompts of the run, at its guidance', async () => {
  const first = sumOf(words.prompts[0] as string);
  const none = sumOf('');
  expect((await predicted(null))[0]).toBe(none + config.guidanceScale * (first - none));
});

test('a model without words is given none', async () => {
  passes = 0;
  const denoiser = new Denoiser(sums, presetConfig('tiny'), null, wish(), CALLS);
  expect([...(await denoiser.predict(held, inHand(0)))]).toEqual([0, 0, 0]);
  expect([passes, denoiser.promptOf(0)]).toEqual([1, null]);
});
