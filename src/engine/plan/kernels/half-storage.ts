// Stores values of a kernel as halves: rewrites its WGSL so that a vec4<f32> which it reads from or writes to
// such a value is four halves in memory, in two words, and an f32 which it reads is half a word (core WGSL,
// no feature of the device). What it computes stays float32. Rewritten rather than written twice: no kernel
// knows of halves, and the text of a kernel without them is not touched. Not here: which values are halves
// (plan/halves.ts).
import type { Binding, Kernel } from './kernel.ts';
import { byteLengthOf } from './value.ts';

/**
 * 65,520 and above round to no half: such a number is stored as an infinity, and so is a NaN, so that the
 * check of the gradients finds it. The rounding (to nearest, ties to even) is done here: pack2x16float may
 * round either way, and may do anything with what is no half.
 */
const FUNCTIONS = /* wgsl */ `
fn of_half(word: u32, at: u32) -> f32 { return unpack2x16float(word >> (16u * (at & 1u))).x; }
fn of_halves(words: vec2<u32>) -> vec4<f32> {
  return vec4<f32>(unpack2x16float(words.x), unpack2x16float(words.y));
}
fn to_halves(value: vec4<f32>) -> vec2<u32> {
  let bits = bitcast<vec4<u32>>(value);
  let even = (bits >> vec4<u32>(13u)) & vec4<u32>(1u);
  let rounded = (bits + vec4<u32>(0xfffu) + even) & vec4<u32>(0xffffe000u);
  let over = (bits & vec4<u32>(0x7fffffffu)) >= vec4<u32>(0x477ff000u);
  let fits = bitcast<vec4<f32>>(select(rounded, vec4<u32>(0u), over));
  let beyond = select(vec4<u32>(0u), vec4<u32>(0x7c00u), over);
  return vec2<u32>(
    pack2x16float(fits.xy) | beyond.x | (beyond.y << 16u),
    pack2x16float(fits.zw) | beyond.z | (beyond.w << 16u),
  );
}
`;

/** The declaration of a storage binding, as `kernel` writes it. */
const STORAGE = /@binding\((\d+)\) var<storage, read_write> (\w+): array<(vec4<f32>|f32)>;/g;

/** Words in which a kernel finds its elements: two for four halves, or one, of which it reads either half. */
const WORDS = { 'vec4<f32>': 'vec2<u32>', f32: 'u32' } as const;

/** The arrays of halves of a kernel, by name: whether it reads and writes four elements at a time. */
type Halves = ReadonlyMap<string, boolean>;

/**
 * Whether a kernel can have this binding's value as halves: it reads and writes four elements at a time, or
 * only reads. Two invocations that wrote one half each would write the same word.
 */
export function canBeHalves({ value, access, type }: Binding): boolean {
  const element = type ?? value.element;
  return element === 'vec4<f32>' || (element === 'f32' && access === 'read');
}

/**
 * The kernel with the values that `isHalf` (by id) stored as halves; itself where it binds none. Throws where
 * `canBeHalves` says no, and where a part of an element is written alone.
 */
export function storingHalves(kernel: Kernel, isHalf: (id: number) => boolean): Kernel {
  const halves = kernel.bindings.map(({ value }) => isHalf(value.id));
  if (!halves.includes(true)) return kernel;
  if (!kernel.bindings.every((binding, i) => !halves[i] || canBeHalves(binding)))
    throw new Error(`${kernel.op} cannot store halves`);
  const names = new Map<string, boolean>();
  const declared = kernel.source.replaceAll(
    STORAGE,
    (text, index: string, name: string, type: keyof typeof WORDS) => {
      if (!halves[Number(index)]) return text;
      names.set(name, type === 'vec4<f32>');
      return text.replace(`<${type}>`, `<${WORDS[type]}>`);
    },
  );
  const uniform = declared.indexOf(`@group(0) @binding(${kernel.bindings.length})`);
  const behind = declared.indexOf('\n', uniform) + 1;
  const bindings = kernel.bindings.map((binding, i) => (halves[i] ? halved(binding) : binding));
  return {
    ...kernel,
    source: declared.slice(0, behind) + FUNCTIONS.trimStart() + accessing(declared.slice(behind), names),
    bindings,
    bytes: bytesOf(bindings),
  };
}

const halved = ({ value, access, type, bytes }: Binding): Binding => ({
  access,
  value: { ...value, element: 'f16' },
  type: WORDS[type === 'vec4<f32>' ? type : 'f32'],
  ...(bytes === undefined ? {} : { bytes: bytes / 2 }),
});

const bytesOf = (bindings: readonly Binding[]): number =>
  bindings.reduce((sum, { value, bytes = byteLengthOf(value) }) => sum + bytes, 0);

/** WGSL `text` with its reads and writes of `halves` by way of the functions. */
function accessing(text: string, halves: Halves): string {
  const access = new RegExp(`(?<![\\w.])(${[...halves.keys()].join('|')})\\[`, 'g');
  let result = '';
  let done = 0;
  for (let found = access.exec(text); found; found = access.exec(text)) {
    const [, name = ''] = found;
    const end = closing(text, access.lastIndex - 1) + 1;
    const index = text.slice(access.lastIndex, end - 1);
    const { written, next } = halves.get(name)
      ? ofFour(text, `${name}[${index}]`, end, halves)
      : { written: `of_half(${name}[(${index}) >> 1u], ${index})`, next: end };
    result += text.slice(done, found.index) + written;
    done = next;
    access.lastIndex = next;
  }
  return result + text.slice(done);
}

/**
 * What stands for `element`, four halves, that ends at `end`, and for all up to `next`: where it is assigned
 * to, the assignment. Throws where only a part of the element is written.
 */
function ofFour(
  text: string,
  element: string,
  end: number,
  halves: Halves,
): { written: string; next: number } {
  const [sign, part, operator] = /^(\.\w+|\[[^\]]*\])?\s*([-+*/]?)=(?!=)/.exec(text.slice(end)) ?? [];
  if (sign === undefined) return { written: `of_halves(${element})`, next: end };
  if (part) throw new Error(`${element}${part}, a half, is written alone`);
  const from = end + sign.length;
  const next = text.indexOf(';', from);
  const value = accessing(text.slice(from, next).trim(), halves);
  const result = operator ? `of_halves(${element}) ${operator} (${value})` : value;
  return { written: `${element} = to_halves(${result})`, next };
}

/** Index of the bracket that closes the one at `open`. */
function closing(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if (text[at] === '[') depth += 1;
    if (text[at] === ']') depth -= 1;
    if (depth === 0) return at;
  }
  throw new Error(`no bracket closes ${text.slice(open, open + 40)}`);
}
