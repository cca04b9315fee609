// A member: one file that a person brought, wherever it lies (loose, in a folder, in an archive). Types only.
// Not here: finding them (containers/), what they mean together (layouts/).

export interface Member {
  /** With "/" between folders, one line of visible text; members of several archives may share a path. */
  path: string;
  /** Bytes, as far as the container knows without reading the member. */
  size: number;
  /** Its bytes: a slice of the file where they are stored as they are. Throws FaultError where damaged. */
  blob(): Promise<Blob>;
}
