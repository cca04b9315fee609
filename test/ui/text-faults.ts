// What is wrong with the page's text where it is narrow: texts outside of the window, texts over other texts,
// and words that a screen reader runs together. Runs in the page. Not here: what axe finds.

/** A sentence for each fault; empty where nothing is wrong. */
export function textFaults(): string[] {
  type Shown = {
    text: string;
    layer: Element | null;
    boxes: { l: number; r: number; t: number; b: number }[];
  };
  const faults = new Set<string>();
  const shown: Shown[] = [];
  /** Fixed and sticky parts and dialogs lie over others on purpose. */
  const layerOf = (at: Element | null): Element | null =>
    !at || /fixed|sticky/.test(getComputedStyle(at).position) ? at : layerOf(at.parentElement);
  /** What is left of a box inside of everything that cuts it. */
  const cut = (element: Element, box: DOMRect): { l: number; r: number; t: number; b: number } => {
    let [l, r, t, b] = [box.left, box.right, box.top, box.bottom];
    for (let at: Element | null = element; at && at !== document.body; at = at.parentElement) {
      if (getComputedStyle(at).overflowX === 'visible') continue;
      const outer = at.getBoundingClientRect();
      [l, r] = [Math.max(l, outer.left), Math.min(r, outer.right)];
      [t, b] = [Math.max(t, outer.top), Math.min(b, outer.bottom)];
    }
    return { l, r, t, b };
  };
  /** A box of its own somewhere between `from` and what holds both: read with a pause. */
  const apart = (from: Element, other: Element): boolean => {
    for (let at: Element | null = from; at && !at.contains(other); at = at.parentElement)
      if (!/^(inline|contents)/.test(getComputedStyle(at).display)) return true;
    return false;
  };
  let before: Text | null = null;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode as Text;
    const element = node.parentElement;
    if (!element?.checkVisibility() || element.closest('option, script, .skip')) continue;
    if (!element.closest('[aria-hidden=true]')) {
      const from = before?.parentElement;
      const joined = before && /\w$/.test(before.data) && /^\w/.test(node.data) && !element.matches('.k');
      if (from && joined && !apart(from, element) && !apart(element, from))
        faults.add(`read as one word: ${before?.data}${node.data}`);
      before = node;
    }
    if (!node.data.trim() || element.closest('.vh')) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const boxes = [...range.getClientRects()]
      .map((box) => cut(element, box))
      .filter(({ l, r, t, b }) => r > l && b > t);
    shown.push({ text: node.data.trim(), layer: layerOf(element), boxes });
  }
  const width = document.documentElement.clientWidth;
  for (const [i, one] of shown.entries())
    for (const a of one.boxes) {
      if (a.l < -1 || a.r > width + 1) faults.add(`outside of the window: ${one.text}`);
      for (const other of shown.slice(i + 1))
        if (other.layer === one.layer)
          for (const b of other.boxes) {
            const over = Math.min(a.r, b.r) - Math.max(a.l, b.l) > 1.5;
            if (over && Math.min(a.b, b.b) - Math.max(a.t, b.t) > 3)
              faults.add(`one over the other: ${one.text} | ${other.text}`);
          }
    }
  return [...faults];
}
