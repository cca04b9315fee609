// One row of a benchmark's report. Not here: which rows there are (README.md).

export type Row = Record<string, unknown>;
