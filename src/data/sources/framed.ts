// The choices that every source has: which square of its pictures is stored, and what lies under transparent
// parts. Not here: what the choices mean (data/framing.ts), the choices of each form (layouts/).
import { type Crop, type Framing, type Ground, STANDARD } from '../framing.ts';
import type { Choice, Chosen, Source } from './source.ts';

const CROPS: Record<Crop, string> = {
  middle: 'Middle square',
  tight: 'The face alone: 140 of 178 pixels',
  smart: 'The most detailed square',
};

const GROUNDS: Record<Ground, string> = {
  white: 'White',
  black: 'Black',
  edge: 'The colour of the picture’s edge',
};

/** The source, whose entries are framed as is chosen. */
export const framed = (source: Source): Source => ({
  facts: source.facts,
  entries: async function* (from, chosen) {
    const framing = framingOf(chosen);
    for await (const entry of source.entries(from, chosen)) yield { ...entry, framing };
  },
});

/** What was chosen of a source, by its own ids. */
export const framingOf = ({ crop = '', ground = '' }: Chosen): Framing => ({
  crop: Object.hasOwn(CROPS, crop) ? (crop as Crop) : STANDARD.crop,
  ground: Object.hasOwn(GROUNDS, ground) ? (ground as Ground) : STANDARD.ground,
});

/** Of a source with a picture that is no square, or with one that is transparent somewhere. */
export function framingChoices(
  { isAligned }: Source['facts'],
  { isCut, isTransparent }: { isCut: boolean; isTransparent: boolean },
): Choice[] {
  const { tight, ...others } = CROPS;
  const crops = isAligned ? { middle: others.middle, tight, smart: others.smart } : others;
  return [
    ...(isCut ? [choiceOf('crop', 'Crop', crops, STANDARD.crop)] : []),
    ...(isTransparent ? [choiceOf('ground', 'Under transparent parts', GROUNDS, STANDARD.ground)] : []),
  ];
}

const choiceOf = (
  id: string,
  label: string,
  labels: Partial<Record<string, string>>,
  value: string,
): Choice => ({
  id,
  label,
  options: Object.entries(labels).map(([one, text = '']) => ({ value: one, label: text, example: '' })),
  value,
});
