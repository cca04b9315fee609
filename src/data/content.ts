// What a file holds, as it was read: still where it lies, or in memory. Not here: which file (sources/).

export type Content = Blob | Uint8Array<ArrayBuffer>;

/** All of it in memory. Rejects where it cannot be read. */
export const bytesIn = async (content: Content): Promise<Uint8Array<ArrayBuffer>> =>
  content instanceof Uint8Array ? content : new Uint8Array(await content.arrayBuffer());
