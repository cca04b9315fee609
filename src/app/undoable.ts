// Changes of a set of pictures that can be undone, each by what is said of it, and those of them that the
// store keeps. Pure. Not here: making and undoing them (browsed-set.ts).
import type { FoundIndices } from '../trainer/api.ts';

/** Numbers of pictures in their set. */
export type Indices = Uint32Array<ArrayBuffer>;

/** What undoes a change. */
export interface Change {
  said: string;
  /** `edit`: the newest change of captions or squares, which the store knows. */
  undo: { edit: true } | { restore: Indices } | { remove: Indices };
}

/**
 * The changes with those of captions and squares as the store has them; null: they are. The newest is undone
 * first: they are told from the last on.
 */
export function withStored(
  changes: readonly Change[],
  undoable: FoundIndices['undoable'],
): readonly Change[] | null {
  const stored = undoable.map(({ of, pictures }) =>
    of === 'captions' ? captionsChanged(pictures) : squaresMoved(pictures),
  );
  const known = changes.filter(({ undo }) => 'edit' in undo).map(({ said }) => said);
  if (JSON.stringify(known) === JSON.stringify(stored)) return null;
  const all: Change[] = [];
  for (const change of [...changes].reverse()) {
    const said = 'edit' in change.undo ? stored.pop() : change.said;
    if (said !== undefined) all.unshift({ ...change, said });
  }
  return [...stored.map((said) => ({ said, undo: { edit: true } as const })), ...all];
}

/** "2 captions changed." */
export const captionsChanged = (many: number): string => counted(many, 'caption', 'changed');
/** "1 square moved." */
export const squaresMoved = (many: number): string => counted(many, 'square', 'moved');

/** "1 caption changed." */
export const counted = (many: number, thing: string, done: string): string =>
  `${many.toLocaleString('en-US')} ${thing}${many === 1 ? '' : 's'} ${done}.`;
