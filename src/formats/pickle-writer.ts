// Writes a value as torch.save pickles it (protocol 2), tensors as persistent
// ids of storages. Only opcodes and globals that torch.load(weights_only=True)
// accepts. Not here: reading (pickle-reader.ts), the archive (torch-file.ts).
import { OrderedDict, type PythonValue, type TorchTensor } from './torch-values.ts';

/**
 * What can be written. A Float32Array or Float64Array becomes a
 * list of floats, a frozen array a tuple, a whole number an int.
 */
export type PickledValue = PythonValue<TorchTensor | Float32Array | Float64Array>;

/** Deepest nesting; beyond it the value holds itself, a bug of ours. */
const MAX_DEPTH = 64;
/** Longer lists and dicts are written in batches of this many, as Python's pickler does. */
const BATCH = 1000;

const OP = {
  proto: 0x80,
  stop: 0x2e,
  mark: 0x28,
  none: 0x4e,
  yes: 0x88,
  no: 0x89,
  int32: 0x4a,
  uint8: 0x4b,
  uint16: 0x4d,
  long: 0x8a,
  float: 0x47,
  text: 0x58,
  emptyTuple: 0x29,
  tuple: 0x74,
  emptyList: 0x5d,
  emptyDict: 0x7d,
  appends: 0x65,
  setItems: 0x75,
  global: 0x63,
  persistent: 0x51,
  call: 0x52,
} as const;

const UTF8 = new TextEncoder();

/**
 * The pickle and its tensors: storage number i holds `tensors[i]`. Throws Error for a value nested too deep.
 */
export function writePickle(value: PickledValue): { bytes: Uint8Array<ArrayBuffer>; tensors: TorchTensor[] } {
  const writer = new PickleWriter();
  writer.byte(OP.proto);
  writer.byte(2);
  writer.value(value, 0);
  writer.byte(OP.stop);
  return { bytes: writer.bytes(), tensors: writer.tensors };
}

class PickleWriter {
  readonly tensors: TorchTensor[] = [];
  #bytes = new Uint8Array(1 << 16);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }

  /** Makes place for `count` bytes; answers where they go. */
  #reserve(count: number): number {
    const at = this.#length;
    this.#length += count;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(2 * this.#length);
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return at;
  }

  byte(byte: number): void {
    const at = this.#reserve(1);
    this.#bytes[at] = byte;
  }

  value(value: PickledValue, depth: number): void {
    if (depth > MAX_DEPTH) throw new Error(`a value nested deeper than ${MAX_DEPTH}`);
    if (value === null) this.byte(OP.none);
    else if (typeof value === 'boolean') this.byte(value ? OP.yes : OP.no);
    else if (typeof value === 'number') this.#number(value);
    else if (typeof value === 'bigint') this.#long(value);
    else if (typeof value === 'string') this.#text(value);
    else if (value instanceof Float32Array || value instanceof Float64Array)
      this.#list(value.length, (i) => this.#float(value[i] as number));
    else if (value instanceof Map) this.#dict(value, depth);
    else if (!Array.isArray(value)) this.#tensor(value);
    else if (Object.isFrozen(value)) this.#tuple(value, depth);
    else this.#list(value.length, (i) => this.value(value[i] as PickledValue, depth + 1));
  }

  #number(value: number): void {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) this.#float(value);
    else this.#integer(value);
  }

  #integer(value: number): void {
    if (value >= 0 && value < 0x100) {
      this.byte(OP.uint8);
      this.byte(value);
    } else if (value >= 0 && value < 0x1_0000) {
      this.byte(OP.uint16);
      const at = this.#reserve(2);
      this.#view.setUint16(at, value, true);
    } else if (value === (value | 0)) {
      this.byte(OP.int32);
      const at = this.#reserve(4);
      this.#view.setInt32(at, value, true);
    } else this.#long(BigInt(value));
  }

  /** Little-endian, two's complement, with one bit to spare for the sign. */
  #long(value: bigint): void {
    const magnitude = value < 0n ? -value : value;
    const length = Math.floor(magnitude.toString(2).length / 8) + 1;
    if (length > 0xff) throw new Error(`a whole number of ${length} bytes`);
    this.byte(OP.long);
    this.byte(length);
    for (let i = 0; i < length; i++) this.byte(Number((value >> BigInt(8 * i)) & 0xffn));
  }

  #float(value: number): void {
    this.byte(OP.float);
    const at = this.#reserve(8);
    this.#view.setFloat64(at, value);
  }

  #text(text: string): void {
    const bytes = UTF8.encode(text);
    this.byte(OP.text);
    const at = this.#reserve(4 + bytes.length);
    this.#view.setUint32(at, bytes.length, true);
    this.#bytes.set(bytes, at + 4);
  }

  #global(module: string, name: string): void {
    this.byte(OP.global);
    const bytes = UTF8.encode(`${module}\n${name}\n`);
    const at = this.#reserve(bytes.length);
    this.#bytes.set(bytes, at);
  }

  #tuple(items: readonly PickledValue[], depth: number): void {
    if (items.length === 0) {
      this.byte(OP.emptyTuple);
      return;
    }
    this.byte(OP.mark);
    for (const item of items) this.value(item, depth + 1);
    this.byte(OP.tuple);
  }

  #list(length: number, item: (i: number) => void): void {
    this.byte(OP.emptyList);
    this.#batches(length, item, OP.appends);
  }

  #batches(length: number, item: (i: number) => void, close: number): void {
    for (let begin = 0; begin < length; begin += BATCH) {
      this.byte(OP.mark);
      for (let i = begin; i < Math.min(length, begin + BATCH); i++) item(i);
      this.byte(close);
    }
  }

  #orderedDict(): void {
    this.#global('collections', 'OrderedDict');
    this.byte(OP.emptyTuple);
    this.byte(OP.call);
  }

  #dict(dict: ReadonlyMap<string | number, PickledValue>, depth: number): void {
    if (dict instanceof OrderedDict) this.#orderedDict();
    else this.byte(OP.emptyDict);
    const entries = [...dict];
    const item = (i: number): void => {
      const [key, value] = entries[i] as [string | number, PickledValue];
      this.value(key, depth + 1);
      this.value(value, depth + 1);
    };
    this.#batches(entries.length, item, OP.setItems);
  }

  /** torch._utils._rebuild_tensor_v2(storage, 0, shape, strides, False, OrderedDict()). */
  #tensor({ shape, data }: TorchTensor): void {
    const strides = shape.map((_, i) => shape.slice(i + 1).reduce((product, size) => product * size, 1));
    this.#global('torch._utils', '_rebuild_tensor_v2');
    this.byte(OP.mark);
    this.byte(OP.mark);
    this.#text('storage');
    this.#global('torch', 'FloatStorage');
    this.#text(String(this.tensors.length));
    this.#text('cpu');
    this.#integer(data.length);
    this.byte(OP.tuple);
    this.byte(OP.persistent);
    this.#integer(0);
    this.#tuple(shape, MAX_DEPTH - 1);
    this.#tuple(strides, MAX_DEPTH - 1);
    this.byte(OP.no);
    this.#orderedDict();
    this.byte(OP.tuple);
    this.byte(OP.call);
    this.tensors.push({ dtype: 'float32', shape, data });
  }
}
