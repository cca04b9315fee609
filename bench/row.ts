// What a benchmark reports: one row. Not here: which rows there are.

export type Row = Record<string, unknown>;
