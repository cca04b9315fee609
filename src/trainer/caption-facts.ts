// What the captions of a data set give a model with words, before it is trained: prompts, words, warnings.
// Not here: the words of a run (run-words.ts), what is said of them on the page.
import { openPictures } from '../data/sets.ts';
import { SAMPLE_COUNT } from '../settings/sample-counts.ts';
import { captionsWithSides, whatCaptionsTeach } from '../text/judge-captions.ts';
import { validationPrompts } from '../text/validation-prompts.ts';
import type { CaptionFacts } from './api.ts';
import { captionsOf, vocabularyOf } from './run-words.ts';

/** Captions do not depend on the size at which pictures are read: any stored picture is larger. */
const ANY_SIZE = 8;

/** Throws FaultError kind `data` where the set is not on this computer. */
export async function captionFacts(dataset: string, maxImages: number, seed: number): Promise<CaptionFacts> {
  const captions = captionsOf(await openPictures(dataset, { imageSize: ANY_SIZE, maxImages }));
  return {
    prompts: validationPrompts(captions, seed, SAMPLE_COUNT),
    vocabulary: vocabularyOf(captions),
    pictures: captions.length,
    captioned: captions.filter((caption) => caption !== '').length,
    teaches: whatCaptionsTeach(captions),
    sides: captionsWithSides(captions),
  };
}
