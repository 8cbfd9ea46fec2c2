export { tokenOf } from './tokens';
export { WRONG_TOKENS } from './wrongTokens';
