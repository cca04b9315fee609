// The captions that a training step learns from: pure functions of (seed, step), so that resuming inside an
// epoch needs no state. Not here: which pictures the step has (data/batches.ts), words to ids (tokenizer.ts).
// Exported for tests: stepCaptions.
import { STREAMS, uniformBelow, uniforms } from '../random.ts';
import { encodePrompts, type Tokenizer } from './tokenizer.ts';

/** The captions of one picture, a line of its text each; empty where it has none. */
export const captionLines = (text: string): string[] =>
  text
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '');

export interface StepCaptions {
  seed: number;
  /** Finished steps before this one: 0 for the first step. */
  globalStep: number;
  /** Index within the step of the first of `texts`; 0 without gradient accumulation. */
  first: number;
  /** The text of each picture, in the step's order: one caption a line. */
  texts: readonly string[];
  /** How likely a picture's caption is left out, 0..1: what guidance compares with is learnt so. */
  dropout: number;
}

/** One caption for each picture: one of its lines, each as likely; empty where it is dropped or has none. */
export function stepCaptions({ seed, globalStep, first, texts, dropout }: StepCaptions): string[] {
  const dropped = uniforms(seed, globalStep, STREAMS.captionDropout, texts.length, first);
  return texts.map((text, i) => {
    const lines = captionLines(text);
    if (lines.length === 0 || (dropped[i] as number) < dropout) return '';
    const [line] = uniformBelow(seed, globalStep, STREAMS.captions, lines.length, 1, first + i);
    return lines[line as number] as string;
  });
}

/** The ids of those captions, [texts.length, length]; see `encodePrompts`. */
export const stepPrompts = (
  tokenizer: Tokenizer,
  request: StepCaptions,
  length: number,
): Float32Array<ArrayBuffer> => encodePrompts(tokenizer, stepCaptions(request), length);
