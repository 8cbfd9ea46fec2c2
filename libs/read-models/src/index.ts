export * from './rows';
export * from './folds/thread';
export * from './folds/participant';
export * from './folds/message';
export * from './folds/receipt';
export * from './schema/core';
export * from './schema/generation';
export * from './presenters';
