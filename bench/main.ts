// `npm run bench`: reads the command line, runs the benchmark where it says, prints one JSON object per line, the summary
// last. Words for people go to stderr. Not here: what is measured (bench.ts).
import type { Row } from './bench.ts';
import { benchInBrowser } from './in-browser.ts';
import { benchInNode } from './in-node.ts';
import { parseCommandLine, USAGE } from './command-line.ts';

const print = (row: Row): void => console.log(JSON.stringify(row));

/** The exit code. */
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
    const summary =
      line.where === 'node'
        ? await benchInNode(line.options, print)
        : await benchInBrowser(line.options, line.adapter, print);
    console.error(`Took ${Math.round((performance.now() - started) / 1000)} s.`);
    print(summary);
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return 1;
  }
}
