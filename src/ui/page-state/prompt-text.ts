// Prompts and captions of the form and of samples, as the page writes and reads them out. Not here: the parts
// of the page that show them, prompts of the view Generate (generate-form.ts).
import type { State } from '../../app/state.ts';
import type { CaptionFacts, DatasetInfo } from '../../trainer/api.ts';
import { count } from '../format.ts';

/** A prompt as it is shown; an empty one asks for nothing in particular. */
export const promptText = (prompt: string): string => (prompt.trim() === '' ? 'no prompt' : prompt);

/** "Sample 3, a red circle, drawn"; `index` 0 is the first; without a prompt "Sample 3, drawn". */
export const sampleName = (index: number, prompt: string | null, state: string): string =>
  [`Sample ${index + 1}`, ...(prompt === null ? [] : [promptText(prompt)]), state].join(', ');

/** The prompts that the form's run would have; null: not known yet. */
export const promptsOfForm = ({
  captions,
  ownPrompts,
}: Pick<State, 'captions' | 'ownPrompts'>): readonly string[] | null =>
  ownPrompts.value ?? captions.value?.prompts.map(({ text }) => text) ?? null;

/** What a prompt is where it is no caption: words put together as no picture has them, or the user's own. */
export function markOf(prompt: string, facts: CaptionFacts | null): 'new' | 'yours' | null {
  if (!facts) return null;
  const drawn = facts.prompts.find(({ text }) => text === prompt);
  if (!drawn) return 'yours';
  return drawn.isCaption || prompt === '' ? null : 'new';
}

/** How many of the pictures have a caption, as a sentence. */
export function captionedText({ pictures, captioned }: Pick<CaptionFacts, 'pictures' | 'captioned'>): string {
  if (pictures === 1) return `The picture has ${captioned === 0 ? 'no' : 'a'} caption.`;
  if (captioned === 0) return 'No picture has a caption.';
  if (captioned === pictures) return `Each of the ${count(pictures)} pictures has a caption.`;
  const others = pictures - captioned === 1 ? 'the other is' : 'the others are';
  const have = captioned === 1 ? 'has' : 'have';
  return `${count(captioned)} of ${count(pictures)} pictures ${have} a caption; ${others} learnt without words.`;
}

/** Why the captions teach no words; null where they teach some. */
export function teachesNothing({ teaches }: Pick<CaptionFacts, 'teaches'>): string | null {
  const result = 'the model will learn the pictures, but no words.';
  if (teaches === 'missing') return `Without captions ${result}`;
  return teaches === 'same' ? `All captions say the same: ${result}` : null;
}

/**
 * What the captions of the pictures that an imported model with words gets lack; null: nothing. `facts` null:
 * they were not read.
 */
export function captionsLacking(
  facts: Pick<CaptionFacts, 'pictures' | 'captioned' | 'teaches'> | null,
  info: Pick<DatasetInfo, 'captions'> | undefined,
): string | null {
  if (!facts) return info && !info.captions ? teachesNothing({ teaches: 'missing' }) : null;
  const nothing = teachesNothing(facts);
  if (nothing !== null) return `${captionedText(facts)} ${nothing}`;
  return facts.captioned === facts.pictures ? null : captionedText(facts);
}

/** That flips make captions wrong; null where no caption speaks of a side, or pictures are not flipped. */
export function flippedSides(
  { sides }: Pick<CaptionFacts, 'sides'>,
  { randomFlip }: { randomFlip: boolean },
): string | null {
  if (sides === 0 || !randomFlip) return null;
  const speak = sides === 1 ? '1 caption speaks' : `${count(sides)} captions speak`;
  return `${speak} of left or right: wrong for a picture that random flip mirrors.`;
}
