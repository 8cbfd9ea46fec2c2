export * from './view';
export * from './message';
export * from './thread';
export * from './profiles';
export * from './userThread';
export * from './lastMessages';
export * from './privacy';
export * from './webhook';
