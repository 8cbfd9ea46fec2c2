export {
  AbortedError,
  AuthError,
  ChatError,
  NetworkError,
  ServerError,
  type ErrorCode,
  type FieldError,
} from './errors.ts';
export type * from './generated/wire.ts';
