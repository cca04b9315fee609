// How many denoising calls the validation of a checkpoint makes, so that a reload takes 10 s at most until
// training goes on. Time decides only what is drawn: it changes no training step. Not here: the drawing
// (artist.ts), the words for it (ui/samples/validation-samples.tsx).
import { recall, remember } from '../../checkpoint/index-db.ts';
import { type HasNetwork, networkText } from '../../settings/presets.ts';
import type { RunConfig } from '../../settings/settings.ts';
import type { Execution } from '../metadata-fields.ts';

/** Milliseconds that the denoising calls of a validation may take. */
export const VALIDATION_MS = 10_000;

/** Denoising calls that fit into `leftMs`: `wanted` where they all do, else fewer, at least 1. */
export const callsThatFit = (wanted: number, callMs: number, leftMs = VALIDATION_MS): number =>
  Math.min(wanted, Math.max(1, Math.floor(leftMs / callMs)));

/**
 * Without an earlier validation it is decided once, after a quarter of the time, by the fastest call so far:
 * the first calls are made while the training's kernels are compiled.
 */
export const DECIDE_BEFORE_MS = 0.75 * VALIDATION_MS;

/**
 * Whether a call's time tells how long the next ones take: the first call may have compiled shaders, unless
 * it alone took half of the time there is. `made`: calls made, with this one.
 */
export const tellsCallTime = (made: number, callMs: number): boolean =>
  made > 1 || callMs >= VALIDATION_MS / 2;

const keyOf = ({ adapter, kernels }: Execution, config: HasNetwork): string =>
  `validation call ${adapter} ${kernels} ${networkText(config)}`;

/** Milliseconds of a call in an earlier validation of this network on this device; null where not known. */
export async function recallCallMs(here: Execution, config: RunConfig): Promise<number | null> {
  const known = await recall(keyOf(here, config)).catch(() => undefined);
  return typeof known === 'number' ? known : null;
}

/** Keeps a measured time for the next validation, which measures anew without it. Never rejects. */
export async function rememberCallMs(here: Execution, config: RunConfig, callMs: number): Promise<void> {
  await remember(keyOf(here, config), callMs).catch(() => undefined);
}
