export { canonicalJson } from './canonicalJson';
export * from './receipt';
export * from './signing';
