/** What a command found: for people and for programs. */
export interface Outcome {
  /** False where the answer is no: not valid, not proven, refused. */
  ok: boolean;
  /** The exit code, where it is another than 0 for yes and 1 for no. */
  exit?: number;
  text: string;
  json: unknown;
}

/** Exit codes: `sysexits.h` where it has one. */
export const EXIT = { ok: 0, no: 1, usage: 64, unavailable: 69, internal: 70 } as const;

/** Something that the caller can mend; its message says how. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  constructor(
    message: string,
    readonly exit: number = EXIT.no,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/** Columns under their headings, as wide as their widest cell. */
export function table(headings: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const lines = [headings, ...rows].map((row) => row.map((cell) => String(cell ?? '-')));
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
