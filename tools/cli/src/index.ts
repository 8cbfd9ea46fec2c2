export { run, type Streams } from './run';
export { scanFiles, type ScanResult, type Hit } from './prove/scan';
