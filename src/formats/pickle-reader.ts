// Reads the pickle of a torch.save file (protocol 2, CPython's pickle module) without Python: a stack machine
// with the opcodes of torch's weights-only unpickler that makes plain values. Nothing is executed, everything
// is bounded; of an object of any other class only the class's name is kept. Not here: the names it may meet
// (torch-objects.ts), the bytes of tensors (torch-file.ts), writing (pickle-writer.ts). Exported for tests:
// pickleBudget.
// Over 60 lines because it is a table, one case an opcode: #step.
import { opcodeName } from './pickle-opcodes.ts';
import { ReadingBudget } from './reading-budget.ts';
import { shown } from './safetensors-scanner.ts';
import {
  callGlobal,
  type Item,
  resolveGlobal,
  setAttributes,
  storageOfId,
  tupleOf,
} from './torch-objects.ts';
import { PythonObject, type StoredNumbers, type StoredValue, unsoundTorch } from './torch-values.ts';

/** A larger data.pkl is refused. */
export const MAX_PICKLE_BYTES = 16 * 1024 * 1024;
/** 20,000 tensors make about 160,000 memo entries, 120,000 tuples and 40,000 texts. */
const MAX_STACK = 1 << 20;
const MAX_MEMO = 1 << 20;
const MAX_OBJECTS = 1 << 19;
const MAX_MARKS = 1024;
const MAX_NAME_BYTES = 256;
/** Most characters of a dict's key: keys are names of tensors, which are looked at again and again. */
const MAX_KEY = 512;
/**
 * Work for each byte of a pickle, and some to spare. A unit is an opcode, a character of text, a value that a
 * call copies or an eighth of a number of NumPy: a sound pickle needs at most 4 a byte, but one that calls
 * for a long text or list again and again would never end.
 */
const WORK_PER_BYTE = 8;
const SPARE_WORK = 1 << 22;

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export interface ReadPickle {
  /** Not yet checked to be a tree of plain values: see value-tree.ts. */
  root: Item;
  /** Every storage that the pickle names, by key. */
  storages: Map<string, StoredNumbers>;
}

/** What reading a pickle of so many bytes may cost. */
export const pickleBudget = (bytes: number): ReadingBudget =>
  new ReadingBudget(WORK_PER_BYTE * bytes + SPARE_WORK, (total) =>
    unsoundTorch(`a data.pkl of ${bytes} bytes that is read in ${total} steps`, 'one that needs more'),
  );

/** Runs the pickle. Throws FaultError kind `file` that names the opcode, the global or the byte. */
export function readPickle(bytes: Uint8Array, budget = pickleBudget(bytes.length)): ReadPickle {
  if (bytes.length > MAX_PICKLE_BYTES)
    throw unsoundTorch(`a data.pkl of at most ${MAX_PICKLE_BYTES} bytes`, `${bytes.length} bytes`);
  return new PickleMachine(bytes, budget).run();
}

class PickleMachine {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #budget: ReadingBudget;
  readonly #stack: Item[] = [];
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, Item>();
  readonly #storages = new Map<string, StoredNumbers>();
  #at = 0;
  /** Where the current opcode begins. */
  #opcodeAt = 0;
  #objects = 0;

  constructor(bytes: Uint8Array, budget: ReadingBudget) {
    this.#bytes = bytes;
    this.#budget = budget;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  run(): ReadPickle {
    for (;;) {
      this.#opcodeAt = this.#at;
      this.#budget.spend(1);
      const opcode = this.#view.getUint8(this.#skip(1));
      if (opcode === 0x2e) return this.#stop(); // '.' STOP
      this.#step(opcode);
    }
  }

  #fail(expected: string, got: string): never {
    throw unsoundTorch(`${expected} at byte ${this.#opcodeAt} of data.pkl`, got);
  }

  #stop(): ReadPickle {
    const [root] = this.#stack;
    if (root === undefined || this.#stack.length > 1 || this.#marks.length > 0)
      this.#fail('one value left at the end', `${this.#stack.length} values, ${this.#marks.length} marks`);
    if (this.#at !== this.#bytes.length)
      this.#fail('the end of the pickle', `${this.#bytes.length - this.#at} bytes more`);
    return { root, storages: this.#storages };
  }

  /** Passes over `count` bytes; answers where they begin. */
  #skip(count: number): number {
    const at = this.#at;
    if (at + count > this.#bytes.length)
      this.#fail(`${count} bytes more`, `the end: only ${this.#bytes.length - at} are left`);
    this.#at += count;
    return at;
  }

  #push(item: Item): void {
    if (this.#stack.length >= MAX_STACK) this.#fail(`at most ${MAX_STACK} values on the stack`, 'more');
    this.#stack.push(item);
  }

  #pushNew(object: Item): void {
    this.#objects += 1;
    if (this.#objects > MAX_OBJECTS)
      this.#fail(`at most ${MAX_OBJECTS} lists, dicts, texts and tensors`, 'more');
    this.#push(object);
  }

  /** Takes the topmost value above the last mark. */
  #pop(): Item {
    const floor = this.#marks.at(-1) ?? 0;
    const item = this.#stack.length > floor ? this.#stack.pop() : undefined;
    if (item === undefined) this.#fail('a value on the stack', 'none');
    return item;
  }

  #top(): Item {
    const item = this.#pop();
    this.#stack.push(item);
    return item;
  }

  #popMark(): Item[] {
    const mark = this.#marks.pop();
    if (mark === undefined) this.#fail('a mark on the stack', 'none');
    return this.#stack.splice(mark);
  }

  #tuple(count: number): void {
    const items: Item[] = [];
    for (let i = 0; i < count; i++) items.unshift(this.#pop());
    this.#pushNew(tupleOf(items));
  }

  #step(opcode: number): void {
    switch (String.fromCharCode(opcode)) {
      case '\x80': // PROTO
        return this.#protocol(this.#view.getUint8(this.#skip(1)));
      case '(': // MARK
        if (this.#marks.length >= MAX_MARKS)
          this.#fail(`at most ${MAX_MARKS} values inside each other`, 'more');
        this.#marks.push(this.#stack.length);
        return;
      case 'N':
        return this.#push(null);
      case '\x88': // NEWTRUE
        return this.#push(true);
      case '\x89': // NEWFALSE
        return this.#push(false);
      case 'J':
        return this.#push(this.#view.getInt32(this.#skip(4), true));
      case 'K':
        return this.#push(this.#view.getUint8(this.#skip(1)));
      case 'M':
        return this.#push(this.#view.getUint16(this.#skip(2), true));
      case '\x8a': // LONG1
        return this.#push(this.#long(this.#view.getUint8(this.#skip(1))));
      case 'G':
        return this.#push(this.#view.getFloat64(this.#skip(8)));
      case 'X':
        return this.#pushNew(this.#text(this.#view.getUint32(this.#skip(4), true)));
      case 'U':
        return this.#pushNew(this.#text(this.#view.getUint8(this.#skip(1))));
      case ')':
        return this.#tuple(0);
      case '\x85':
        return this.#tuple(1);
      case '\x86':
        return this.#tuple(2);
      case '\x87':
        return this.#tuple(3);
      case 't':
        return this.#pushNew(tupleOf(this.#popMark()));
      case ']':
        return this.#pushNew([]);
      case '}':
        return this.#pushNew(new Map<string | number, StoredValue>());
      case 'a':
        return this.#append([this.#pop()]);
      case 'e':
        return this.#append(this.#popMark());
      case 's':
        return this.#setItems([this.#pop(), this.#pop()].reverse());
      case 'u':
        return this.#setItems(this.#popMark());
      case 'q':
        return this.#remember(this.#view.getUint8(this.#skip(1)));
      case 'r':
        return this.#remember(this.#view.getUint32(this.#skip(4), true));
      case 'h':
        return this.#recall(this.#view.getUint8(this.#skip(1)));
      case 'j':
        return this.#recall(this.#view.getUint32(this.#skip(4), true));
      case 'c':
        return this.#push(resolveGlobal(`${this.#line()}.${this.#line()}`, this.#opcodeAt));
      case 'Q':
        return this.#push(storageOfId(this.#pop(), this.#storages, this.#opcodeAt));
      case 'R':
      case '\x81': // NEWOBJ: a class called without __init__
        return this.#call();
      case 'b':
        return this.#build();
      default:
        return this.#fail('an opcode that torch.save writes (protocol 2)', opcodeName(opcode));
    }
  }

  #protocol(version: number): void {
    if (version !== 2)
      this.#fail('pickle protocol 2, as torch.save has it by default', `protocol ${version}`);
  }

  /** A whole number, little-endian, two's complement. */
  #long(length: number): number | bigint {
    const at = this.#skip(length);
    this.#budget.spend(length);
    let digits = '';
    for (let i = length - 1; i >= 0; i--)
      digits += this.#view
        .getUint8(at + i)
        .toString(16)
        .padStart(2, '0');
    const signed = BigInt.asIntN(8 * length, BigInt(`0x0${digits}`));
    return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed;
  }

  #text(length: number): string {
    const at = this.#skip(length);
    this.#budget.spend(length);
    try {
      return UTF8.decode(this.#bytes.subarray(at, at + length));
    } catch {
      return this.#fail('text in UTF-8', `${length} bytes that are not UTF-8`);
    }
  }

  /** Text up to the end of the line. */
  #line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#at);
    if (end < 0 || end - this.#at > MAX_NAME_BYTES) this.#fail('the name of a global', 'no end of the line');
    const line = this.#text(end - this.#at);
    this.#at = end + 1;
    return line;
  }

  #append(items: Item[]): void {
    const list = this.#top();
    if (list instanceof PythonObject) return;
    if (!Array.isArray(list) || Object.isFrozen(list)) this.#fail('a list to append to', 'something else');
    for (const item of items) list.push(item as StoredValue);
  }

  #setItems(items: Item[]): void {
    const dict = this.#top();
    if (dict instanceof PythonObject) return;
    if (!(dict instanceof Map)) this.#fail('a dict to set items of', 'something else');
    if (items.length % 2 !== 0) this.#fail('keys and values in pairs', 'a key without a value');
    for (let i = 0; i < items.length; i += 2) {
      const key = items[i];
      if (Array.isArray(key) ? !Object.isFrozen(key) : key instanceof Map)
        this.#fail('keys that never change', 'a list or a dict');
      // No state_dict, optimizer or list of losses has keys of another kind: such an item is passed over.
      if (typeof key !== 'string' && !Number.isSafeInteger(key)) continue;
      const known = key as string | number;
      if (typeof known === 'string' && known.length > MAX_KEY)
        this.#fail(`keys of at most ${MAX_KEY} characters`, shown(known));
      if (dict.has(known)) this.#fail('every key once', `${shown(String(known))} twice`);
      dict.set(known, items[i + 1] as StoredValue);
    }
  }

  #remember(index: number): void {
    if (index >= MAX_MEMO) this.#fail(`a memo of at most ${MAX_MEMO} values`, `number ${index}`);
    this.#memo.set(index, this.#top());
  }

  #recall(index: number): void {
    const item = this.#memo.get(index);
    if (item === undefined) this.#fail('a value that was remembered before', `number ${index}, never set`);
    this.#push(item);
  }

  #call(): void {
    const args = this.#pop();
    this.#pushNew(callGlobal(this.#pop(), args, this.#budget, this.#opcodeAt));
  }

  /** A state_dict has an attribute `_metadata`, the versions of its modules; nothing here needs them. */
  #build(): void {
    const state = this.#pop();
    if (!setAttributes(this.#top(), state, this.#budget))
      this.#fail('attributes of an OrderedDict or an object', 'attributes of something else');
  }
}
