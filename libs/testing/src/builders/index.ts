export * from './memorySealing';
export * from './sealEvents';
export * from './threadStory';
export * from './readModel';
