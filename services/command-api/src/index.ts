export * from './role';
export * from './config';
export * from './routes';
export { createRemoteCommands } from './router/forwarding';
