// The texts of an import's preview, bounded and cleaned: they come from names of files, keys and metadata,
// and are drawn before anybody has said yes to the file. Not here: what they say (offer.ts).
import { plainText } from '../../plain-text.ts';
import type { ImportPreview } from '../api.ts';

/** Most characters of a name or an id, and of a sentence. */
const LONGEST_NAME = 200;
const LONGEST_SENTENCE = 400;
/** Most sentences of a list: a sound file has a dozen. */
const MOST_SENTENCES = 32;

const name = (text: string): string => plainText(text, LONGEST_NAME);

/** The preview as it may be drawn. */
export const plainPreview = (preview: ImportPreview): ImportPreview => ({
  ...preview,
  title: name(preview.title),
  fileName: name(preview.fileName),
  dtype: name(preview.dtype),
  network: name(preview.network),
  kept: sentences(preview.kept),
  missing: sentences(preview.missing),
  models: preview.models.map(name),
});

/** Equal sentences once: the page tells them apart by their text. */
function sentences(all: readonly string[]): string[] {
  const plain = [...new Set(all.map((text) => plainText(text, LONGEST_SENTENCE)))];
  if (plain.length <= MOST_SENTENCES) return plain;
  return [...plain.slice(0, MOST_SENTENCES), `And ${plain.length - MOST_SENTENCES} more such parts.`];
}
