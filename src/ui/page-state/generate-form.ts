// The form of the view Generate: texts as typed, their meaning, and why nothing can be drawn now. A reload
// forgets the texts. Not here: the fields (generate/drawing-form.tsx), what is asked with words
// (words-form.ts).
import { MOST_PICTURES, SAMPLE_COUNT } from '../../settings/sample-counts.ts';
import { type Signal, signal } from '@preact/signals';
import type { Asked, AskedWords, PageState } from '../../app/state.ts';
import { type RunConfig, SETTINGS } from '../../settings/settings.ts';
import { parseSetting } from '../../settings/parse-settings.ts';
import { samplerOf } from '../../settings/samplers.ts';
import type { CheckpointRecord, DrawingFacts } from '../../trainer/api.ts';
import { keyOf } from './checkpoint-key.ts';
import { createWordsForm, isWhole, meantWords, type WordsForm, type WrongWords } from './words-form.ts';

export interface GenerateForm {
  /** A key of `keyOf`; null follows the newest checkpoint. */
  chosen: Signal<string | null>;
  weights: Signal<'ema' | 'raw'>;
  seed: Signal<string>;
  /** Pictures were drawn with the seed as it stands there. */
  seedDrawn: Signal<boolean>;
  count: Signal<string>;
  /** Null: the steps of the checkpoint's run. */
  steps: Signal<string | null>;
  sampler: Signal<RunConfig['sampler'] | null>;
  /** For models that draw by class; null: each class in turn. */
  className: Signal<string | null>;
  /** Index of the picture that is shown large, 0 the first. */
  picture: Signal<number>;
  /** For models with words. */
  words: WordsForm;
  /** What was filled in from a picture's file; null: nothing. */
  filled: Signal<string | null>;
}

/** The form as it opens: the newest checkpoint, EMA weights, seed 0. */
export const createGenerateForm = (): GenerateForm => ({
  chosen: signal(null),
  weights: signal<'ema' | 'raw'>('ema'),
  seed: signal('0'),
  seedDrawn: signal(false),
  count: signal(String(SAMPLE_COUNT)),
  steps: signal<string | null>(null),
  sampler: signal<RunConfig['sampler'] | null>(null),
  className: signal<string | null>(null),
  picture: signal(0),
  words: createWordsForm(),
  filled: signal<string | null>(null),
});

/** The chosen checkpoint while it exists, else the newest; null where there is none. */
export function chosenRecord(
  form: GenerateForm,
  checkpoints: readonly CheckpointRecord[],
): CheckpointRecord | null {
  const key = form.chosen.value;
  return checkpoints.find((record) => keyOf(record) === key) ?? checkpoints[0] ?? null;
}

/** Takes a seed that the user gave. */
export function giveSeed(form: GenerateForm, seed: string): void {
  form.seed.value = seed;
  form.seedDrawn.value = false;
}

export interface Meant {
  seed: number;
  /** Pictures in all. */
  count: number;
  steps: number;
  sampler: RunConfig['sampler'];
  /** Null: each class in turn, or the model draws by none. */
  className: string | null;
  /** Null: the model knows no words. */
  words: AskedWords | null;
  /** What is wrong, by field. */
  wrong: Partial<Record<'seed' | 'count' | 'steps', string>> & WrongWords;
}

/** What a checkpoint's run says of drawing. */
export type Usual = Pick<DrawingFacts, 'steps' | 'sampler' | 'predictionType' | 'words' | 'classes'>;

/** Draws well in few steps, and few are what one waits for. */
const SAMPLER_WITH_WORDS = 'dpmpp_2m';

/**
 * What the texts mean. `usual`: steps and sampler where the user gives none. A sampler that cannot draw from
 * the checkpoint means what it means as a setting; a class that it has not means each in turn. With words, a
 * seed that was drawn means the next one, unless it is kept.
 */
export function meantBy(form: GenerateForm, usual: Usual): Meant {
  const seed = parseSetting('seed', form.seed.value, 0);
  const steps = parseSetting('sampleSteps', form.steps.value ?? String(usual.steps), usual.steps);
  const { predictionType, words: known } = usual;
  const sampler = form.sampler.value ?? (known ? SAMPLER_WITH_WORDS : usual.sampler);
  const drawn = known && meantWords(form.words, known);
  const several = drawn && drawn.each !== null;
  const count = several ? drawn.words.prompts.length * (drawn.each ?? 0) : Number(form.count.value);
  const wrong: Meant['wrong'] = { ...drawn?.wrong };
  if (seed.fault) wrong.seed = `It must be ${seed.fault.expected}.`;
  if (steps.fault) wrong.steps = `It must be ${steps.fault.expected}.`;
  if (!several && !isWhole(count, 1, MOST_PICTURES))
    wrong.count = `It must be a whole number from 1 to ${MOST_PICTURES}.`;
  const goesOn = known && form.seedDrawn.value && !form.words.keepsSeed.value;
  return {
    seed: goesOn ? (seed.value + 1) % (SETTINGS.seed.max + 1) : seed.value,
    count,
    steps: steps.value,
    sampler: samplerOf({ predictionType, sampler }),
    className: usual.classes?.find((name) => name === form.className.value) ?? null,
    words: drawn?.words ?? null,
    wrong,
  };
}

/** The request to the trainer; null where a field is wrong or there is no checkpoint. */
export function askedFor(record: CheckpointRecord | null, form: GenerateForm, meant: Meant): Asked | null {
  if (!record || Object.keys(meant.wrong).length > 0) return null;
  const { wrong: _, ...asked } = meant;
  const ref = { runId: record.runId, generation: record.generation };
  return { ref, name: record.name, weights: form.weights.value, ...asked };
}

const READING = 'Wait until the checkpoint is read.';

/**
 * Why nothing can be drawn from the checkpoint now, as a sentence; null where drawing is possible. `facts`:
 * undefined while they are asked for, when it is not known whether prompts mean anything to its model; null
 * where nobody can tell them.
 */
export function whyNot(now: PageState, facts: DrawingFacts | null | undefined): string | null {
  switch (now) {
    case 'elsewhere':
      return 'Perennial is open in another tab: generate there, or press Use here in Train.';
    case 'unavailable':
      return 'Pictures are drawn by the GPU. Restart the browser to get the GPU back.';
    case 'failed':
      return 'The run has failed. Press Try the GPU again in Train first.';
    case 'starting':
      return 'Wait until the run is ready.';
    case 'validating':
      return `Wait until the ${SAMPLE_COUNT} samples of the checkpoint are drawn.`;
    case 'training':
      if (facts === undefined) return READING;
      return facts && !facts.asTheRun
        ? 'This checkpoint is of another network than the one that trains now. Press Pause in Train first.'
        : null;
    case 'idle':
    case 'paused':
    case 'finished':
      return facts === undefined ? READING : null;
  }
}
