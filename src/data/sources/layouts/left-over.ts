// What layouts leave to the next ones, and what is left aside in the end: lists and notes that only belong to
// pictures which are taken. Not here: what each layout takes.
import { isTextName, stemOf } from '../../captions.ts';
import type { Member } from '../member.ts';
import type { Ignored } from '../source.ts';
import { isPictureName } from './names.ts';

/** The members that are not `taken`, for the next layout. */
export const without = (members: readonly Member[], taken: readonly Member[]): Member[] => {
  const gone = new Set(taken);
  return members.filter((member) => !gone.has(member));
};

/**
 * What no particular layout took, without what has no name of a picture, as notes and lists: those are
 * `ignored`. A text stays where it may be the caption of a picture that stays.
 */
export function leftOver(members: readonly Member[]): { rest: Member[]; ignored: Ignored[] } {
  const stems = new Set(members.filter(({ path }) => isPictureName(path)).map(({ path }) => stemOf(path)));
  const isOther = ({ path }: Member): boolean =>
    !isPictureName(path) && !(isTextName(path) && stems.has(stemOf(path)));
  const others = members.filter(isOther);
  return { rest: without(members, others), ignored: counted('other files', others) };
}

/** As a list, because nothing is said of none. */
export const counted = (why: string, members: readonly Member[]): Ignored[] =>
  members[0] ? [{ why, count: members.length, example: members[0].path }] : [];
