// What captions are worth for training, before it begins. Not here: what is said of it on the page.
import { captionLines } from './step-captions.ts';
import { normalise } from './words.ts';

/**
 * Whether a model can learn from the captions what a word means: `something`, or nothing because no picture
 * has a caption (`missing`) or all have the same (`same`). `captions`: one text for each picture, empty where
 * it has none. Captions are the same where they differ in case and white space alone.
 */
export function whatCaptionsTeach(captions: Iterable<string>): 'something' | 'missing' | 'same' {
  const seen = new Set<string>();
  for (const caption of captions) {
    seen.add(captionLines(caption).map(normalise).sort().join('\n'));
    if (seen.size > 1) return 'something';
  }
  return [...seen].every((caption) => caption === '') ? 'missing' : 'same';
}

/** Left and right in the languages that captions are mostly written in; "links" is an English word too. */
const SIDES =
  /(?<![\p{L}\p{M}])(?:left|right|rechts|gauche|droite|izquierda|derecha|sinistra|destra|esquerda|direita)(?:most|wards?)?(?![\p{L}\p{M}])|左|右/u;

/**
 * How many captions speak of left or right, which a mirrored picture would make wrong. "Right" may mean
 * correct: this is a reason to ask, not to decide.
 */
export function captionsWithSides(captions: Iterable<string>): number {
  let count = 0;
  for (const caption of captions) if (SIDES.test(normalise(caption))) count++;
  return count;
}
