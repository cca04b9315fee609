// Adam's moments by parameter, out of the state_dict of a torch optimizer, which numbers the parameters
// through its groups. Not here: finding the optimizer (torch-parts.ts), its numbers (formats/torch-file.ts).
import { shownJson } from '../../fault.ts';
import { type StoredDict, StoredTensor, type StoredValue } from '../../formats/torch-values.ts';
import type { ShapeOf } from '../../model/fields-from-shapes.ts';
import { networksIn } from '../../model/state-dict.ts';
import { ADAM } from '../training-step.ts';
import type { ForeignModel } from './foreign-model.ts';
import { isDict } from './torch-history.ts';

export interface Moments {
  expAvg: Map<string, StoredTensor>;
  expAvgSq: Map<string, StoredTensor>;
}

/** Why the moments of a file cannot be used: a sentence without its full stop. */
interface Unusable {
  why: string;
}

type Group = StoredDict;

/**
 * Both moments of every weight. `shapes`: of the weights, in the state_dict's order, in which a model gives
 * its parameters to an optimizer. Groups that name their parameters (`param_names`) are followed by name;
 * several groups without names only where one usual way of grouping fits their shapes.
 */
export function momentsOf(optimizer: StoredDict, shapes: ShapeOf): Moments | Unusable {
  const state = optimizer.get('state');
  if (!isDict(state)) return { why: 'The optimizer has no state' };
  if (state.size !== shapes.size)
    return { why: `The optimizer state is of ${state.size} parameters, the network has ${shapes.size}` };
  const [first] = state.values();
  if (!isDict(first) || !first.has('exp_avg')) return { why: anotherThanAdam(first) };
  const groups = groupsOf(optimizer);
  const numbers = numbersByName(groups, state, shapes);
  if ('why' in numbers) return numbers;
  const moments: Moments = { expAvg: new Map(), expAvgSq: new Map() };
  for (const [name, shape] of shapes) {
    const own = state.get(numbers.byName.get(name) ?? -1);
    const [mean, square] = isDict(own) ? [own.get('exp_avg'), own.get('exp_avg_sq')] : [];
    const why = unlike(name, shape, mean, own) ?? unlike(name, shape, square, own);
    if (why !== null) return { why };
    moments.expAvg.set(name, mean as StoredTensor);
    moments.expAvgSq.set(name, square as StoredTensor);
  }
  return moments;
}

function unlike(
  name: string,
  shape: readonly number[],
  moment: StoredValue | undefined,
  own: StoredValue | undefined,
): string | null {
  if (moment instanceof StoredTensor && moment.shape.join() === shape.join())
    return /^b?float/.test(moment.storage.dtype) ? null : `Its moments are of type ${moment.storage.dtype}`;
  if (moment instanceof StoredTensor)
    return `The optimizer state of ${name} is [${moment.shape.join(', ')}], the weight [${shape.join(', ')}]`;
  return anotherThanAdam(own);
}

function anotherThanAdam(own: StoredValue | undefined): string {
  const keys = isDict(own) ? [...own.keys()].filter((key) => key !== 'step') : [];
  return `The optimizer is another than Adam (it keeps ${keys.slice(0, 6).join(', ').slice(0, 80) || 'nothing'})`;
}

function groupsOf(optimizer: StoredDict): Group[] {
  const groups = optimizer.get('param_groups');
  return Array.isArray(groups) ? groups.filter(isDict) : [];
}

/** The numbers of a group's parameters. */
const numbersOf = (group: Group): (string | number)[] => {
  const params = group.get('params');
  return Array.isArray(params) ? params.filter((one) => typeof one === 'number') : [];
};

/** The number of each weight in the optimizer's state. */
function numbersByName(
  groups: readonly Group[],
  state: StoredDict,
  shapes: ShapeOf,
): { byName: Map<string, string | number> } | Unusable {
  const numbers = groups.flatMap(numbersOf);
  const all = numbers.length === state.size ? numbers : [...state.keys()];
  const pair = (names: Iterable<string>) => ({
    byName: new Map([...names].map((name, i) => [name, all[i] ?? -1])),
  });
  const named = groups.flatMap((group) => group.get('param_names') ?? []);
  if (named.length === all.length && named.every((name) => typeof name === 'string')) {
    const [network] = networksIn(named);
    const at = new Map(named.map((name, i) => [name, i]));
    if (network?.names.size === shapes.size)
      return {
        byName: new Map([...network.names].map(([name, inFile]) => [name, all[at.get(inFile) ?? -1] ?? -1])),
      };
  }
  if (groups.length < 2) return pair(shapes.keys());
  const fitting = waysOf(groups, shapes).filter((names) =>
    names.every((name, i) => fits(state.get(all[i] ?? -1), shapes.get(name))),
  );
  const [only, other] = fitting;
  if (only && !other) return pair(only);
  return {
    why: `The optimizer has ${groups.length} groups of parameters without names, so nothing tells which moment is of which weight`,
  };
}

/** Whether a parameter's moments may be those of a weight of this shape. */
function fits(own: StoredValue | undefined, shape: readonly number[] | undefined): boolean {
  const moment = isDict(own) ? own.get('exp_avg') : undefined;
  return moment instanceof StoredTensor && moment.shape.join() === shape?.join();
}

/** How scripts choose the weights that decay: matrices; all but biases; all but biases and norms. */
const DECAYS: readonly ((name: string, shape: readonly number[]) => boolean)[] = [
  (_, shape) => shape.length > 1,
  (name) => !name.endsWith('.bias'),
  (name) => !/\.bias$|norm/.test(name),
];

/** The usual ways to divide the weights into groups of these sizes, each a different order of names. */
function waysOf(groups: readonly Group[], shapes: ShapeOf): string[][] {
  const sizes = groups.map((group) => numbersOf(group).length);
  const all = [...shapes];
  const ways = [all.map(([name]) => name)];
  if (sizes.length === 2)
    for (const decays of DECAYS) {
      const chosen = all.filter(([name, shape]) => decays(name, shape)).map(([name]) => name);
      const rest = all.filter(([name, shape]) => !decays(name, shape)).map(([name]) => name);
      if (chosen.length === sizes[0]) ways.push([...chosen, ...rest]);
      if (rest.length === sizes[0]) ways.push([...rest, ...chosen]);
    }
  return [...new Map(ways.map((names) => [names.join(), names])).values()];
}

/** The group that has the most parameters: its settings stand for the run. */
function mainGroup(optimizer: StoredDict): Group | undefined {
  return groupsOf(optimizer).toSorted((a, b) => numbersOf(b).length - numbersOf(a).length)[0];
}

const numberIn = (group: Group | undefined, key: string): number => {
  const value = group?.get(key);
  return typeof value === 'number' ? value : NaN;
};

/** The highest weight decay of the groups: scripts give norms and biases a group without. */
const decayOf = (optimizer: StoredDict): number =>
  groupsOf(optimizer)
    .map((group) => numberIn(group, 'weight_decay'))
    .reduce((most, decay) => Math.max(most, decay), -Infinity);

/**
 * A learning-rate schedule changes lr at every step and keeps its first value in initial_lr. NaN: not in the
 * file.
 */
export function settingsOf(optimizer: StoredDict): NonNullable<ForeignModel['optimizer']> {
  const group = mainGroup(optimizer);
  const begun = numberIn(group, 'initial_lr');
  return {
    learningRate: Number.isNaN(begun) ? numberIn(group, 'lr') : begun,
    weightDecay: decayOf(optimizer),
  };
}

/** AdamW as this app has it: training goes on with these, whatever the file's optimizer was. */
const ADAMW = { betas: [ADAM.beta1, ADAM.beta2], eps: ADAM.epsilon, amsgrad: false };

/** Sentences: settings of the file's optimizer with which training cannot go on. */
export function otherSettings(optimizer: StoredDict): string[] {
  const group = mainGroup(optimizer);
  const told = Object.entries(ADAMW).flatMap(([key, ours]) => {
    const got = group?.get(key);
    if (got === undefined || shownJson(got) === shownJson(ours)) return [];
    return [`The optimizer's ${key} was ${shownJson(got)}: training goes on with ${shownJson(ours)}.`];
  });
  const decays = new Set(groupsOf(optimizer).map((one) => numberIn(one, 'weight_decay')));
  if (decays.size > 1)
    told.push(
      `Some weights had another weight decay (${[...decays].slice(0, 8).join(', ')}): training goes on with ${decayOf(optimizer)} for all.`,
    );
  return told;
}
