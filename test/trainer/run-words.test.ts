// Claims about the words of a run: they are a function of captions and seed, a checkpoint keeps them whole,
// and what contradicts its text encoder is refused.
import { describe, expect, it } from 'vitest';
import { SHAPES, shapeCaption } from '../../src/data/shapes.ts';
import type { TextEncoderConfig } from '../../src/model/text-encoder-config.ts';
import { presetConfig, PRESETS, textEncoderOf } from '../../src/settings/presets.ts';
import { encodePrompts } from '../../src/text/tokenizer.ts';
import { newWords, readWords, type RunWords, wordsAsText } from '../../src/trainer/run-words.ts';

const config = { ...presetConfig('text-tiny'), dataset: 'shapes' };
const shapes = { count: SHAPES.count, caption: (index: number) => shapeCaption(index) };

const made = (asked: string[] | null = null): RunWords => {
  const words = newWords(config, shapes, asked);
  if (!words) throw new Error('text-tiny has words');
  return words;
};

describe('the words of a run', () => {
  it('are none where the model knows none', () => {
    expect(newWords(presetConfig('tiny'), shapes, null)).toBeNull();
    expect(readWords(presetConfig('tiny'), {})).toBeNull();
  });

  it('are the same for the same captions and seed; each word of the captions is one token', () => {
    expect(wordsAsText(made())).toEqual(wordsAsText(made()));
    const { tokenizer } = made();
    expect(tokenizer.idsOf('an orange triangle on a light background')).toHaveLength(7);
  });

  it('have 16 prompts, those of the user where there are any', () => {
    expect(new Set(made().prompts).size).toBe(16);
    const asked = Array.from({ length: 16 }, (_, i) => `prompt ${i}`);
    expect(made(asked).prompts).toEqual(asked);
    expect(made(asked.slice(0, 3)).prompts).toEqual([...asked.slice(0, 3), ...made().prompts.slice(3)]);
  });

  it('read the captions once where the user gave all prompts, with the same tokenizer', () => {
    let reads = 0;
    const counted = { ...shapes, caption: (index: number) => (reads++, shapeCaption(index)) };
    const words = newWords(config, counted, Array<string>(16).fill('a red ring'));
    expect(reads).toBe(SHAPES.count);
    expect(words?.tokenizer.vocabulary).toEqual(made().tokenizer.vocabulary);
  });

  it('keep a prompt as one line of at most 1,000 characters, whatever it holds', () => {
    const hostile = ['  two\n\tlines ', '\ud800 alone', '𝔘'.repeat(100_000), '', '<b>bold</b>'];
    const asked = Array.from({ length: 16 }, (_, i) => hostile[i % hostile.length] as string);
    const { prompts, tokenizer } = made(asked);
    expect(prompts.slice(0, 5)).toEqual(['two lines', '\ufffd alone', '𝔘'.repeat(1000), '', '<b>bold</b>']);
    for (const id of encodePrompts(tokenizer, prompts, 16)) expect(id).toBeLessThan(1024);
  });

  it('come back from a checkpoint as they were: same prompts, same ids', () => {
    const words = made();
    const read = readWords(config, wordsAsText(words));
    expect(read?.prompts).toEqual(words.prompts);
    const ids = (from: RunWords) => [...encodePrompts(from.tokenizer, words.prompts, 16)];
    expect(ids(read as RunWords)).toEqual(ids(words));
  });

  const { network } = PRESETS['text-tiny'];
  const encoder = textEncoderOf(config) as TextEncoderConfig;

  it.each([
    ['more entries than the encoder has', 514, {}, 'at most 514 entries'],
    ['no tokenizer', 1024, { tokenizer: '' }, 'JSON'],
    ['no prompts', 1024, { prompts: '' }, 'a list of 16 texts'],
    ['too few prompts', 1024, { prompts: '["one"]' }, 'a list of 16 texts'],
  ])('are refused with %s', (_, vocabSize, without, expected) => {
    const settings = { ...config, network, textEncoder: { ...encoder, vocabSize } };
    const metadata = { ...wordsAsText(made()), ...without };
    expect(() => readWords(settings, metadata)).toThrow(expected);
  });
});
