// Tables as text: RFC 4180 with what spreadsheets and Kaggle make of it (a byte order mark, semicolons, tabs
// or bars, line breaks in quotes, bare line feeds). Not here: what a column means (data/sources/layouts).

const DELIMITERS = [',', ';', '\t', '|'] as const;
type Delimiter = (typeof DELIMITERS)[number];

/** Characters in which the delimiter is looked for: the first line, nearly always. */
const SNIFFED = 64 * 1024;

/**
 * The rows of a table, the header too, each a list of cells; empty lines are left out. The delimiter is the
 * one of , ; tab | that the first line has most of, outside quotes. A quote that never ends takes the rest
 * of the text; quotes inside a cell that has none at its start are text. Never throws.
 */
export function* csvRows(text: string): Generator<string[]> {
  const begin = text.startsWith('\ufeff') ? 1 : 0;
  const delimiter = delimiterOf(text.slice(begin, begin + SNIFFED));
  let row: string[] = [];
  for (let at = begin; at < text.length;) {
    const cell = text[at] === '"' ? quotedCell(text, at, delimiter) : bareCell(text, at, delimiter);
    row.push(cell.value);
    at = cell.end;
    // A delimiter at the very end stands before one more, empty cell.
    if (text[at] === delimiter) {
      if (++at === text.length) row.push('');
      else continue;
    } else at += text[at] === '\r' && text[at + 1] === '\n' ? 2 : 1;
    if (row.length > 1 || row[0] !== '') yield row;
    row = [];
  }
  if (row.length > 0) yield row;
}

interface Cell {
  value: string;
  /** Where the delimiter or line end behind it is. */
  end: number;
}

const ENDS: Record<Delimiter, RegExp> = {
  ',': /[,\r\n]/g,
  ';': /[;\r\n]/g,
  '\t': /[\t\r\n]/g,
  '|': /[|\r\n]/g,
};

function bareCell(text: string, at: number, delimiter: Delimiter): Cell {
  const ends = ENDS[delimiter];
  ends.lastIndex = at;
  const end = ends.exec(text)?.index ?? text.length;
  return { value: text.slice(at, end), end };
}

/** A quote inside is doubled; what stands behind the last quote belongs to the cell. */
function quotedCell(text: string, at: number, delimiter: Delimiter): Cell {
  let value = '';
  for (let from = at + 1; ;) {
    const quote = text.indexOf('"', from);
    if (quote === -1) return { value: value + text.slice(from), end: text.length };
    value += text.slice(from, quote);
    if (text[quote + 1] !== '"') {
      const tail = bareCell(text, quote + 1, delimiter);
      return { value: value + tail.value, end: tail.end };
    }
    value += '"';
    from = quote + 2;
  }
}

function delimiterOf(start: string): Delimiter {
  const times = new Map<string, number>();
  let isQuoted = false;
  for (const char of start) {
    if (char === '"') isQuoted = !isQuoted;
    else if (!isQuoted && (char === '\n' || char === '\r')) break;
    else if (!isQuoted) times.set(char, (times.get(char) ?? 0) + 1);
  }
  const most = Math.max(...DELIMITERS.map((one) => times.get(one) ?? 0));
  return DELIMITERS.find((one) => times.get(one) === most) ?? ',';
}
