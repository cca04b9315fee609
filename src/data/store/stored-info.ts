// What info.json says of a set. It is written last: a folder without a whole one is no set. Of version 1 are
// sets whose captions lie in captions.json. Pure. Not here: reading the set (picture-store.ts).

export const INFO = 'info.json';
/** What is written. Both versions are read. */
export const VERSION = 2;

export interface StoredInfo {
  version: 1 | 2;
  title: string;
  count: number;
  /** Edge of a picture, in pixels. */
  size: number;
  /** Of the pixels. */
  fingerprint: string;
  /** Whether a picture has a caption. */
  captions: boolean;
  /** Ids that the set had before pictures were added to it or removed; absent in older files. */
  earlier?: string[];
  /** Of captions and classes; absent in version 1. */
  words?: string;
  /** Names of the classes, by number; absent in version 1. */
  classes?: string[];
}

/** The text of info.json; null where it is torn or of a newer version. */
export function parseInfo(text: string): StoredInfo | null {
  let info: Partial<StoredInfo> | null;
  try {
    info = JSON.parse(text) as Partial<StoredInfo> | null;
  } catch {
    return null; // Torn by a power cut: the import never ended.
  }
  const whole =
    (info?.version === 1 || (info?.version === VERSION && isDigest(info.words))) &&
    typeof info.title === 'string' &&
    Number.isSafeInteger(info.count) &&
    Number.isSafeInteger(info.size) &&
    isDigest(info.fingerprint) &&
    typeof info.captions === 'boolean' &&
    (info.earlier === undefined || Array.isArray(info.earlier));
  return whole ? (info as StoredInfo) : null;
}

const isDigest = (text: unknown): boolean => typeof text === 'string' && /^[0-9a-f]{64}$/.test(text);
