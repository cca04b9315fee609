// The set of pictures that the view Generate asks for: the trainer's request for it, and the forward passes
// that it takes. Not here: the form (ui/page-state/generate-form.ts), pictures as they come (generated.ts).
import { scaleAt } from '../diffusion/guidance.ts';
import { SAMPLE_COUNT } from '../settings/sample-counts.ts';
import type { GenerateRequest } from '../trainer/api.ts';
import type { Asked } from './state.ts';

/** Pictures of each prompt; all where the model knows no words. */
export const eachOf = ({ count, words }: Pick<Asked, 'count' | 'words'>): number =>
  words ? count / words.prompts.length : count;

/**
 * The request to the trainer. Picture i is of prompt floor(i / each) and begins from noise i % each: the same
 * noises for every prompt, and for one prompt those of any other set of the seed.
 */
export function requestOf(asked: Asked): GenerateRequest {
  const { name: _, words, ...request } = asked;
  if (!words) return { ...request, wish: null, noise: null };
  const { layout: __, prompts, ...guidance } = words;
  const each = eachOf(asked);
  if (prompts.length === 1) return { ...request, wish: { ...guidance, prompts }, noise: null };
  const ofPictures = prompts.flatMap((prompt) => Array.from({ length: each }, () => prompt));
  const noise = ofPictures.map((_prompt, i) => i % each);
  return { ...request, wish: { ...guidance, prompts: ofPictures }, noise };
}

/**
 * Forward passes of the first `made` denoising calls of a set, whose pictures are drawn up to 16 at a time in
 * `steps` calls: two of a call where guidance applies.
 */
export function passesOf({ steps, words }: Pick<Asked, 'steps' | 'words'>, made: number): number {
  if (!words) return made;
  const { scale, ...interval } = words.guidance;
  let passes = made;
  for (let call = 0; call < made; call++)
    if (scaleAt(call % steps, steps, scale, interval) !== 1) passes += 1;
  return passes;
}

/** Denoising calls for `count` pictures of `steps` steps each; up to 16 pictures share a call. */
export const callsFor = (count: number, steps: number): number => Math.ceil(count / SAMPLE_COUNT) * steps;

/**
 * Seconds for the set. `callMs`: measured milliseconds of a forward pass, by its number of pictures. Null
 * where a pass of a needed size was not measured.
 */
export function secondsFor(
  asked: Pick<Asked, 'count' | 'steps' | 'words'>,
  callMs: readonly { pictures: number; ms: number }[],
): number | null {
  const { count, steps } = asked;
  const msOf = (pictures: number) => callMs.find((one) => one.pictures === pictures)?.ms ?? NaN;
  const [full, rest] = [Math.floor(count / SAMPLE_COUNT), count % SAMPLE_COUNT];
  const ms = (full > 0 ? full * msOf(SAMPLE_COUNT) : 0) + (rest > 0 ? msOf(rest) : 0);
  return Number.isNaN(ms) ? null : (ms * passesOf(asked, steps)) / 1000;
}
