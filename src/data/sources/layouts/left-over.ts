// What a layout leaves to the next ones: all that it did not take, but no lists and notes that only belong to
// its pictures. Not here: what each layout takes.
import { isTextName, stemOf } from '../../captions.ts';
import { isSystemFile } from '../junk.ts';
import type { Member } from '../member.ts';
import type { Ignored } from '../source.ts';

/** Files beside pictures that are no pictures: notes, lists, code. */
const DOCUMENT =
  /(?:\.(?:txt|md|html?|pdf|csv|tsv|json|xml|ya?ml|py|ipynb|m|mat|log|docx?|xlsx?)|(?:^|\/)(?:licen[cs]e|readme|citation|checksums?|md5sums?)[^/]*)$/i;

/**
 * The members that are not `taken`, for the next layout, and what of them is left out. A text stays where it
 * may be the caption of a picture that stays.
 */
export function leftOver(
  members: readonly Member[],
  taken: ReadonlySet<Member>,
): { rest: Member[]; ignored: Ignored[] } {
  const others = members.filter((member) => !taken.has(member));
  const isDocument = (path: string): boolean => DOCUMENT.test(path);
  const stems = new Set(others.filter(({ path }) => !isDocument(path)).map(({ path }) => stemOf(path)));
  const system = others.filter(({ path }) => isSystemFile(path));
  const documents = others.filter(
    ({ path }) => !isSystemFile(path) && isDocument(path) && !(isTextName(path) && stems.has(stemOf(path))),
  );
  const left = new Set([...system, ...documents]);
  return {
    rest: others.filter((member) => !left.has(member)),
    ignored: [
      ...counted('lists and notes that are not needed', documents),
      ...counted('files of the system', system),
    ],
  };
}

/** As a list, because nothing is said of none. */
export const counted = (why: string, members: readonly Member[]): Ignored[] =>
  members[0] ? [{ why, count: members.length, example: members[0].path }] : [];
