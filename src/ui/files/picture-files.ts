// The kinds of files that the browser's dialog offers as pictures. Not here: what the files hold
// (data/sources).

/** Archives, lists and tables of pictures, by their usual names. */
const OTHER_FILES = '.zip,.tar,.tgz,.gz,.parquet,.npy,.npz,.bin,.txt,.csv,.tsv,.json,.jsonl';

const isPhone = (): boolean => matchMedia('(pointer: coarse)').matches;

/** All that browsers call a picture; with other kinds too a phone would open its files, not its gallery. */
export const pictureFiles = (): string => (isPhone() ? 'image/*' : `image/*,${OTHER_FILES}`);

/** What a phone chooses by a button of its own; null: `pictureFiles` has these too. */
export const archiveFiles = (): string | null => (isPhone() ? OTHER_FILES : null);
