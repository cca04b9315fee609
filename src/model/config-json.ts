// Reads the fields of another program's config.json; a value that is not supported is refused by its field.
// Not here: which fields and values those are (diffusers-unet.ts, clip-config.ts).
import { FaultError, shownJson } from '../fault.ts';

/** The fields of one config.json. Every method throws FaultError kind `network` that names the field. */
export interface ConfigReader {
  /** The value as it stands, or its default. */
  get(name: string): unknown;
  whole(name: string, least: number, most: number): number;
  flag(name: string): boolean;
  /** `supported`: the values that `accepts` takes, in words. */
  check<T>(name: string, supported: string, accepts: (got: unknown) => got is T): T;
  /** The field must have one of these values. */
  only(name: string, values: readonly unknown[]): void;
  /** The refusal of a field's value. */
  refusal(name: string, supported: string): FaultError;
}

/** Whether a value is a whole number from `least` to `most`. */
export const isWhole = (got: unknown, least: number, most: number): got is number =>
  Number.isInteger(got) && (got as number) >= least && (got as number) <= most;

/** Whether a value is a small number such as norms add to a variance. */
export const isEpsilon = (got: unknown): got is number => typeof got === 'number' && got >= 1e-12 && got <= 1;

/**
 * The object that a config.json must be. `todo`: what to choose instead. Throws FaultError kind `network`.
 */
export function objectOf(json: unknown, todo: string): Record<string, unknown> {
  if (typeof json === 'object' && json !== null && !Array.isArray(json))
    return json as Record<string, unknown>;
  throw unsupported('config.json', json, 'an object', todo);
}

/** A reader of `fields`. `todo`: what to choose instead of a network that is refused. */
export function configReader(fields: Readonly<Record<string, unknown>>, todo: string): ConfigReader {
  const refusal = (name: string, supported: string) => unsupported(name, fields[name], supported, todo);
  const check = <T>(name: string, supported: string, accepts: (got: unknown) => got is T): T => {
    const got = fields[name];
    if (accepts(got)) return got;
    throw refusal(name, supported);
  };
  return {
    get: (name) => fields[name],
    check,
    refusal,
    whole: (name, least, most) =>
      check(name, `a whole number from ${least} to ${most}`, (got) => isWhole(got, least, most)),
    flag: (name) => check(name, 'true or false', (got) => typeof got === 'boolean'),
    only(name, values) {
      if (!values.includes(fields[name]))
        throw refusal(name, values.map((value) => JSON.stringify(value)).join(' or '));
    },
  };
}

function unsupported(field: string, got: unknown, supported: string, todo: string): FaultError {
  const shown = shownJson(got);
  return new FaultError({
    kind: 'network',
    title: `${field} is ${shown}`,
    what: 'This network cannot be trained here. Nothing was imported or changed.',
    expected: `${field}: ${supported}`,
    got: shown,
    todo: [todo],
  });
}
