// Whether a run varies its pictures each time it visits them: what `auto` means. Small sets are copied by the
// model unless they are varied. Not here: varying them (data/augment.ts).
import { AUGMENTED_UP_TO, type Settings } from './settings.ts';

/** Sets that come with the app: `auto` leaves them as they are. */
const BUILT_IN: ReadonlySet<string> = new Set(['planets', 'shapes', 'faces', 'emoji']);

/**
 * Whether pictures are cropped and recoloured at random. `count`: pictures that the run uses. `auto`: the
 * user's own pictures are, where there are at most 2,000.
 */
export function augmentationOf(
  { randomCrop, colorJitter, dataset }: Pick<Settings, 'randomCrop' | 'colorJitter' | 'dataset'>,
  count: number,
): { randomCrop: boolean; colorJitter: boolean } {
  const few = !BUILT_IN.has(dataset) && count <= AUGMENTED_UP_TO;
  const isOn = (choice: Settings['randomCrop']): boolean => (choice === 'auto' ? few : choice === 'on');
  return { randomCrop: isOn(randomCrop), colorJitter: isOn(colorJitter) };
}
