// Which pixels of a line each of a smaller or larger number of equal parts covers, fractions included: the
// tables of the area filter and of the difference hash. Pure. Not here: adding pixels up.

/** For each part the first and the last pixel that it covers, and by how much, in 1/parts of a pixel. */
export interface Spans {
  first: Int32Array;
  last: Int32Array;
  /** The whole part where it covers one pixel only. */
  firstWeight: Int32Array;
  /** 0 where it covers one pixel only. Pixels between first and last weigh as much as there are parts. */
  lastWeight: Int32Array;
}

/** A line of `length` pixels in `parts` equal parts; the weights of a part add up to `length`. */
export function spansOf(length: number, parts: number): Spans {
  const spans: Spans = {
    first: new Int32Array(parts),
    last: new Int32Array(parts),
    firstWeight: new Int32Array(parts),
    lastWeight: new Int32Array(parts),
  };
  for (let part = 0; part < parts; part++) {
    const [from, to] = [part * length, (part + 1) * length];
    const [first, last] = [Math.floor(from / parts), Math.floor((to - 1) / parts)];
    spans.first[part] = first;
    spans.last[part] = last;
    spans.firstWeight[part] = Math.min((first + 1) * parts, to) - from;
    spans.lastWeight[part] = last > first ? to - last * parts : 0;
  }
  return spans;
}
