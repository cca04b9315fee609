// `npm run learn`: trains in a browser, compares the samples with the data, writes the pictures, prints the
// summary as its last line. Words for people go to stderr. Not here: the training (learn.ts), the distance
// (frechet.ts).
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type CommandLine, parseCommandLine, USAGE } from './command-line.ts';
import { distancesOf } from './distances.ts';
import { learnInBrowser } from './in-browser.ts';
import type { Learnt } from './learn.ts';
import { wordsOf } from './news.ts';
import { OWN } from './own-set.ts';
import { gridPng } from './sample-grid.ts';

/** Sets of 16 samples. */
const DRAWS = 16;

/** untrained / trained on the set `own`, at least. */
const LEAST_RATIO = 10;

/** The last line that is printed. */
interface Summary {
  steps: number;
  minutes: number;
  /** Mean loss of the first and of the last 100 steps. */
  loss_first: number;
  loss_last: number;
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
    const request = { config, draws: DRAWS, weights: weights !== null };
    const learnt = await learnInBrowser(request, adapter, (news) => console.error(wordsOf(news)));
    const summary = summaryOf(learnt, config.imageSize, started);
    await writeTo(out, await gridPng(learnt.trained, config.imageSize));
    if (weights !== null && learnt.weights) await writeTo(weights, learnt.weights);
    await writeTo(out.replace(/(\.png)?$/, '.json'), recordOf(args, line, learnt, summary));
    console.error(`Look at ${out}.`);
    console.log(JSON.stringify(summary));
    if (config.dataset !== OWN || summary.ratio >= LEAST_RATIO) return 0;
    throw new Error(`The distance fell by a factor of ${summary.ratio}; expected ${LEAST_RATIO} or more.`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

function summaryOf(learnt: Learnt, size: number, started: number): Summary {
  const { untrained, trained, part, components, samples } = distancesOf(learnt, size);
  // Of a set with fewer pictures than samples this part is the whole set.
  if (learnt.data.length > learnt.trained.length)
    console.error(`squared Frechet distance of as many pictures of the data itself: ${rounded(part)}`);
  return {
    steps: learnt.steps,
    minutes: rounded((performance.now() - started) / 60_000),
    loss_first: rounded(learnt.lossFirst),
    loss_last: rounded(learnt.lossLast),
    frechet_untrained: rounded(untrained),
    frechet_trained: rounded(trained),
    ratio: rounded(untrained / trained),
    components,
    samples,
  };
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
