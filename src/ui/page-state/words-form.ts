// What the view Generate asks of a model with words: prompts as typed, guidance, and their meaning. Not here:
// the fields (generate/prompt-fields.tsx, generate/guidance-fields.tsx), seed, steps and sampler
// (generate-form.ts).
import { type Signal, signal } from '@preact/signals';
import type { AskedWords } from '../../app/state.ts';
import { cleanPrompt, promptsInLines } from '../../settings/clean-prompt.ts';
import { parseSetting } from '../../settings/parse-settings.ts';
import { MOST_PICTURES } from '../../settings/sample-counts.ts';
import type { KnownWords } from '../../trainer/api.ts';

export interface WordsForm {
  layout: Signal<AskedWords['layout']>;
  /** Null: the first prompt of the checkpoint's run. */
  prompt: Signal<string | null>;
  /** Of the layout `pair` the second prompt; null: another one of the run's. */
  other: Signal<string | null>;
  /** Of the layout `grid` the prompts, one on each line; null: the run's first four. */
  lines: Signal<string | null>;
  /** Pictures of each prompt, where there are several. */
  each: Signal<string>;
  negative: Signal<string>;
  /** Null: the guidance of the checkpoint's run. */
  guidance: Signal<string | null>;
  /** In per cent of the steps. */
  from: Signal<string>;
  to: Signal<string>;
  /** Pressing Generate again draws with the same seed, not with the next one. */
  keepsSeed: Signal<boolean>;
}

/** The form as it opens: the run's first prompt with its guidance at every step. */
export const createWordsForm = (): WordsForm => ({
  layout: signal<AskedWords['layout']>('one'),
  prompt: signal<string | null>(null),
  other: signal<string | null>(null),
  lines: signal<string | null>(null),
  each: signal('4'),
  negative: signal(''),
  guidance: signal<string | null>(null),
  from: signal('0'),
  to: signal('100'),
  keepsSeed: signal(false),
});

/** Pictures of each of several prompts at most: as many as one row can show. */
const MOST_EACH = 8;

export type WrongWords = Partial<Record<'lines' | 'each' | 'guidance' | 'from' | 'to', string>>;

export interface MeantWords {
  words: AskedWords;
  /** Pictures of each of several prompts; null where there is one. */
  each: number | null;
  wrong: WrongWords;
}

/** Whether the number is whole and in its range, ends included. */
export const isWhole = (value: number, least: number, most: number): boolean =>
  Number.isInteger(value) && value >= least && value <= most;

const LINES_AT_FIRST = 4;

/** The texts of the prompts: as typed, else the run's. */
export function promptTexts(
  form: WordsForm,
  { prompts }: Pick<KnownWords, 'prompts'>,
): Record<'prompt' | 'other' | 'lines', string> {
  const prompt = form.prompt.value ?? prompts[0] ?? '';
  return {
    prompt,
    other: form.other.value ?? prompts.find((one) => one !== prompt) ?? '',
    lines: form.lines.value ?? [...new Set(prompts)].slice(0, LINES_AT_FIRST).join('\n'),
  };
}

/** What the texts mean, for a checkpoint of these words. */
export function meantWords(form: WordsForm, known: KnownWords): MeantWords {
  const layout = form.layout.value;
  const { prompt, other, lines } = promptTexts(form, known);
  const prompts = {
    one: () => [cleanPrompt(prompt)],
    pair: () => [cleanPrompt(prompt), cleanPrompt(other)],
    grid: () => promptsInLines(lines, MOST_PICTURES + 1),
  }[layout]();
  const each = Number(form.each.value);
  const scale = parseSetting('guidanceScale', form.guidance.value ?? String(known.guidanceScale), 1);
  const [from, to] = [percent(form.from.value), percent(form.to.value)];
  const wrong: WrongWords = {};
  if (scale.fault) wrong.guidance = `It must be ${scale.fault.expected}.`;
  if (from === null) wrong.from = 'It must be a number from 0 to 100.';
  if (to === null || to < (from ?? 0)) wrong.to = `It must be a number from ${from ?? 0} to 100.`;
  if (layout !== 'one' && !isWhole(each, 1, MOST_EACH))
    wrong.each = `It must be a whole number from 1 to ${MOST_EACH}.`;
  else if (layout === 'grid') {
    const fault = faultOfLines(prompts.length, each);
    if (fault) wrong.lines = fault;
  }
  const guidance = { scale: scale.value, start: (from ?? 0) / 100, stop: (to ?? 100) / 100 };
  const negative = cleanPrompt(form.negative.value);
  return { words: { layout, prompts, negative, guidance }, each: layout === 'one' ? null : each, wrong };
}

function faultOfLines(prompts: number, each: number): string | null {
  if (prompts === 0) return 'Write at least one prompt.';
  const most = Math.floor(MOST_PICTURES / each);
  return prompts > most ? `With ${each} pictures of each there can be ${most} prompts at most.` : null;
}

/** The number that a text says; null where it is none from 0 to 100. */
function percent(text: string): number | null {
  const value = text.trim() === '' ? NaN : Number(text);
  return value >= 0 && value <= 100 ? value : null;
}

/** Most letters of the words left out that are shown. */
const LEFT_OUT_SHOWN = 60;

/**
 * What is said of prompts of which the model does not read all; null where it reads all. `unread`: the words
 * that are left out of each.
 */
export function tooLong(unread: readonly string[], { tokens }: Pick<KnownWords, 'tokens'>): string | null {
  const first = unread.find((words) => words !== '');
  if (first === undefined) return null;
  const letters = Array.from(first);
  const shown =
    letters.length <= LEFT_OUT_SHOWN ? first : `${letters.slice(0, LEFT_OUT_SHOWN).join('').trimEnd()} …`;
  const what = tokens === 1 ? 'first token' : `first ${tokens} tokens`;
  return `This model reads the ${what} of a prompt. It leaves out: ${shown}`;
}
