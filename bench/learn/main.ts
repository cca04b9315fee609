// `npm run learn`: trains in a browser, compares the samples with the data, writes the pictures, prints the
// summary as its last line. Words for people go to stderr. Not here: the training (learn.ts), the distance
// (frechet.ts).
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SHAPES } from '../../src/data/shapes.ts';
import { textEncoderOf } from '../../src/settings/presets.ts';
import { SAMPLE_COUNT, SHEET_COLUMNS } from '../../src/settings/sample-counts.ts';
import type { RunConfig } from '../../src/settings/settings.ts';
import { type CommandLine, parseCommandLine, USAGE } from './command-line.ts';
import { distancesOf } from './distances.ts';
import { learnInBrowser } from './in-browser.ts';
import type { Learnt } from './learn.ts';
import { wordsOf } from './news.ts';
import { OWN } from './own-set.ts';
import { gridPng } from './sample-grid.ts';
import { COLUMNS, judgeTold, LEAST, PROMPTS, ROWS, type Told } from './told-shapes.ts';

/** Sets of 16 samples, where none is told what to show. */
const DRAWS = 16;
const SHEET = { columns: SHEET_COLUMNS, rows: SHEET_COLUMNS };

/** untrained / trained on the set `own`, at least. */
const LEAST_RATIO = 10;

/** The last line that is printed. */
type Summary = Effort & (FrechetSummary | Told);

interface Effort {
  steps: number;
  minutes: number;
  seed: number;
  /** Mean loss of the first and of the last 100 steps. */
  loss_first: number;
  loss_last: number;
}

interface FrechetSummary {
  frechet_untrained: number;
  frechet_trained: number;
  /** untrained / trained */
  ratio: number;
  components: number;
  samples: number;
}

/** Answers the exit code: 0, 1 where the work failed, 2 where the command line is wrong. */
export async function main(args: readonly string[]): Promise<number> {
  let line: CommandLine;
  try {
    line = parseCommandLine(args);
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`);
    return 2;
  }
  const started = performance.now();
  try {
    const { config, adapter, out, weights } = line;
    const told = textEncoderOf(config) !== null && config.dataset === SHAPES.id;
    const asked = told
      ? { prompts: PROMPTS, draws: PROMPTS.length / SAMPLE_COUNT }
      : { prompts: null, draws: DRAWS };
    const request = { config, ...asked, weights: weights !== null };
    const learnt = await learnInBrowser(request, adapter, (news) => console.error(wordsOf(news)));
    const { imageSize } = config;
    const summary: Summary = {
      ...effortOf(learnt, config.seed, started),
      ...(told ? judgeTold(learnt.untrained, learnt.trained, imageSize) : frechetOf(learnt, imageSize)),
    };
    const { columns, rows } = told ? { columns: COLUMNS, rows: ROWS } : SHEET;
    await writeTo(out, await gridPng(learnt.trained, imageSize, columns, rows));
    if (weights !== null && learnt.weights) await writeTo(weights, learnt.weights);
    await writeTo(out.replace(/(\.png)?$/, '.json'), recordOf(args, line, learnt, summary));
    console.error(`Look at ${out}.`);
    console.log(JSON.stringify(summary));
    const missed = whatIsMissed(summary, config);
    if (missed === null) return 0;
    throw new Error(missed);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

function effortOf(learnt: Learnt, seed: number, started: number): Effort {
  return {
    steps: learnt.steps,
    minutes: rounded((performance.now() - started) / 60_000),
    seed,
    loss_first: rounded(learnt.lossFirst),
    loss_last: rounded(learnt.lossLast),
  };
}

function frechetOf(learnt: Learnt, size: number): FrechetSummary {
  const { untrained, trained, part, components, samples } = distancesOf(learnt, size);
  // Of a set with fewer pictures than samples this part is the whole set.
  if (learnt.data.length > learnt.trained.length)
    console.error(`squared Frechet distance of as many pictures of the data itself: ${rounded(part)}`);
  return {
    frechet_untrained: rounded(untrained),
    frechet_trained: rounded(trained),
    ratio: rounded(untrained / trained),
    components,
    samples,
  };
}

/** What the summary falls short of, as a sentence; null: of nothing that is expected. */
function whatIsMissed(summary: Summary, { dataset }: RunConfig): string | null {
  if ('ratio' in summary) {
    if (dataset !== OWN || summary.ratio >= LEAST_RATIO) return null;
    return `The distance fell by a factor of ${summary.ratio}; expected ${LEAST_RATIO} or more.`;
  }
  if (summary.both >= LEAST.both && summary.strict >= LEAST.strict) return null;
  return `Drawn as told: ${summary.both}, strictly ${summary.strict}; expected ${LEAST.both} and ${LEAST.strict}.`;
}

/** The JSON file beside the PNG: how the samples were made. */
function recordOf(
  args: readonly string[],
  { config }: CommandLine,
  learnt: Learnt,
  summary: Summary,
): string {
  const { gpu, adapter, browser, parameters, executor, trainingSeconds } = learnt;
  const command = ['npm run learn', ...(args.length > 0 ? ['--', ...args] : [])].join(' ');
  const record = {
    command,
    date: new Date().toISOString(),
    gpu,
    adapter,
    browser,
    executor,
    parameters,
    training_minutes: rounded(trainingSeconds / 60),
    ...summary,
    config,
  };
  return `${JSON.stringify(record, null, 2)}\n`;
}

async function writeTo(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}

/** Four significant digits. */
const rounded = (value: number): number => Number(value.toPrecision(4));
