export { run } from './run';
export { scanFiles } from './prove/scan';
