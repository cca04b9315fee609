// A file that counts how it is read.

export class CountedFile extends File {
  /** Slices that were read, and how long they were, in bytes. */
  reads = 0;
  bytesRead = 0;
  /** Whether it is gone: every read fails. */
  isGone = false;

  override slice(begin = 0, end = this.size): Blob {
    const slice = super.slice(begin, end);
    const read = slice.arrayBuffer.bind(slice);
    slice.arrayBuffer = () => {
      this.reads++;
      this.bytesRead += slice.size;
      return this.isGone ? Promise.reject(new DOMException('gone', 'NotFoundError')) : read();
    };
    return slice;
  }
}
