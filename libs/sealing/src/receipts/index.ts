export * from './receipt';
export * from './signing';
