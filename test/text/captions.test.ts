// Claims: which caption a picture of a step has, what is known of captions before training, and the prompts
// that a run is shown by, on the captions of the built-in sets.
import { describe, expect, it } from 'vitest';
import { randomWord, STREAMS } from '../../src/random.ts';
import { wordsByFrequency } from '../../src/text/caption-words.ts';
import { captionsWithSides, whatCaptionsTeach } from '../../src/text/judge-captions.ts';
import { stepCaptions, stepPrompts } from '../../src/text/step-captions.ts';
import { tokenizerOf } from '../../src/text/tokenizer.ts';
import { validationPrompts } from '../../src/text/validation-prompts.ts';
import { vocabularyOf } from '../../src/text/vocabulary.ts';
import { planetCaptions, shapeCaptions } from './sentences.ts';

describe('the captions of a step', () => {
  const texts = Array.from({ length: 4000 }, (_, i) => `a${i}\nb${i}\r\n\n  c${i} `);
  const request = { seed: 3, globalStep: 17, first: 0, texts, dropout: 0 };

  it('are each line of a picture’s text as often, by the counter generator', () => {
    const captions = stepCaptions(request);
    for (const letter of ['a', 'b', 'c']) {
      const times = captions.filter((caption) => caption.startsWith(letter)).length;
      // 4,000 / 3, within four standard deviations of 30.
      expect(Math.abs(times - 4000 / 3)).toBeLessThan(120);
    }
    const word = randomWord(3, 17, STREAMS.captions, 5);
    expect(captions[5]).toBe(['a5', 'b5', 'c5'][Math.floor((word / 2 ** 32) * 3)]);
  });

  it('are the same in micro-batches, and others in another step', () => {
    const whole = stepCaptions({ ...request, dropout: 0.5 });
    const halves = [0, 2000].flatMap((first) =>
      stepCaptions({ ...request, first, texts: texts.slice(first, first + 2000), dropout: 0.5 }),
    );
    expect(halves).toEqual(whole);
    expect(stepCaptions({ ...request, globalStep: 18, dropout: 0.5 })).not.toEqual(whole);
  });

  it('are dropped one by one, as often as asked', () => {
    const dropped = (dropout: number): number =>
      stepCaptions({ ...request, dropout }).filter((caption) => caption === '').length;
    expect(dropped(0)).toBe(0);
    expect(dropped(1)).toBe(4000);
    // 400, within four standard deviations of 19.
    expect(Math.abs(dropped(0.1) - 400)).toBeLessThan(76);
    // What is not dropped is the same line as without.
    const all = stepCaptions(request);
    const some = stepCaptions({ ...request, dropout: 0.1 });
    expect(some.every((caption, i) => caption === '' || caption === all[i])).toBe(true);
  });

  it('are ids of which a dropped caption has those of the empty prompt', () => {
    const tokenizer = tokenizerOf(vocabularyOf([]));
    const ids = stepPrompts(tokenizer, { ...request, texts: ['ab', '', 'ab'], dropout: 0 }, 5);
    const [begin, end] = [512, 513];
    // "a" inside a word is 97 - 33, "b" at its end 256 + 98 - 33.
    const ab = [begin, 64, 321, end, end];
    expect([...ids]).toEqual([...ab, ...[begin, end, end, end, end], ...ab]);
    expect(ids).toBeInstanceOf(Float32Array);
    const none = stepPrompts(tokenizer, { ...request, texts: ['ab'], dropout: 1 }, 5);
    expect([...none]).toEqual([begin, end, end, end, end]);
  });
});

describe('words for suggestions', () => {
  it('are those of people, the most frequent first', () => {
    expect(wordsByFrequency(['A ring-shaped sky’s moon, a moon!', 'हिन्दी MOON 12 (moon) -a-'])).toEqual([
      { word: 'moon', times: 4 },
      { word: 'a', times: 3 },
      { word: '12', times: 1 },
      { word: 'ring-shaped', times: 1 },
      { word: 'sky’s', times: 1 },
      { word: 'हिन्दी', times: 1 },
    ]);
    expect(wordsByFrequency(shapeCaptions).slice(0, 3)).toEqual([
      // "an orange" has another article.
      { word: 'a', times: 1024 + shapeCaptions.filter((caption) => caption.startsWith('a ')).length },
      { word: 'background', times: 1024 },
      { word: 'on', times: 1024 },
    ]);
  });
});

describe('captions', () => {
  it('teach something where they differ', () => {
    expect(whatCaptionsTeach([])).toBe('missing');
    expect(whatCaptionsTeach(['', ' \n'])).toBe('missing');
    expect(whatCaptionsTeach(['A  cat', 'a cat '])).toBe('same');
    expect(whatCaptionsTeach(['a cat\na dog', 'a dog\na cat'])).toBe('same');
    expect(whatCaptionsTeach(['a cat', ''])).toBe('something');
    expect(whatCaptionsTeach(['a cat', 'a cat\na dog'])).toBe('something');
    expect(whatCaptionsTeach(planetCaptions)).toBe('something');
  });

  it('speak of sides or not', () => {
    const speaking = [
      'a cat on the LEFT',
      'the right-hand door',
      'leftmost, rightwards',
      '左の猫',
      'à gauche',
    ];
    for (const caption of speaking) expect(captionsWithSides([caption, 'a cat'])).toBe(1);
    const silent = ['a bright light', 'leftovers', 'a copyright sign', 'upright', 'adroite', ''];
    expect(captionsWithSides(silent)).toBe(0);
    expect(captionsWithSides([...planetCaptions, ...shapeCaptions])).toBe(0);
  });
});

describe('validation prompts', () => {
  const texts = (prompts: { text: string }[]): string[] => prompts.map(({ text }) => text);
  const words = (prompts: { text: string }[]): Set<string> => new Set(texts(prompts).join(' ').split(' '));

  it('are eight captions of planets and eight planets that no picture shows', () => {
    const prompts = validationPrompts(planetCaptions, 3, 16);
    expect(prompts.map(({ isCaption }) => isCaption)).toEqual([
      ...Array.from({ length: 8 }, () => true),
      ...Array.from({ length: 8 }, () => false),
    ]);
    for (const { text, isCaption } of prompts) expect(planetCaptions.includes(text)).toBe(isCaption);
    expect(new Set(texts(prompts)).size).toBe(16);
    // All is of the captions' own words, and grammatical: "an" stays before its vowel.
    const known = new Set(planetCaptions.join(' ').split(' '));
    for (const word of words(prompts)) expect(known).toContain(word);
    for (const text of texts(prompts)) expect(text).not.toMatch(/\b(?:an [^aeiou]|a [aeiou])/);
    // 60 words in all captions: most of them are shown.
    expect(words(prompts).size).toBeGreaterThan(known.size * 0.6);
  });

  it('are captions of shapes alone, as every combination of theirs has pictures', () => {
    const prompts = validationPrompts(shapeCaptions, 3, 16);
    expect(prompts.every(({ isCaption }) => isCaption)).toBe(true);
    expect(new Set(texts(prompts)).size).toBe(16);
    // Eight colours, five shapes, two backgrounds, and "a", "an", "on", "background".
    expect(words(prompts).size).toBe(19);
  });

  it('of few shapes are combinations too', () => {
    const few = shapeCaptions.slice(0, 20);
    const prompts = validationPrompts(few, 3, 16);
    expect(prompts.some(({ isCaption }) => !isCaption)).toBe(true);
    for (const { text, isCaption } of prompts) expect(few.includes(text)).toBe(isCaption);
  });

  it('are the same by seed', () => {
    expect(validationPrompts(planetCaptions, 3, 16)).toEqual(validationPrompts(planetCaptions, 3, 16));
    expect(validationPrompts(planetCaptions, 4, 16)).not.toEqual(validationPrompts(planetCaptions, 3, 16));
  });

  it('come again where captions are few, and are empty without any', () => {
    expect(texts(validationPrompts(['A cat', 'a  cat\na dog', ''], 1, 6))).toEqual([
      'A cat',
      'a dog',
      'A cat',
      'a dog',
      'A cat',
      'a dog',
    ]);
    expect(texts(validationPrompts(['', ''], 1, 2))).toEqual(['', '']);
    expect(texts(validationPrompts([], 1, 2))).toEqual(['', '']);
  });
});
