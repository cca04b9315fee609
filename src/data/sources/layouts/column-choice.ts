// What layouts with columns share where the column of captions or classes is chosen. Not here: which columns
// can be chosen, which each layout finds for itself.
import { cleanText } from '../../../plain-text.ts';

/** Names of the column of captions, the first that is there. diffusers' scripts read `text`. */
export const CAPTION_COLUMNS = ['text', 'caption', 'captions', 'prompt', 'description'];

/** The value of a choice that takes no column. */
export const NONE = 'none';

/** The option of that value. */
export const NO_COLUMN = { value: NONE, label: 'none', example: '' };

/** The first 120 characters of a cell or a name, as visible text on one line. */
export const inShort = (text: string): string => cleanText(text.slice(0, 120));
