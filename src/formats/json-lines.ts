// JSON Lines (jsonlines.org): a JSON object a line. A whole JSON list of objects is taken too, because files
// are named so by mistake. Not here: what the objects mean.

/** An object and the line it stands on, from 1 (its place, in a list); null where the line is no object. */
export interface JsonLine {
  line: number;
  value: Readonly<Record<string, unknown>> | null;
}

/** The objects of the text in their order; empty lines are left out. Never throws. */
export function* jsonLines(text: string): Generator<JsonLine> {
  const list = /^\ufeff?\s*\[/.test(text) ? parsed(text.replace(/^\ufeff/, '')) : null;
  if (Array.isArray(list)) {
    for (const [i, value] of list.entries()) yield { line: i + 1, value: objectOf(value) };
    return;
  }
  let line = 0;
  for (let at = text.startsWith('\ufeff') ? 1 : 0; at < text.length; line++) {
    const newline = text.indexOf('\n', at);
    const end = newline === -1 ? text.length : newline;
    const here = text.slice(at, end).trim();
    if (here !== '') yield { line: line + 1, value: objectOf(parsed(here)) };
    at = end + 1;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const objectOf = (value: unknown): JsonLine['value'] =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
