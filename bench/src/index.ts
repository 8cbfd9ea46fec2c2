export { runBench, type BenchRun } from './bench';
export { PACES, type Pace } from './driver/load';
export { compareResults, type Comparison } from './report/compare';
export type { BenchResult, Figure, RowResult } from './report/result';
export { ROWS } from './rows';
export { startOwnSystem, type OwnSystemOptions } from './system/ownSystem';
export { givenSystem, type GivenSystem, type System } from './system/system';
