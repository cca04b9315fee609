// The captions of a set as a file: what one typed is not kept in this browser alone. Not here: the pictures
// with their captions (trainer/export/pictures-zip.ts).
import { zipBlob, type ZipInput } from '../../formats/zip-writer.ts';
import { stemOf } from '../captions.ts';
import type { BrowsedSet } from './browsed-set.ts';

export type CaptionForm = 'metadata.jsonl' | 'txt';

/** Lines that are joined before they go into the file. */
const LINES_AT_ONCE = 1000;

/**
 * `metadata.jsonl` as Hugging Face's imagefolder reads it: `file_name` and `text`, the first caption; where a
 * picture has several, `captions` with all of them in each line. `txt`: a zip with a file for each picture
 * that has a caption, beside which it belongs, one caption a line. A picture whose file is not known has the
 * name of an export of the pictures: 000000.png by its place.
 */
export async function captionsFile(set: BrowsedSet, numbers: Uint32Array, form: CaptionForm): Promise<File> {
  if (form === 'metadata.jsonl') {
    const file = new Blob(linesOf(set, numbers), { type: 'application/jsonl' });
    return new File([file], 'metadata.jsonl', { type: file.type });
  }
  const title = set.info.title.replace(/[^\p{L}\p{N}_-]+/gu, '-');
  const zip = await zipBlob(textsOf(set, numbers));
  return new File([zip], `${title}-captions.zip`, { type: zip.type });
}

const nameOf = (name: string, place: number): string => name || `${String(place).padStart(6, '0')}.png`;

function linesOf(set: BrowsedSet, numbers: Uint32Array): string[] {
  const captionsOf = (number: number): string[] => {
    const { caption } = set.texts(number);
    return caption === '' ? [] : caption.split('\n');
  };
  const several = numbers.some((number) => captionsOf(number).length > 1);
  const parts: string[] = [];
  let lines = '';
  numbers.forEach((number, place) => {
    const captions = captionsOf(number);
    const row = { file_name: nameOf(set.texts(number).name, place), text: captions[0] ?? '' };
    lines += `${JSON.stringify(several ? { ...row, captions } : row)}\n`;
    if (place % LINES_AT_ONCE < LINES_AT_ONCE - 1) return;
    parts.push(lines);
    lines = '';
  });
  return [...parts, lines];
}

/** Of two pictures whose names differ by their ending alone, the second keeps its ending. */
function* textsOf(set: BrowsedSet, numbers: Uint32Array): Generator<ZipInput> {
  const stems = new Set<string>();
  for (const [place, number] of numbers.entries()) {
    const { name: path, caption } = set.texts(number);
    const name = nameOf(path, place);
    const stem = stems.has(stemOf(name)) ? name : stemOf(name);
    stems.add(stem);
    if (caption !== '') yield { name: `${stem}.txt`, content: `${caption}\n` };
  }
}
