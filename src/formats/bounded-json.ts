// JSON in a text of bounded length. Not here: what the value must be, which whoever reads it checks; JSON of
// many records (json-records.ts).

/** A text with more characters is not read: 10,000 long names of classes have less. */
export const MOST_JSON = 2 ** 22;

/** The value of the text; undefined where the text is missing, no JSON, or longer than MOST_JSON. */
export function jsonIn(text: string | undefined): unknown {
  if (text === undefined || text.length > MOST_JSON) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
