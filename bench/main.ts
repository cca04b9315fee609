// `npm run bench`: reads the command line, runs the benchmark in the browser or in Node, prints one JSON
// object per line, the summary last. Words for people go to stderr. Not here: what is measured (bench.ts).
import type { Row } from './row.ts';
import { benchInBrowser } from './in-browser.ts';
import { benchInNode } from './in-node.ts';
import { parseCommandLine, USAGE } from './command-line.ts';
import { benchInTorch, torchRatios } from './torch.ts';

const print = (row: Row): void => console.log(JSON.stringify(row));

/** Answers the exit code: 0, 1 where the benchmark failed, 2 where the command line is wrong. */
export async function main(args: readonly string[]): Promise<number> {
  let line: ReturnType<typeof parseCommandLine>;
  try {
    line = parseCommandLine(args);
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`);
    return 2;
  }
  const started = performance.now();
  try {
    const rows: Row[] = [];
    const emit = (row: Row) => {
      rows.push(row);
      print(row);
    };
    const summary =
      line.where === 'node'
        ? await benchInNode(line.options, emit)
        : await benchInBrowser(line.options, line.adapter, emit);
    if (line.torch) torchRatios(summary, rows, await benchInTorch(line.options, print)).forEach(print);
    console.error(`Took ${Math.round((performance.now() - started) / 1000)} s.`);
    print(summary);
    return 0;
  } catch (error) {
    // A shader's errors may be hundreds of lines.
    console.error(String(error).slice(0, 2000));
    return 1;
  }
}
