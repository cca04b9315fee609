// Claims about a prediction by prompts and by classes: what the network is given for each sample, and that
// guidance mixes its two answers. The network here answers the sum of a sample's ids.
import { describe, expect, test } from 'vitest';
import { shapeCaption } from '../../../src/data/shapes.ts';
import type { Predictor } from '../../../src/engine/executor.ts';
import { presetConfig } from '../../../src/settings/presets.ts';
import { encodePrompts } from '../../../src/text/tokenizer.ts';
import type { Wish } from '../../../src/trainer/api.ts';
import { newWords } from '../../../src/trainer/run-words.ts';
import { textsOfSamples } from '../../../src/trainer/sample-texts.ts';
import { Denoiser } from '../../../src/trainer/samples/denoiser.ts';

const config = presetConfig('text-tiny');
const words = newWords(config, { count: 50, caption: (index) => shapeCaption(index) }, null);
if (!words) throw new Error('text-tiny has words');
const told = { config, words, classes: null };
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
  const denoiser = new Denoiser(sums, told, asked ? { wish: asked } : {}, CALLS);
  return [...(await denoiser.predict(held, inHand(call, first)))];
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
  const denoiser = new Denoiser(sums, told, { wish: middle }, CALLS);
  expect([0, 1, 2, 3].map((call) => denoiser.passes(call))).toEqual(each);
});

test('without a wish: the prompts of the run, at its guidance', async () => {
  const first = sumOf(words.prompts[0] as string);
  const none = sumOf('');
  expect((await predicted(null))[0]).toBe(none + config.guidanceScale * (first - none));
});

test('a model without words is given none', async () => {
  passes = 0;
  const plain = { config: presetConfig('tiny'), words: null, classes: null };
  const denoiser = new Denoiser(sums, plain, { wish: wish() }, CALLS);
  expect([...(await denoiser.predict(held, inHand(0)))]).toEqual([0, 0, 0]);
  expect(passes).toBe(1);
  expect(textsOfSamples(plain, { wish: wish() })).toBeNull();
});

describe('a model of classes', () => {
  const classes = ['circle', 'ring', 'square'];
  const plain = { config: presetConfig('tiny'), words: null, classes };
  const labels: Pick<Predictor, 'predict'> = {
    predict: (_, { class_labels: given }) => Promise.resolve(Float32Array.from(given?.data ?? [])),
  };

  test('is given the numbers of its classes in turn, or of the one that is asked for', async () => {
    const inTurn = new Denoiser(labels, plain, {}, CALLS);
    expect([...(await inTurn.predict(held, inHand(0, 16, 4)))]).toEqual([1, 2, 0, 1]);
    expect(textsOfSamples(plain, {}, 4)).toEqual(['circle', 'ring', 'square', 'circle']);
    const one = new Denoiser(labels, plain, { className: 'square' }, CALLS);
    expect([...(await one.predict(held, inHand(0)))]).toEqual([2, 2, 2]);
    expect(textsOfSamples(plain, { className: 'square' }, 2)).toEqual(['square', 'square']);
  });

  test('with words has both, and both passes of guidance are of the same class', async () => {
    const seen: number[][] = [];
    const both: Pick<Predictor, 'predict'> = {
      predict: (_, { class_labels: given, sample }) => {
        seen.push([...(given?.data ?? [])]);
        return Promise.resolve(new Float32Array(sample.shape[0]));
      },
    };
    await new Denoiser(both, { ...told, classes }, { wish: wish() }, CALLS).predict(held, inHand(0));
    expect(seen).toEqual([
      [0, 1, 2],
      [0, 1, 2],
    ]);
    expect(textsOfSamples({ words, classes }, { wish: wish() }, 2)).toEqual([
      'circle: a red circle',
      'ring: a blue ring',
    ]);
  });

  test('refuses a class that it has not, and says which it has', async () => {
    const other = new Denoiser(labels, plain, { className: 'star' }, CALLS);
    await expect(other.predict(held, inHand(0))).rejects.toMatchObject({
      fault: { kind: 'data', got: 'star', expected: 'one of 3 classes: circle, ring, square' },
    });
  });
});
