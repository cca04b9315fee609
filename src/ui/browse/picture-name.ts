// What a picture of a set is called: in the grid, among duplicates, alone. Not here: its captions in full.
import type { PictureNote } from '../../trainer/api.ts';
import { count } from '../format.ts';

/** The file's name, else the first caption, else the place, 0 the first. `note`: where it is known. */
export const pictureName = (note: PictureNote | null | undefined, place: number): string =>
  note?.fileName || note?.caption.split('\n')[0] || `Picture ${count(place + 1)}`;
