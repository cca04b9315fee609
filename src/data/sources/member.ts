// A member: one file that a person brought, wherever it lies (loose, in a folder, in an archive). Types only.
// Not here: finding them (containers/), what they mean together (layouts/).

import type { Content } from '../content.ts';

export interface Member {
  /** With "/" between folders, one line of visible text; members of several archives may share a path. */
  path: string;
  /** Bytes, as far as the container knows without reading the member. */
  size: number;
  /** The archive that it lies in has it as it is, or packed: then `blob` unpacks it. Absent: it is loose. */
  archive?: 'stored' | 'packed';
  /** Its bytes: a slice of the file where they are stored as they are. Throws FaultError where damaged. */
  blob(): Promise<Blob>;
  /**
   * The same as it is read fastest: a small one of an archive as bytes in a buffer of their own, which come
   * with those of its neighbours; any other as `blob`.
   */
  read(): Promise<Content>;
}
