/** What the global set-up hands to the test files, which run in other processes. */
export interface StackHandover {
  /** Comma-separated `host:port`. */
  kafkaBrokers: string;
  databaseUrl: string;
  mongoUrl: string;
  /** Where the servers come from, for messages. */
  source: string;
}

export const handoverVariable = 'THREADLOG_TEST_STACK';

/** @throws Error outside of a run with the global set-up. */
export const readHandover = (): StackHandover => {
  const text = process.env[handoverVariable];
  if (!text) {
    throw new Error(
      'No test stack: name the file *.int.test.ts or *.e2e.test.ts and run it with jest --selectProjects int.',
    );
  }
  return JSON.parse(text) as StackHandover;
};
