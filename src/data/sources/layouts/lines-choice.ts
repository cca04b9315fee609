// What a text file of several lines beside a picture is: several captions, or one that was broken into lines;
// programs differ. Not here: the lines themselves (captions.ts), columns of tables (column-choice.ts).
import { readCaption } from '../../captions.ts';
import type { Member } from '../member.ts';
import type { Choice } from '../source.ts';
import { inShort } from './column-choice.ts';

/** Text files that are read before it is asked, spread over all. */
const LOOKED_AT = 64;

const EACH = 'each';
const JOINED = 'joined';

/** The choice, where one of the files that are looked at has several lines; none where each has one. */
export async function linesChoice(texts: readonly Member[]): Promise<Choice[]> {
  const every = Math.ceil(texts.length / LOOKED_AT);
  const read = await Promise.all(texts.filter((_, i) => i % every === 0).map(readCaption));
  const several = read.flatMap((one) => (one.ok && one.text.includes('\n') ? [one.text] : []))[0];
  if (several === undefined) return [];
  const options = [
    {
      value: EACH,
      label: 'Several captions, one chosen at each visit',
      example: several.replaceAll('\n', ' / '),
    },
    { value: JOINED, label: 'One caption', example: joinedLines(several) },
  ].map((one) => ({ ...one, example: inShort(one.example) }));
  return [{ id: 'lines', label: 'Lines of a text file', options, value: EACH }];
}

/** The captions of a text file, one a line, as is chosen. */
export const linesAs = (text: string, chosen: string | undefined): string =>
  chosen === JOINED ? joinedLines(text) : text;

/** Most words of a tag; longer lines are sentences. */
const TAG_WORDS = 3;

/** Tags have commas between them, but for those with marks of their own; sentences are broken anywhere. */
function joinedLines(text: string): string {
  const areTags = text.split('\n').every((line) => line.split(' ').length <= TAG_WORDS);
  const between = areTags ? ', ' : ' ';
  return text.replaceAll(/([.,;:!?…。，、]?)\n/g, (_, end: string) => (end ? `${end} ` : between));
}
