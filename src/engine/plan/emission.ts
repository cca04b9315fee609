// Collects what a plan consists of while it is written: kernels, the values they bind, constants to upload.
// Not here: which kernels (forward.ts, backward.ts, training-plan.ts).
import type { ConvGeometry } from './kernels/conv/geometry.ts';
import type { PairOfTiles, TileShape } from './kernels/conv/tiles/shapes.ts';
import type { Values } from './graph.ts';
import type { Kernel } from './kernels/kernel.ts';
import type { Value } from './kernels/value.ts';
import type { Target } from './kernels/target.ts';
import { chosenPair, chosenTile, type ConvWay, type TileChoices } from './kernels/conv/tile-choice.ts';

export class Emission {
  readonly target: Target;
  readonly values: Values;
  /** Numbers that are uploaded once, keyed by the value that holds them. */
  readonly constants = new Map<Value, Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>>();

  /** Ids of what the network's operations make, and of the gradients of that. */
  readonly activations = new Set<number>();

  /** By length. */
  readonly #zeros = new Map<number, Value>();
  readonly #kernels: Kernel[] = [];
  readonly #tiles: TileChoices;

  constructor(target: Target, values: Values, tiles: TileChoices = {}) {
    this.target = target;
    this.values = values;
    this.#tiles = tiles;
  }

  /** The tile shape that timing chose for a convolution, or undefined. */
  tile(way: Exclude<ConvWay, 'gradients'>, geometry: ConvGeometry): TileShape | undefined {
    return chosenTile(this.target, this.#tiles, way, geometry);
  }

  /** The pair of shapes that timing chose for both gradients of a convolution, or undefined. */
  pair(geometry: ConvGeometry): PairOfTiles | undefined {
    return chosenPair(this.target, this.#tiles, geometry);
  }

  emit(kernels: readonly Kernel[]): void {
    this.#kernels.push(...kernels);
  }

  /** The kernels that `work` emits; they stay in the list. */
  emittedBy(work: () => void): Kernel[] {
    const before = this.#kernels.length;
    work();
    return this.#kernels.slice(before);
  }

  /** Returns the kernels emitted so far and empties the list. */
  take(): Kernel[] {
    return this.#kernels.splice(0);
  }

  make(label: string, shape: readonly number[]): Value {
    return this.values.make(label, shape);
  }

  /** Makes a value of `activations`. */
  activation(label: string, shape: readonly number[]): Value {
    const value = this.make(label, shape);
    this.activations.add(value.id);
    return value;
  }

  /** Makes a value for the gradient of an activation. */
  gradient({ label }: Pick<Value, 'label'>, shape: readonly number[]): Value {
    return this.activation(`d ${label}`, shape);
  }

  constant(label: string, numbers: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>): Value {
    const element = numbers instanceof Uint32Array ? 'u32' : 'f32';
    const value = this.values.make(label, [numbers.length], element);
    this.constants.set(value, numbers);
    return value;
  }

  /** A constant vector of zeros; one value for each length. */
  zeros(length: number): Value {
    const made = this.#zeros.get(length) ?? this.constant(`${length} zeros`, new Float32Array(length));
    this.#zeros.set(length, made);
    return made;
  }
}
