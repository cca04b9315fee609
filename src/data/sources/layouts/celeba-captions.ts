// Sentences from the attributes of CelebA: "a man with brown hair and a goatee, smiling, wearing glasses".
// Which attributes are said by default follows how far people agree on them (arXiv:2210.07356). Not here:
// reading the attributes (celeba.ts).
import { STREAMS, uniforms } from '../../../random.ts';

/**
 * Attributes that can be seen without doubt. Of the others two people agree no better than chance on some, as
 * High_Cheekbones and Oval_Face, and No_Beard is wrong in up to 40 % of the pictures.
 */
const VISIBLE: ReadonlySet<string> = new Set([
  ...['Male', 'Bald', 'Bangs', 'Black_Hair', 'Blond_Hair', 'Brown_Hair', 'Gray_Hair', 'Straight_Hair'],
  ...['Wavy_Hair', 'Eyeglasses', 'Wearing_Hat', 'Smiling', 'Goatee', 'Mustache', 'Sideburns'],
  ...['Wearing_Lipstick', 'Wearing_Earrings', 'Wearing_Necktie'],
]);

const ADJECTIVES = { Young: 'young', Attractive: 'attractive', Chubby: 'chubby', Bald: 'bald' };
const TEXTURES = { Straight_Hair: 'straight', Wavy_Hair: 'wavy' };
const COLOURS = { Black_Hair: 'black', Blond_Hair: 'blond', Brown_Hair: 'brown', Gray_Hair: 'gray' };
const HAVING = {
  Bangs: 'bangs',
  Receding_Hairline: 'a receding hairline',
  Goatee: 'a goatee',
  Mustache: 'a mustache',
  Sideburns: 'sideburns',
  '5_o_Clock_Shadow': 'stubble',
  No_Beard: 'no beard',
  Arched_Eyebrows: 'arched eyebrows',
  Bushy_Eyebrows: 'bushy eyebrows',
  Bags_Under_Eyes: 'bags under the eyes',
  Narrow_Eyes: 'narrow eyes',
  Big_Lips: 'big lips',
  Big_Nose: 'a big nose',
  Pointy_Nose: 'a pointy nose',
  High_Cheekbones: 'high cheekbones',
  Rosy_Cheeks: 'rosy cheeks',
  Double_Chin: 'a double chin',
  Oval_Face: 'an oval face',
  Pale_Skin: 'pale skin',
  Mouth_Slightly_Open: 'a slightly open mouth',
};
const DOING = { Smiling: 'smiling', Blurry: 'blurred' };
const WEARING = {
  Eyeglasses: 'glasses',
  Wearing_Hat: 'a hat',
  Wearing_Earrings: 'earrings',
  Wearing_Lipstick: 'lipstick',
  Heavy_Makeup: 'heavy makeup',
  Wearing_Necklace: 'a necklace',
  Wearing_Necktie: 'a necktie',
};

/** Sentences drawn beside the whole one, and how likely each of them says an attribute. */
const DRAWN = 4;
const KEPT = 0.7;
/** Numbers of the stream that each sentence has: more than CelebA has attributes. */
const NUMBERS_EACH = 64;

/** The captions of a picture: `present` tells of each column whether it has the attribute. */
export type Captions = (present: (column: number) => boolean, picture: number) => string[];

/**
 * How to say the attributes `names` (CelebA's, one a column; others are not said), `all` of them or those
 * that can be seen without doubt. A picture's captions are all it has in one sentence, then four sentences
 * that say each attribute with probability 0.7, so that short prompts are learnt too; equal ones once. They
 * follow from the picture's number alone.
 */
export function captionsOf(names: readonly string[], all: boolean): Captions {
  const columns = new Map(names.slice(0, NUMBERS_EACH).map((name, column) => [name, column]));
  const sentence = sentences((name) => (all || VISIBLE.has(name) ? columns.get(name) : undefined));
  return (present, picture) => {
    const drawn = uniforms(0, picture, STREAMS.attributes, DRAWN * NUMBERS_EACH);
    const whole = sentence(present, () => true);
    const parts = Array.from({ length: DRAWN }, (_, i) =>
      sentence(present, (column) => (drawn[i * NUMBERS_EACH + column] as number) < KEPT),
    );
    return [...new Set([whole, ...parts])];
  };
}

type Sentence = (present: (column: number) => boolean, isSaid: (column: number) => boolean) => string;

/** The sentence of attributes that are there and are to be said. `columnOf`: undefined where it never is. */
function sentences(columnOf: (name: string) => number | undefined): Sentence {
  const phrases = (table: Readonly<Record<string, string>>): [number, string][] =>
    Object.entries(table).flatMap(([name, words]) => {
      const column = columnOf(name);
      return column === undefined ? [] : [[column, words]];
    });
  const [adjectives, textures, colours, having, wearing, doing] = [
    phrases(ADJECTIVES),
    phrases(TEXTURES),
    phrases(COLOURS),
    phrases(HAVING),
    phrases(WEARING),
    phrases(DOING),
  ];
  const male = columnOf('Male');
  return (present, isSaid) => {
    const said = (table: readonly [number, string][]): string[] =>
      table.flatMap(([column, words]) => (present(column) && isSaid(column) ? [words] : []));
    const noun = male === undefined || !isSaid(male) ? 'person' : present(male) ? 'man' : 'woman';
    const subject = [...said(adjectives), noun].join(' ');
    const hair = [...said(textures), inWords(said(colours))].filter((words) => words !== '').join(' ');
    const has = [...(hair === '' ? [] : [`${hair} hair`]), ...said(having)];
    const wears = said(wearing);
    return [
      `${/^[aeiou]/.test(subject) ? 'an' : 'a'} ${subject}${has.length > 0 ? ` with ${inWords(has)}` : ''}`,
      ...said(doing),
      ...(wears.length > 0 ? [`wearing ${inWords(wears)}`] : []),
    ].join(', ');
  };
}

/** "a, b and c". */
const inWords = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
