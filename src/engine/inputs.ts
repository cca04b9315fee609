// What a network reads besides its weights: named inputs, and the arrays that bring them to an executor. The
// names are those of diffusers' forward (sample, timestep, class_labels, encoder_hidden_states) and of
// transformers' (input_ids). Not here: weights (ops.ts), which inputs a network has (model/model.ts).

/** All inputs except the sample. */
export type Conditions<T> = Readonly<Record<string, T>> & {
  /** [B] */
  readonly timestep: T;
};

/** All inputs of a network. The prediction has the shape of `sample`. */
export type Inputs<T> = Conditions<T> & {
  /** The noisy pictures, [B, H, W, C]. */
  readonly sample: T;
};

/** The first edge is the batch. */
export type BatchShape = readonly [batch: number, ...rest: number[]];

/** One input as plain numbers, row-major. */
export interface InputArray {
  readonly data: Float32Array;
  readonly shape: BatchShape;
}

/** Maps every input; names and order stay. */
export const mapInputs = <A, B>(inputs: Inputs<A>, to: (input: A, name: string) => B): Inputs<B> =>
  Object.fromEntries(Object.entries<A>(inputs).map(([name, input]) => [name, to(input, name)])) as Inputs<B>;

/** Throws if an input named in `expected` is missing in `given` or has another shape. */
export function expectShapes(
  expected: Inputs<BatchShape>,
  given: Readonly<Record<string, Pick<InputArray, 'shape'>>>,
): void {
  for (const [name, shape] of Object.entries(expected)) {
    const got = given[name]?.shape;
    if (got?.join() !== shape.join())
      throw new Error(`input ${name}: expected [${shape.join()}], got ${got ? `[${got.join()}]` : 'none'}`);
  }
}
