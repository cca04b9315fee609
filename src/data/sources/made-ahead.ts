// Entries of a source that are made of files, as their captions are: some ahead of the one that is wanted, so
// that nothing waits for one read after another. Not here: decoding ahead (data/decode-ahead.ts).

/** Entries whose files are read at once. */
const AHEAD = 8;

/** What `make` makes of `from` to `count` - 1, in this order. Throws in its turn what `make` throws. */
export async function* madeAhead<T>(
  from: number,
  count: number,
  make: (number: number) => Promise<T>,
): AsyncGenerator<T> {
  const ahead: Promise<T>[] = [];
  for (let number = from; number < count; number++) {
    const made = make(number);
    made.catch(() => undefined);
    ahead.push(made);
    if (ahead.length > AHEAD) yield await (ahead.shift() as Promise<T>);
  }
  for (const made of ahead) yield await made;
}
